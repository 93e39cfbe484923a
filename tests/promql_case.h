/* The notation of Prometheus' own tests, as far as the functions of query/promql.h need it. */
#ifndef HC_TESTS_PROMQL_CASE_H
#define HC_TESTS_PROMQL_CASE_H

#include "base/arena.h"
#include "query/promql.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LABELS 24

/* How a selector compares a label with a value; what names a series has SAME only. */
enum match { MATCH_SAME, MATCH_OTHER, MATCH_REGEX, MATCH_NO_REGEX };

struct label {
	const char *name;
	const char *value;
	enum match match;
};

struct labels {
	struct label list[LABELS]; /* sorted by name */
	size_t n;
};

enum sample_kind { SAMPLE_FLOAT, SAMPLE_NONE, SAMPLE_STALE, SAMPLE_NATIVE };

struct sample {
	int64_t t_ms;
	double value;
	double slack; /* as far as the digits go that are written */
	enum sample_kind kind;
};

struct loaded {
	struct labels labels; /* with __name__ */
	struct sample *samples;
	size_t n;
};

struct store {
	struct arena arena;
	struct loaded *series;
	size_t n, cap;
};

/* One element of an answer. */
struct element {
	struct labels labels;
	double value;
};

struct vector {
	struct element *list;
	size_t n, cap;
};

/* Of another kind than the functions here, or decided by the values of native histograms. */
enum verdict { EVAL_DONE, EVAL_OTHER, EVAL_NATIVE, EVAL_VERDICTS };

/* Reads "5m", "1m30s", "600" from *p; false when there is none. */
bool read_duration(const char **p, int64_t *ret_ms);

/* Reads "name{a="b",…}", "{a="b"}" or "{"name", a="b"}" from *p into labels; read_selector()
 * takes !=, =~ and !~ as well. */
bool read_selector(struct arena *arena, const char **p, struct labels *ret_labels);
bool read_labels(struct arena *arena, const char **p, struct labels *ret_labels);
void add_label(struct labels *labels, const char *name, const char *value);
const char *find_label(const struct labels *labels, const char *name);
bool same_labels(const struct labels *a, const struct labels *b);

/* Reads a list of values in its short forms: samples at 0, step, 2 step …. */
bool read_values(struct arena *arena, const char *p, int64_t step_ms, struct sample **ret_samples,
		 size_t *ret_n);

/* Evaluates an expression at an instant. Anything but EVAL_DONE says why it cannot. */
enum verdict evaluate_at(struct store *store, const char *expression, int64_t at_ms,
			 struct vector *ret_vector);
void add_element(struct arena *arena, struct vector *vector, const struct element *element);

#endif
