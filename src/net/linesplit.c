#include "net/linesplit.h"

#include <string.h>

void line_splitter_init(struct line_splitter *splitter, size_t line_bytes,
			bool (*line)(void *ctx, const char *line, size_t len, bool truncated),
			void *ctx)
{
	*splitter = (struct line_splitter){.line = line, .ctx = ctx, .line_bytes = line_bytes};
	strbuf_init(&splitter->carry);
}

void line_splitter_release(struct line_splitter *splitter)
{
	strbuf_release(&splitter->carry);
}

static bool hand_over(struct line_splitter *splitter, const char *line, size_t len)
{
	bool truncated = splitter->overlong || len > splitter->line_bytes;

	if (truncated)
		len = len < splitter->line_bytes ? len : splitter->line_bytes;
	else if (len && line[len - 1] == '\r')
		len--;
	splitter->overlong = false;
	return splitter->line(splitter->ctx, line, len, truncated);
}

/* Keeps the start of a line whose end has not come; one byte more than is handed over tells that
 * it is too long. */
static void keep(struct line_splitter *splitter, const char *data, size_t len)
{
	size_t room = splitter->line_bytes + 1 - splitter->carry.len;

	if (len > room) {
		splitter->overlong = true;
		len = room;
	}
	strbuf_add(&splitter->carry, data, len);
}

static bool hand_over_carry(struct line_splitter *splitter)
{
	bool more = hand_over(splitter, splitter->carry.buf, splitter->carry.len);

	strbuf_clear(&splitter->carry);
	return more;
}

bool line_splitter_feed(struct line_splitter *splitter, const char *data, size_t len)
{
	const char *newline;

	while (len && (newline = memchr(data, '\n', len))) {
		size_t n = (size_t)(newline - data);
		bool more;

		if (splitter->carry.len) {
			keep(splitter, data, n);
			more = hand_over_carry(splitter);
		} else {
			more = hand_over(splitter, data, n);
		}
		if (!more)
			return false;
		data += n + 1;
		len -= n + 1;
	}
	if (len)
		keep(splitter, data, len);
	return true;
}

bool line_splitter_end(struct line_splitter *splitter)
{
	return !splitter->carry.len || hand_over_carry(splitter);
}

void line_splitter_drop(struct line_splitter *splitter)
{
	strbuf_clear(&splitter->carry);
	splitter->overlong = false;
}
