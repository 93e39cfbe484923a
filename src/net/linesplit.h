/* Bytes cut into lines, however they arrive. */
#ifndef HC_NET_LINESPLIT_H
#define HC_NET_LINESPLIT_H

#include "base/strbuf.h"

#include <stdbool.h>

struct line_splitter {
	/* One line without its newline (and carriage return); false ends the feeding. */
	bool (*line)(void *ctx, const char *line, size_t len, bool truncated);
	void *ctx;
	size_t line_bytes; /* of longer lines only the first so many are handed over */
	struct strbuf carry;
	bool overlong; /* the line under way has been longer */
};

void line_splitter_init(struct line_splitter *splitter, size_t line_bytes,
			bool (*line)(void *ctx, const char *line, size_t len, bool truncated),
			void *ctx);
void line_splitter_release(struct line_splitter *splitter);

/* False when a call of line() was the last that was wanted. */
bool line_splitter_feed(struct line_splitter *splitter, const char *data, size_t len);

/* Hands over a line that has no newline yet, if there is one: nothing more will come. */
bool line_splitter_end(struct line_splitter *splitter);

/* Forgets a line that has no newline yet. */
void line_splitter_drop(struct line_splitter *splitter);

#endif
