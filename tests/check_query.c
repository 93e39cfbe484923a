#include "check_query_parts.h"

#include "base/map.h"

#include <stdlib.h>

struct figure ask_kind(struct bench *bench, enum measure measure, enum column_kind kind,
		       const char *dims, double second)
{
	dims_id id = bench_dims(bench, dims);
	struct dims want = *names_dims(bench->names, id);
	struct figure figure;

	if (!*dims)
		want.value[DIM_TARGET] = 0;
	figure = query_one(bench->model, measure, kind, &want, dims_mask(&want), MINUTE,
			   bench_clock(second));
	names_drop(bench->names, id);
	return figure;
}

struct figure ask(struct bench *bench, enum measure measure, const char *dims, double second)
{
	return ask_kind(bench, measure, COLUMN_VALUE, dims, second);
}

int main(void)
{
	Suite *suite = suite_create("query");
	SRunner *runner;
	int failed;

	hash_seed(1);
	suite_add_tcase(suite, query_windows());
	suite_add_tcase(suite, query_sources());
	suite_add_tcase(suite, query_rows());
	suite_add_tcase(suite, query_texts());
	suite_add_tcase(suite, query_groups());
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
