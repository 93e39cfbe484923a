/* usage: openmetrics [DIR...]
 * Reads the parser cases of prometheus/OpenMetrics (tests/testdata/parsers: a folder a case, with
 * test.json and the body that it names). Every body that should parse has to, with the values that
 * a second, simple reading finds; no body may leave anything behind for the next one. A body that
 * should not parse but does is counted as leniently taken. Exits 1 when any case is wrong, and 77
 * when there is no DIR and none is found. */
#include "base/alloc.h"
#include "base/decimal.h"
#include "record.h"

#include <dirent.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum verdict { RIGHT, WRONG, LENIENT, VERDICTS };

static const struct exposition_options options = {.openmetrics = true};

static char *read_file(const char *dir, const char *name)
{
	struct strbuf path = STRBUF_INIT, text = STRBUF_INIT;
	char chunk[4096];
	size_t n;
	FILE *file;

	strbuf_addf(&path, "%s/%s", dir, name);
	file = fopen(path.buf, "r");
	strbuf_release(&path);
	if (!file)
		return NULL;
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		strbuf_add(&text, chunk, n);
	fclose(file);
	return strbuf_detach(&text);
}

/* The byte after what names the series, by looking for nothing but quotes. */
static const char *after_name(const char *line)
{
	bool quoted = false;

	for (; *line && (quoted || *line != ' '); line++) {
		if (quoted && *line == '\\' && line[1])
			line++;
		else if (*line == '"')
			quoted = !quoted;
	}
	return line;
}

/* One line as record.plain has it. An unknown escape stands for itself, so that its backslash is
 * written as one. */
static void add_line(struct strbuf *sb, const char *line)
{
	const char *end = after_name(line);
	char value[32], *rest;

	for (const char *p = line; p < end; p++) {
		bool known = *p == '\\' && strchr("\\\"n", p[1]);

		strbuf_add(sb, p, known ? 2 : 1);
		if (*p == '\\' && !known)
			strbuf_addch(sb, '\\');
		p += known;
	}
	if (sb->len > 2 && strcmp(sb->buf + sb->len - 2, "{}") == 0)
		strbuf_truncate(sb, sb->len - 2);
	strbuf_addf(sb, " %s", decimal_exact(value, strtod(end, &rest)));
	if (*rest == ' ' && rest[1] != '#')
		strbuf_addf(sb, " @%" PRId64, (int64_t)llround(strtod(rest, NULL) * 1000));
	strbuf_addch(sb, '\n');
}

static char *simple_reading(const char *body)
{
	struct strbuf sb = STRBUF_INIT;
	char *copy = xstrdup(body), *save = NULL;

	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (*line != '#')
			add_line(&sb, line);
	free(copy);
	return strbuf_detach(&sb);
}

/* Whole, in pieces of every size, and once more as a body that is known: always the same. */
static bool is_steady(struct record *record, const char *body, bool should_parse)
{
	size_t len = strlen(body);
	char *expected = simple_reading(body);
	bool taken = record_scrape(record, &options, body, len, 0) == 0, same = true;

	for (size_t chunk = 1; chunk <= len + 1 && same; chunk++) {
		bool again = record_scrape(record, &options, body, len, chunk) == 0;

		same = again == taken;
		if (again && should_parse)
			same = same && strcmp(record->plain.buf, expected) == 0;
	}
	free(expected);
	return same;
}

static bool next_is_whole(struct record *record)
{
	static const char good[] = "# TYPE a counter\na_total{b=\"c\"} 5 7\nx 1\n# EOF\n";

	return record_scrape(record, &options, good, strlen(good), 0) == 0 &&
	       strcmp(record->samples.buf, "a_total{b=\"c\"} 5 @7000 counter a\nx 1 untyped x\n") ==
		       0;
}

static enum verdict judge(struct record *record, const char *body, bool should_parse)
{
	bool steady, taken;

	exposition_forget(record->exposition);
	taken = record_scrape(record, &options, body, strlen(body), 0) == 0;
	steady = is_steady(record, body, should_parse);
	if (!next_is_whole(record) || !steady || (should_parse && !taken))
		return WRONG;
	return taken && !should_parse ? LENIENT : RIGHT;
}

static void run_case(struct record *record, const char *dir, const char *name, size_t *counts)
{
	static const char *const words[] = {NULL, "wrong", "leniently taken"};
	char *text = read_file(dir, "test.json"), *body = NULL;
	json_t *json = text ? json_loads(text, 0, NULL) : NULL;
	const char *file = json_string_value(json_object_get(json, "file"));
	enum verdict verdict;

	if (file)
		body = read_file(dir, file);
	if (body) {
		verdict = judge(record, body, json_is_true(json_object_get(json, "shouldParse")));
		counts[verdict]++;
		if (verdict != RIGHT)
			printf("%s: %s\n", name, words[verdict]);
	}
	json_decref(json);
	free(text);
	free(body);
}

static int run_folder(struct record *record, const char *folder, size_t *counts)
{
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		struct strbuf dir = STRBUF_INIT;

		strbuf_addf(&dir, "%s/%s", folder, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			run_case(record, dir.buf, entries[i]->d_name, counts);
		strbuf_release(&dir);
		free(entries[i]);
	}
	free(entries);
	return n < 0 ? -1 : 0;
}

/* Where the cases are kept beside a checkout. */
static char *find_folder(void)
{
	const char *data = getenv("HYPERCARE_SHARED_DATA"), *top = getenv("top_srcdir");
	struct strbuf path = STRBUF_INIT;

	if (data)
		strbuf_addf(&path, "%s/openmetrics", data);
	else
		strbuf_addf(&path, "%s/../shared/data/openmetrics", top ? top : ".");
	if (access(path.buf, R_OK) == 0)
		return strbuf_detach(&path);
	printf("no OpenMetrics cases at %s: set HYPERCARE_SHARED_DATA\n", path.buf);
	strbuf_release(&path);
	return NULL;
}

int main(int argc, char **argv)
{
	size_t counts[VERDICTS] = {0};
	char *found = argc > 1 ? NULL : find_folder();
	struct record record;
	int failed = 0;

	if (argc == 1 && !found)
		return 77;
	record_init(&record);
	if (found)
		failed |= run_folder(&record, found, counts);
	for (int i = 1; i < argc; i++)
		failed |= run_folder(&record, argv[i], counts);
	record_release(&record);
	free(found);
	if (failed || !(counts[RIGHT] + counts[WRONG] + counts[LENIENT])) {
		fprintf(stderr, "openmetrics: a folder cannot be read or has no cases\n");
		return 1;
	}
	printf("%zu right, %zu wrong, %zu leniently taken\n", counts[RIGHT], counts[WRONG],
	       counts[LENIENT]);
	return counts[WRONG] ? 1 : 0;
}
