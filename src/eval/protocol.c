#include "eval/protocol.h"

#include <string.h>

#define HEAD_BYTES 12 /* payload length, kind, id */

/* The unread rest of a payload. */
struct cursor {
	const char *p;
	const char *end;
};

static void put_u32(struct strbuf *sb, uint32_t value)
{
	strbuf_add(sb, &value, sizeof(value));
}

static void put_text(struct strbuf *sb, const char *text, size_t len)
{
	put_u32(sb, (uint32_t)len);
	strbuf_add(sb, text, len);
	strbuf_addch(sb, '\0');
}

static int get_bytes(struct cursor *cursor, void *dst, size_t len)
{
	if ((size_t)(cursor->end - cursor->p) < len)
		return -1;
	memcpy(dst, cursor->p, len);
	cursor->p += len;
	return 0;
}

static int get_u32(struct cursor *cursor, uint32_t *ret_value)
{
	return get_bytes(cursor, ret_value, sizeof(*ret_value));
}

static int get_text(struct cursor *cursor, struct frame_text *ret_text)
{
	uint32_t len;

	if (get_u32(cursor, &len) < 0 || (size_t)(cursor->end - cursor->p) <= len ||
	    cursor->p[len] != '\0')
		return -1;
	*ret_text = (struct frame_text){cursor->p, len};
	cursor->p += (size_t)len + 1;
	return 0;
}

static int get_pairs(struct cursor *cursor, struct frame_pair *pairs, size_t cap, size_t *ret_n)
{
	uint32_t n;

	if (get_u32(cursor, &n) < 0 || n > cap)
		return -1;
	for (uint32_t i = 0; i < n; i++)
		if (get_text(cursor, &pairs[i].name) < 0 || get_text(cursor, &pairs[i].value) < 0)
			return -1;
	*ret_n = n;
	return 0;
}

static void put_pairs(struct strbuf *sb, const struct frame_pair *pairs, size_t n)
{
	put_u32(sb, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		put_text(sb, pairs[i].name.text, pairs[i].name.len);
		put_text(sb, pairs[i].value.text, pairs[i].value.len);
	}
}

/* Returns where the frame's head is, for finish(). */
static size_t begin(struct strbuf *sb, enum frame_kind kind, uint32_t id)
{
	size_t at = sb->len;

	put_u32(sb, 0);
	put_u32(sb, (uint32_t)kind);
	put_u32(sb, id);
	return at;
}

static void finish(struct strbuf *sb, size_t at)
{
	uint32_t len = (uint32_t)(sb->len - at - HEAD_BYTES);

	memcpy(sb->buf + at, &len, sizeof(len));
}

int frame_next(const char *buf, size_t len, struct frame *ret_frame, size_t *ret_taken)
{
	uint32_t head[3];

	if (len < HEAD_BYTES)
		return 0;
	memcpy(head, buf, sizeof(head));
	if (head[0] > FRAME_BYTES || head[1] < FRAME_PROGRAM || head[1] > FRAME_DONE)
		return -1;
	if (len - HEAD_BYTES < head[0])
		return 0;
	ret_frame->kind = (enum frame_kind)head[1];
	ret_frame->id = head[2];
	ret_frame->data = buf + HEAD_BYTES;
	ret_frame->len = head[0];
	*ret_taken = HEAD_BYTES + (size_t)head[0];
	return 1;
}

void frame_put_program(struct strbuf *sb, uint32_t id, const struct frame_pair *expressions,
		       size_t n)
{
	size_t at = begin(sb, FRAME_PROGRAM, id);

	put_pairs(sb, expressions, n);
	finish(sb, at);
}

void frame_put_run(struct strbuf *sb, uint32_t id, const struct frame_run *run)
{
	size_t at = begin(sb, FRAME_RUN, id);

	put_u32(sb, run->program);
	put_u32(sb, run->expression);
	put_pairs(sb, run->vars, run->nvars);
	put_text(sb, run->json.text, run->json.len);
	finish(sb, at);
}

void frame_put_row(struct strbuf *sb, uint32_t id, const struct eval_value *values, size_t n)
{
	size_t at = begin(sb, FRAME_ROW, id);

	put_u32(sb, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		put_text(sb, values[i].key, strlen(values[i].key));
		put_u32(sb, (uint32_t)values[i].type);
		strbuf_add(sb, &values[i].number, sizeof(values[i].number));
		put_text(sb, values[i].text, values[i].len);
	}
	finish(sb, at);
}

void frame_put_done(struct strbuf *sb, uint32_t id, enum err_code code, const char *msg)
{
	size_t at = begin(sb, FRAME_DONE, id);

	put_u32(sb, (uint32_t)code);
	put_text(sb, msg, strlen(msg));
	finish(sb, at);
}

static struct cursor open_frame(const struct frame *frame)
{
	return (struct cursor){frame->data, frame->data + frame->len};
}

int frame_get_program(const struct frame *frame,
		      struct frame_pair ret_expressions[FRAME_EXPRESSIONS], size_t *ret_n)
{
	struct cursor cursor = open_frame(frame);

	if (get_pairs(&cursor, ret_expressions, FRAME_EXPRESSIONS, ret_n) < 0)
		return -1;
	return cursor.p == cursor.end ? 0 : -1;
}

int frame_get_run(const struct frame *frame, struct frame_run *ret_run)
{
	struct cursor cursor = open_frame(frame);

	if (get_u32(&cursor, &ret_run->program) < 0 || get_u32(&cursor, &ret_run->expression) < 0 ||
	    get_pairs(&cursor, ret_run->vars, FRAME_VARS, &ret_run->nvars) < 0 ||
	    get_text(&cursor, &ret_run->json) < 0)
		return -1;
	return cursor.p == cursor.end ? 0 : -1;
}

static int get_value(struct cursor *cursor, struct eval_value *ret_value)
{
	struct frame_text key, text;
	uint32_t type;

	if (get_text(cursor, &key) < 0 || get_u32(cursor, &type) < 0 || type > EVAL_JSON ||
	    get_bytes(cursor, &ret_value->number, sizeof(ret_value->number)) < 0 ||
	    get_text(cursor, &text) < 0)
		return -1;
	ret_value->key = key.text;
	ret_value->type = (enum eval_type)type;
	ret_value->text = text.text;
	ret_value->len = text.len;
	return 0;
}

int frame_get_row(const struct frame *frame, struct eval_value ret_values[FRAME_MEMBERS],
		  size_t *ret_n)
{
	struct cursor cursor = open_frame(frame);
	uint32_t n;

	if (get_u32(&cursor, &n) < 0 || n > FRAME_MEMBERS)
		return -1;
	for (uint32_t i = 0; i < n; i++)
		if (get_value(&cursor, &ret_values[i]) < 0)
			return -1;
	*ret_n = n;
	return cursor.p == cursor.end ? 0 : -1;
}

int frame_get_done(const struct frame *frame, enum err_code *ret_code, struct frame_text *ret_msg)
{
	struct cursor cursor = open_frame(frame);
	uint32_t code;

	if (get_u32(&cursor, &code) < 0 || code > ERR_UNSUPPORTED || get_text(&cursor, ret_msg) < 0)
		return -1;
	*ret_code = (enum err_code)code;
	return cursor.p == cursor.end ? 0 : -1;
}
