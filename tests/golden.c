#include "golden.h"

#include "base/strbuf.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *screen_path(const char *name)
{
	const char *top = getenv("top_srcdir");
	struct strbuf path = STRBUF_INIT;

	strbuf_addf(&path, "%s/tests/screens/%s.screen", top ? top : ".", name);
	return strbuf_detach(&path);
}

static char *read_all(const char *path)
{
	struct strbuf text = STRBUF_INIT;
	FILE *file = fopen(path, "r");
	char buf[4096];
	size_t n;

	ck_assert_msg(file != NULL, "%s cannot be read", path);
	while ((n = fread(buf, 1, sizeof(buf), file)) > 0)
		strbuf_add(&text, buf, n);
	fclose(file);
	return strbuf_detach(&text);
}

static void write_all(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_msg(file != NULL, "%s cannot be written", path);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

/* Whole screens are too long for a message of the test library. */
void golden_same(const char *name, const char *got, const char *want)
{
	if (!strcmp(got, want))
		return;
	fprintf(stderr, "%s: wanted\n%s%s: got\n%s", name, want, name, got);
	ck_abort_msg("%s is not as it was", name);
}

void golden_compare(const char *name, const char *got)
{
	char *want, *path = screen_path(name);

	if (getenv("HYPERCARE_UPDATE_SCREENS"))
		write_all(path, got);
	want = read_all(path);
	golden_same(name, got, want);
	free(want);
	free(path);
}
