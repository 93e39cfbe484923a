/* Runs tests in Prometheus' own notation through query/promql.h.
 * usage: promqltest [FILE…]; without one, the shared files where they are, else exits 77. */
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
	unsigned passed, failed, unsupported;
};

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

static void load(struct test *test, const char *p)
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
		store->series =
			xgrow(store->series, &store->cap, store->n + 1, sizeof(*store->series));
		store->series[store->n++] = series;
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
	bool unsupported;
};

static void read_expectation(struct test *test, struct expectation *expectation)
{
	while (next_indented(test)) {
		const char *p = test->line + strspn(test->line, " \t");
		struct expected *expected = &expectation->list[expectation->n];

		if (!strncmp(p, "expect ", 7)) {
			expectation->unsupported |= !strncmp(p, "expect fail", 11);
			continue;
		}
		if (expectation->n == sizeof(expectation->list) / sizeof(expectation->list[0]) ||
		    !read_labels(&test->store.arena, &p, &expected->labels) ||
		    !read_values(&test->store.arena, p, 1, &expected->samples, &expected->n)) {
			expectation->unsupported = true;
			continue;
		}
		for (size_t i = 0; i < expected->n; i++)
			if (expected->samples[i].kind == SAMPLE_NATIVE)
				expectation->unsupported = true;
		expectation->n++;
	}
}

static bool nearly(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(a) && isnan(b);
	return a == b || fabs(a - b) <= TOLERANCE * (fabs(a) + fabs(b));
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
		if (!got || !nearly(got->value, expected->samples[step].value))
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

static void run_eval(struct test *test, const char *p)
{
	struct expectation expectation = {.n = 0};
	int64_t from_ms = 0, to_ms = 0, step_ms = 1;
	const char *expression;
	int number = test->number;
	size_t step = 0;

	p = read_when(arena_strdup(&test->store.arena, p), &from_ms, &to_ms, &step_ms);
	expression = p ? p : "";
	read_expectation(test, &expectation);
	for (int64_t at = from_ms; at <= to_ms; at += step_ms, step++) {
		struct vector vector;

		if (expectation.unsupported ||
		    evaluate_at(&test->store, expression, at, &vector) != EVAL_DONE) {
			test->unsupported++;
			return;
		}
		if (agrees(&expectation, step, &vector))
			continue;
		printf("%s:%d: wrong: %s\n", test->path, number, expression);
		print_vector(&vector);
		test->failed++;
		return;
	}
	test->passed++;
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
	while (next_indented(test))
		;
	test->unsupported++;
}

static bool run_file(struct test *test)
{
	test->file = fopen(test->path, "r");
	if (!test->file) {
		printf("%s: cannot be opened\n", test->path);
		return false;
	}
	arena_init(&test->store.arena);
	while (next_line(test)) {
		if (!strncmp(test->line, "load ", 5))
			load(test, test->line + 5);
		else if (!strcmp(test->line, "clear"))
			clear(&test->store);
		else if (!strncmp(test->line, "eval ", 5))
			run_eval(test, test->line + 5);
		else if (!strncmp(test->line, "eval", 4) || !strncmp(test->line, "load", 4))
			skip_block(test);
	}
	clear(&test->store);
	free(test->line);
	fclose(test->file);
	printf("%s: %u passed, %u failed, %u not supported\n", test->path, test->passed,
	       test->failed, test->unsupported);
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
	int status = EXIT_SUCCESS;

	if (argc < 2)
		return run_known();
	for (int i = 1; i < argc; i++)
		if (!run_path(argv[i]))
			status = EXIT_FAILURE;
	return status;
}
