/* usage: replay_NAME [FILE...]
 * Hands files to a fuzz target: those of its corpus when none are named. */
#include "base/alloc.h"
#include "base/strbuf.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
	FILE *file = fopen(path, "r");
	struct strbuf text = STRBUF_INIT;
	char chunk[4096];
	uint8_t *data;
	size_t n;

	if (!file) {
		perror(path);
		return -1;
	}
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		strbuf_add(&text, chunk, n);
	fclose(file);
	data = xmalloc(text.len);
	memcpy(data, text.buf, text.len);
	LLVMFuzzerTestOneInput(data, text.len);
	free(data);
	strbuf_release(&text);
	return 0;
}

/* Returns how many files there were, or -1. */
static int replay_folder(const char *folder)
{
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, NULL, alphasort), replayed = 0;

	for (int i = 0; i < n; i++) {
		struct strbuf path = STRBUF_INIT;

		strbuf_addf(&path, "%s/%s", folder, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.' && replayed >= 0)
			replayed = replay(path.buf) < 0 ? -1 : replayed + 1;
		strbuf_release(&path);
		free(entries[i]);
	}
	free(entries);
	return replayed;
}

int main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir"), *name = strstr(argv[0], "replay_");
	struct strbuf folder = STRBUF_INIT;
	int replayed = 0;

	for (int i = 1; i < argc && replayed >= 0; i++)
		replayed = replay(argv[i]) < 0 ? -1 : replayed + 1;
	strbuf_addf(&folder, "%s/tests/fuzz/corpus/%s", top ? top : ".",
		    name ? name + strlen("replay_") : "");
	if (argc == 1)
		replayed = replay_folder(folder.buf);
	strbuf_release(&folder);
	printf("%d files replayed\n", replayed);
	return replayed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
