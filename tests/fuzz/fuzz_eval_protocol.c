/* Any bytes, as frames between the program and its jq helper: nothing breaks, no text reaches out
 * of its frame, and what reads is written again as the same bytes. */
#include "eval/protocol.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct frame_pair pairs[FRAME_EXPRESSIONS];
static struct frame_run run;
static struct eval_value values[FRAME_MEMBERS];

static void check_text(const struct frame *frame, const char *text, size_t len)
{
	if (text < frame->data || text + len >= frame->data + frame->len || text[len] != '\0')
		abort();
}

static void again(const struct frame *frame, struct strbuf *sb)
{
	struct frame frame_again;
	size_t taken, n;
	enum err_code code;
	struct frame_text msg;

	if (frame->kind == FRAME_PROGRAM && frame_get_program(frame, pairs, &n) == 0)
		frame_put_program(sb, frame->id, pairs, n);
	if (frame->kind == FRAME_RUN && frame_get_run(frame, &run) == 0) {
		check_text(frame, run.json.text, run.json.len);
		frame_put_run(sb, frame->id, &run);
	}
	if (frame->kind == FRAME_DONE && frame_get_done(frame, &code, &msg) == 0)
		check_text(frame, msg.text, msg.len);
	if (frame->kind == FRAME_ROW && frame_get_row(frame, values, &n) == 0)
		for (size_t i = 0; i < n; i++)
			check_text(frame, values[i].text, values[i].len);
	if (!sb->len)
		return;
	if (frame_next(sb->buf, sb->len, &frame_again, &taken) != 1 || taken != sb->len ||
	    frame_again.len != frame->len || memcmp(frame_again.data, frame->data, frame->len) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data;
	struct frame frame;
	size_t taken;

	while (frame_next(at, size, &frame, &taken) == 1) {
		struct strbuf sb = STRBUF_INIT;
		if (taken > size)
			abort();
		again(&frame, &sb);
		strbuf_release(&sb);
		at += taken;
		size -= taken;
	}
	return 0;
}
