#include "profile_text.h"

#include "base/alloc.h"
#include "base/decimal.h"

#include <stdlib.h>
#include <string.h>

void entry_text(const struct names *names, const struct dict_entry *entry, struct strbuf *sb)
{
	static const char *const parts[] = {
		[PART_VALUE] = "",           [PART_BUCKET] = " bucket<=",
		[PART_SUM] = " sum",         [PART_COUNT] = " count",
		[PART_AVERAGE] = " average", [PART_QUANTILE] = " quantile ",
		[PART_TOTAL] = " total",
	};
	const struct dims *dims = names_dims(names, entry->dims);
	char number[40];
	const char *before = "";

	strbuf_addf(sb, "%s{", signal_info((enum signal)entry->signal)->name);
	for (int i = DIM_TARGET + 1; i < DIM_COUNT; i++) {
		if (!dims->value[i])
			continue;
		strbuf_addf(sb, "%s%s=%s", before, dim_name((enum dim)i),
			    names_text(names, dims->value[i]));
		before = " ";
	}
	strbuf_addf(sb, "}%s", parts[entry->part]);
	if (entry->part == PART_BUCKET || entry->part == PART_QUANTILE)
		strbuf_addstr(sb, decimal_exact(number, entry->bound));
	if (entry->wrap32)
		strbuf_addstr(sb, " wraps");
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void dict_text(const struct dict *dict, const double *values, struct strbuf *sb)
{
	char **lines = xcalloc(dict->n + 1, sizeof(*lines));
	size_t n = 0;
	char number[40];

	for (uint32_t i = 0; i < dict->n; i++) {
		struct strbuf line;

		if (tick_is_absent(values[i]))
			continue;
		strbuf_init(&line);
		entry_text(dict->names, &dict->entries[i], &line);
		strbuf_addf(&line, " %s\n", decimal_exact(number, values[i]));
		lines[n++] = strbuf_detach(&line);
	}
	qsort(lines, n, sizeof(*lines), by_text);
	for (size_t i = 0; i < n; i++) {
		strbuf_addstr(sb, lines[i]);
		free(lines[i]);
	}
	free(lines);
}
