/* Runs tests in Prometheus' own notation through query/promql.h.
 * usage: promqltest [-v] [FILE…]; without a file, the shared ones where they are, else exits 77.
 * -v lists what is not supported, and why. */
#include "promql_case.h"

#include "base/alloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOLERANCE 1e-12

struct test {
	const char *path;
	FILE *file;
	char *line;
	size_t line_cap;
	int number;
	bool again; /* the line was read, but not used */
	struct store store;
	unsigned passed, failed;
	unsigned unsupported[EVAL_VERDICTS]; /* by the reason */
};

static bool verbose;

/* The next line without its newline and trailing blanks; false at the end. */
static bool next_line(struct test *test)
{
	ssize_t len;

	if (test->again) {
		test->again = false;
		return true;
	}
	len = getline(&test->line, &test->line_cap, test->file);
	if (len < 0)
		return false;
	while (len > 0 && strchr(" \t\r\n", test->line[len - 1]))
		test->line[--len] = '\0';
	test->number++;
	return true;
}

/* The next line of the block that is being read: indented, and no comment. */
static bool next_indented(struct test *test)
{
	while (next_line(test)) {
		if (test->line[0] != ' ' && test->line[0] != '\t') {
			test->again = true;
			return false;
		}
		if (test->line[strspn(test->line, " \t")] != '#')
			return true;
	}
	return false;
}

static struct loaded *find_series(struct store *store, const struct labels *labels)
{
	for (size_t i = 0; i < store->n; i++)
		if (same_labels(&store->series[i].labels, labels))
			return &store->series[i];
	return NULL;
}

static int by_time(const void *a, const void *b)
{
	const struct sample *left = a, *right = b;

	return (left->t_ms > right->t_ms) - (left->t_ms < right->t_ms);
}

/* A series that was loaded before gets the new samples as well. */
static void add_series(struct store *store, const struct loaded *series)
{
	struct loaded *before = find_series(store, &series->labels);
	struct sample *all;

	if (!before) {
		store->series =
			xgrow(store->series, &store->cap, store->n + 1, sizeof(*store->series));
		store->series[store->n++] = *series;
		return;
	}
	all = arena_array(&store->arena, before->n + series->n + 1, sizeof(*all));
	memcpy(all, before->samples, before->n * sizeof(*all));
	memcpy(all + before->n, series->samples, series->n * sizeof(*all));
	before->samples = all;
	before->n += series->n;
	qsort(all, before->n, sizeof(*all), by_time);
}

/* The native histogram that Prometheus makes of a classic one for load_with_nhcb: that it is there
 * is all that is known of it. */
static void add_native(struct store *store, const struct loaded *bucket)
{
	struct loaded native = {.n = bucket->n};
	const char *name = find_label(&bucket->labels, "__name__");
	size_t len = strlen(name);

	if (len <= 7 || strcmp(name + len - 7, "_bucket"))
		return;
	for (size_t i = 0; i < bucket->labels.n; i++)
		if (strcmp(bucket->labels.list[i].name, "le") &&
		    strcmp(bucket->labels.list[i].name, "__name__"))
			add_label(&native.labels, bucket->labels.list[i].name,
				  bucket->labels.list[i].value);
	add_label(&native.labels, "__name__", arena_strndup(&store->arena, name, len - 7));
	if (find_series(store, &native.labels))
		return;
	native.samples = arena_array(&store->arena, bucket->n + 1, sizeof(*native.samples));
	for (size_t i = 0; i < bucket->n; i++) {
		native.samples[i] = bucket->samples[i];
		if (native.samples[i].kind == SAMPLE_FLOAT)
			native.samples[i].kind = SAMPLE_NATIVE;
	}
	add_series(store, &native);
}

static void load(struct test *test, const char *p, bool with_natives)
{
	struct store *store = &test->store;
	int64_t step_ms;

	if (!read_duration(&p, &step_ms))
		step_ms = 0;
	while (next_indented(test)) {
		struct loaded series = {.samples = NULL};

		p = test->line + strspn(test->line, " \t");
		if (!read_labels(&store->arena, &p, &series.labels) ||
		    !read_values(&store->arena, p, step_ms, &series.samples, &series.n)) {
			printf("%s:%d: this series cannot be read\n", test->path, test->number);
			test->failed++;
			continue;
		}
		add_series(store, &series);
		if (with_natives)
			add_native(store, &series);
	}
}

/* What a block says must come out: elements at each step; NONE where there is none. */
struct expected {
	struct labels labels;
	struct sample *samples;
	size_t n;
};

struct expectation {
	struct expected list[64];
	size_t n;
	enum verdict verdict;
};

static void read_expectation(struct test *test, struct expectation *expectation)
{
	while (next_indented(test)) {
		const char *p = test->line + strspn(test->line, " \t");
		struct expected *expected = &expectation->list[expectation->n];

		if (!strncmp(p, "expect ", 7)) {
			if (!strncmp(p, "expect fail", 11))
				expectation->verdict = EVAL_OTHER;
			continue;
		}
		if (expectation->n == sizeof(expectation->list) / sizeof(expectation->list[0]) ||
		    !read_labels(&test->store.arena, &p, &expected->labels) ||
		    !read_values(&test->store.arena, p, 1, &expected->samples, &expected->n)) {
			expectation->verdict = EVAL_OTHER;
			continue;
		}
		for (size_t i = 0; i < expected->n; i++)
			if (expected->samples[i].kind == SAMPLE_NATIVE &&
			    expectation->verdict == EVAL_DONE)
				expectation->verdict = EVAL_NATIVE;
		expectation->n++;
	}
}

static bool nearly(double got, const struct sample *want)
{
	double wanted = want->value;

	if (isnan(got) || isnan(wanted))
		return isnan(got) && isnan(wanted);
	return got == wanted ||
	       fabs(got - wanted) <= TOLERANCE * (fabs(got) + fabs(wanted)) + want->slack;
}

static const struct element *find(const struct vector *vector, const struct labels *labels)
{
	for (size_t i = 0; i < vector->n; i++)
		if (same_labels(&vector->list[i].labels, labels))
			return &vector->list[i];
	return NULL;
}

/* Whether the answer of one step is all that is expected, and nothing else. */
static bool agrees(const struct expectation *expectation, size_t step, const struct vector *vector)
{
	size_t wanted = 0;

	for (size_t i = 0; i < expectation->n; i++) {
		const struct expected *expected = &expectation->list[i];
		const struct element *got;

		if (step >= expected->n || expected->samples[step].kind != SAMPLE_FLOAT)
			continue;
		wanted++;
		got = find(vector, &expected->labels);
		if (!got || !nearly(got->value, &expected->samples[step]))
			return false;
	}
	return wanted == vector->n;
}

/* Reads "instant at T EXPR" or "range from A to B step S EXPR". */
static const char *read_when(const char *p, int64_t *from_ms, int64_t *to_ms, int64_t *step_ms)
{
	*step_ms = 1;
	if (!strncmp(p, "instant at ", 11)) {
		p += 11;
		if (!read_duration(&p, from_ms))
			return NULL;
		*to_ms = *from_ms;
		return p + strspn(p, " ");
	}
	if (strncmp(p, "range from ", 11))
		return NULL;
	p += 11;
	if (!read_duration(&p, from_ms) || strncmp(p, " to ", 4))
		return NULL;
	p += 4;
	if (!read_duration(&p, to_ms) || strncmp(p, " step ", 6))
		return NULL;
	p += 6;
	return read_duration(&p, step_ms) && *step_ms > 0 ? p + strspn(p, " ") : NULL;
}

static void print_vector(const struct vector *vector)
{
	for (size_t i = 0; i < vector->n; i++) {
		printf("  got {");
		for (size_t k = 0; k < vector->list[i].labels.n; k++)
			printf("%s%s=\"%s\"", k ? ", " : "", vector->list[i].labels.list[k].name,
			       vector->list[i].labels.list[k].value);
		printf("} %.17g\n", vector->list[i].value);
	}
}

static void not_supported(struct test *test, int number, enum verdict why, const char *text)
{
	static const char *const words[EVAL_VERDICTS] = {
		[EVAL_OTHER] = "another function", [EVAL_NATIVE] = "native histograms"};

	test->unsupported[why]++;
	if (verbose)
		printf("%s:%d: not supported (%s): %s\n", test->path, number, words[why], text);
}

/* The first verdict that is no answer. *ret_wrong is the answer that is not what is expected. */
static enum verdict run_steps(struct test *test, const struct expectation *expectation,
			      const char *expression, const int64_t when_ms[3],
			      struct vector *ret_wrong, bool *ret_right)
{
	size_t step = 0;

	*ret_right = true;
	for (int64_t at = when_ms[0]; at <= when_ms[1]; at += when_ms[2], step++) {
		struct vector vector;
		enum verdict verdict = evaluate_at(&test->store, expression, at, &vector);

		if (verdict != EVAL_DONE)
			return verdict;
		if (agrees(expectation, step, &vector))
			continue;
		*ret_wrong = vector;
		*ret_right = false;
		return EVAL_DONE;
	}
	return EVAL_DONE;
}

static void run_eval(struct test *test, const char *p)
{
	struct expectation expectation = {.n = 0};
	int64_t when_ms[3] = {0, 0, 1};
	int number = test->number;
	const char *expression;
	enum verdict verdict;
	struct vector wrong;
	bool right;

	p = read_when(arena_strdup(&test->store.arena, p), &when_ms[0], &when_ms[1], &when_ms[2]);
	expression = p ? p : "";
	read_expectation(test, &expectation);
	verdict = run_steps(test, &expectation, expression, when_ms, &wrong, &right);
	if (verdict == EVAL_DONE)
		verdict = expectation.verdict;
	if (verdict != EVAL_DONE) {
		not_supported(test, number, verdict, expression);
		return;
	}
	if (right) {
		test->passed++;
		return;
	}
	printf("%s:%d: wrong: %s\n", test->path, number, expression);
	print_vector(&wrong);
	test->failed++;
}

static void clear(struct store *store)
{
	free(store->series);
	arena_release(&store->arena);
	*store = (struct store){.n = 0};
	arena_init(&store->arena);
}

static void skip_block(struct test *test)
{
	int number = test->number;

	not_supported(test, number, EVAL_OTHER, test->line);
	while (next_indented(test))
		;
}

static void run_block(struct test *test)
{
	static const char *const evals[] = {"eval ", "eval_warn ", "eval_info "};

	if (!strncmp(test->line, "load ", 5))
		load(test, test->line + 5, false);
	else if (!strncmp(test->line, "load_with_nhcb ", 15))
		load(test, test->line + 15, true);
	else if (!strcmp(test->line, "clear"))
		clear(&test->store);
	else {
		for (size_t i = 0; i < sizeof(evals) / sizeof(evals[0]); i++)
			if (!strncmp(test->line, evals[i], strlen(evals[i]))) {
				run_eval(test, test->line + strlen(evals[i]));
				return;
			}
		if (!strncmp(test->line, "eval", 4) || !strncmp(test->line, "load", 4))
			skip_block(test);
	}
}

static bool run_file(struct test *test)
{
	test->file = fopen(test->path, "r");
	if (!test->file) {
		printf("%s: cannot be opened\n", test->path);
		return false;
	}
	arena_init(&test->store.arena);
	while (next_line(test))
		run_block(test);
	clear(&test->store);
	free(test->line);
	fclose(test->file);
	printf("%s: %u passed, %u failed, %u not supported (%u other functions, %u native "
	       "histograms)\n",
	       test->path, test->passed, test->failed,
	       test->unsupported[EVAL_OTHER] + test->unsupported[EVAL_NATIVE],
	       test->unsupported[EVAL_OTHER], test->unsupported[EVAL_NATIVE]);
	return !test->failed && test->passed;
}

static bool run_path(const char *path)
{
	struct test test = {.path = path};

	return run_file(&test);
}

/* The file with our own cases, and the shared one where it is. */
static int run_known(void)
{
	const char *top = getenv("top_srcdir"), *shared = getenv("HYPERCARE_SHARED_DATA");
	char own[4096], functions[4096];
	bool good;

	snprintf(own, sizeof(own), "%s/tests/data/promql/quantiles.test", top ? top : ".");
	if (shared)
		snprintf(functions, sizeof(functions), "%s/promqltest/functions.test", shared);
	else
		snprintf(functions, sizeof(functions),
			 "%s/../shared/data/promqltest/functions.test", top ? top : ".");
	good = run_path(own);
	if (access(functions, R_OK) < 0) {
		printf("%s is absent: HYPERCARE_SHARED_DATA says where it is\n", functions);
		return good ? 77 : EXIT_FAILURE;
	}
	return run_path(functions) && good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	int status = EXIT_SUCCESS, first = 1;

	verbose = argc > 1 && !strcmp(argv[1], "-v");
	first += verbose;
	if (argc <= first)
		return run_known();
	for (int i = first; i < argc; i++)
		if (!run_path(argv[i]))
			status = EXIT_FAILURE;
	return status;
}
