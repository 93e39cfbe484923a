#include "eval/helper.h"

#include "base/alloc.h"
#include "base/strbuf.h"
#include "eval/protocol.h"

#include <errno.h>
#include <jq.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PROGRAMS      4096
#define OUTPUT_BYTES  (32u << 20) /* of all rows of one job */
#define OUTPUT_ROWS   250000u
#define FLUSH_BYTES   (64u << 10)
#define TRIM_BYTES    (1u << 20) /* a document larger than this gives its memory back */
#define MESSAGE_BYTES 400

struct expression {
	struct frame_text name;
	struct frame_text text;
	char *fault; /* why it does not compile, or NULL */
};

struct program {
	char *storage; /* the frame that the expressions point into */
	struct expression *expressions;
	size_t n;
	jq_state *jq; /* NULL: not compiled yet */
};

struct helper {
	int fd;
	struct strbuf in;
	struct strbuf out;
	struct program *programs[PROGRAMS];
	char message[MESSAGE_BYTES];
};

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

static int flush_out(struct helper *helper)
{
	int ret = write_all(helper->fd, helper->out.buf, helper->out.len);

	strbuf_clear(&helper->out);
	return ret;
}

static enum err_code fail(struct helper *helper, enum err_code code, const char *message)
{
	snprintf(helper->message, sizeof(helper->message), "%s", message);
	return code;
}

/* Keeps the first message only: jq follows it with a count. */
static void keep_message(void *ctx, jv msg)
{
	struct helper *helper = ctx;
	jv text = jv_get_kind(msg) == JV_KIND_STRING ? msg : jv_dump_string(msg, 0);
	const char *s = jv_string_value(text);
	const char *place = strstr(s, " at <top-level>");
	const char *advice = strstr(s, " (Unix shell quoting");

	if (!helper->message[0]) {
		size_t len = strcspn(s, "\n");
		if (strncmp(s, "jq: error: ", 11) == 0) {
			s += 11;
			len -= 11;
		}
		if (place && place >= s && (size_t)(place - s) < len)
			len = (size_t)(place - s);
		if (advice && advice >= s && (size_t)(advice - s) < len)
			len = (size_t)(advice - s);
		if (len >= sizeof(helper->message))
			len = sizeof(helper->message) - 1;
		memcpy(helper->message, s, len);
		helper->message[len] = '\0';
	}
	jv_free(text);
}

static jv no_input(jq_state *jq, void *ctx)
{
	(void)jq;
	(void)ctx;
	return jv_invalid();
}

static void drop_message(void *ctx, jv msg)
{
	(void)ctx;
	jv_free(msg);
}

/* jq looks in no folder: an import would end the process where no path is set at all. */
static jq_state *new_jq(struct helper *helper)
{
	jq_state *jq = jq_init();

	if (!jq)
		_exit(1);
	jq_set_error_cb(jq, keep_message, helper);
	jq_set_input_cb(jq, no_input, NULL);
	jq_set_debug_cb(jq, drop_message, NULL);
	jq_set_attr(jq, jv_string("JQ_LIBRARY_PATH"), jv_array());
	return jq;
}

/* The input is [number of the expression, vars, document]. A newline ends a comment that an
 * expression may close with. */
static void add_expression(struct strbuf *text, size_t i, const struct expression *expression)
{
	strbuf_addf(text, " if $hc_expression == %zu then (", i);
	strbuf_add(text, expression->text.text, expression->text.len);
	strbuf_addstr(text, "\n) else");
}

/* Compiles expressions [from, to) that have no fault into one jq program. */
static jq_state *compile(struct helper *helper, const struct program *program, size_t from,
			 size_t to)
{
	struct strbuf text = STRBUF_INIT;
	jq_state *jq = new_jq(helper);
	size_t used = 0;

	strbuf_addstr(&text, ". as [$hc_expression, $vars] | .[2] |");
	for (size_t i = from; i < to; i++) {
		if (program->expressions[i].fault)
			continue;
		add_expression(&text, i, &program->expressions[i]);
		used++;
	}
	strbuf_addstr(&text, " empty");
	for (size_t i = 0; i < used; i++)
		strbuf_addstr(&text, " end");
	helper->message[0] = '\0';
	if (!jq_compile(jq, text.buf))
		jq_teardown(&jq);
	strbuf_release(&text);
	return jq;
}

/* Marks the culprits, so that their siblings still work. */
static void find_faults(struct helper *helper, struct program *program)
{
	for (size_t i = 0; i < program->n; i++) {
		struct expression *expression = &program->expressions[i];
		jq_state *jq = compile(helper, program, i, i + 1);
		if (!jq)
			expression->fault = xstrdup(helper->message);
		else
			jq_teardown(&jq);
	}
}

static void compile_program(struct helper *helper, struct program *program)
{
	program->jq = compile(helper, program, 0, program->n);
	if (program->jq)
		return;
	find_faults(helper, program);
	program->jq = compile(helper, program, 0, program->n);
	if (program->jq)
		return;
	for (size_t i = 0; i < program->n; i++)
		if (!program->expressions[i].fault)
			program->expressions[i].fault = xstrdup(helper->message);
	program->jq = new_jq(helper);
}

/* A text is copied out only when it had to be made; *ret_made is freed after use. */
static struct eval_value value_of(const char *key, jv value, jv *ret_made)
{
	struct eval_value v = {.key = key, .text = ""};

	*ret_made = jv_null();
	switch (jv_get_kind(value)) {
	case JV_KIND_TRUE:
		v.number = 1;
		v.type = EVAL_BOOL;
		break;
	case JV_KIND_FALSE:
		v.type = EVAL_BOOL;
		break;
	case JV_KIND_NUMBER:
		v.type = EVAL_NUMBER;
		v.number = jv_number_value(value);
		break;
	case JV_KIND_STRING:
		v.type = EVAL_TEXT;
		v.text = jv_string_value(value);
		v.len = (size_t)jv_string_length_bytes(jv_copy(value));
		break;
	case JV_KIND_ARRAY:
	case JV_KIND_OBJECT:
		*ret_made = jv_dump_string(jv_copy(value), 0);
		v.type = EVAL_JSON;
		v.text = jv_string_value(*ret_made);
		v.len = (size_t)jv_string_length_bytes(jv_copy(*ret_made));
		break;
	default:
		v.type = EVAL_NULL;
	}
	return v;
}

struct row {
	struct eval_value values[FRAME_MEMBERS];
	jv held[3 * FRAME_MEMBERS]; /* what the values point into */
	size_t n, nheld;
	size_t bytes;
};

static void row_add(struct row *row, const char *key, jv value)
{
	struct eval_value *v = &row->values[row->n++];

	*v = value_of(key, value, &row->held[row->nheld]);
	row->nheld++;
	row->held[row->nheld++] = value;
	row->bytes += strlen(key) + v->len + 64;
}

/* Members come sorted by name. Returns -1 when there are too many. */
static int row_fill(struct row *row, jv output)
{
	jv keys;

	if (jv_get_kind(output) != JV_KIND_OBJECT) {
		row_add(row, "", jv_copy(output));
		return 0;
	}
	if (jv_object_length(jv_copy(output)) > FRAME_MEMBERS)
		return -1;
	keys = jv_keys(jv_copy(output));
	jv_array_foreach(keys, i, key)
	{
		row->held[row->nheld++] = key;
		row_add(row, jv_string_value(key), jv_object_get(jv_copy(output), jv_copy(key)));
	}
	jv_free(keys);
	return 0;
}

struct progress {
	size_t rows;
	size_t bytes;
};

/* Consumes output. Returns ERR_OK, or ERR_LIMIT with helper->message, or ERR_IO. */
static enum err_code emit(struct helper *helper, uint32_t job, jv output, struct progress *progress)
{
	struct row row;
	enum err_code code = ERR_OK;

	row.n = row.nheld = row.bytes = 0;
	if (row_fill(&row, output) < 0)
		code = fail(helper, ERR_LIMIT, "a row has more than 256 members");
	progress->bytes += row.bytes;
	if (++progress->rows > OUTPUT_ROWS || progress->bytes > OUTPUT_BYTES ||
	    row.bytes > FRAME_BYTES)
		code = fail(helper, ERR_LIMIT, "more than 250,000 rows or 32 MiB of output");
	if (code == ERR_OK)
		frame_put_row(&helper->out, job, row.values, row.n);
	for (size_t i = 0; i < row.nheld; i++)
		jv_free(row.held[i]);
	jv_free(output);
	if (helper->out.len >= FLUSH_BYTES && flush_out(helper) < 0)
		return ERR_IO;
	return code;
}

static enum err_code run_jq(struct helper *helper, uint32_t job, jq_state *jq, jv input)
{
	struct progress progress = {0};
	enum err_code code = ERR_OK;
	jv output;

	helper->message[0] = '\0';
	jq_start(jq, input, 0);
	while (code == ERR_OK && jv_is_valid(output = jq_next(jq)))
		code = emit(helper, job, output, &progress);
	if (code != ERR_OK) {
		jq_start(jq, jv_null(), 0); /* lets go of what the run still held */
		return code;
	}
	if (jq_halted(jq)) {
		jv_free(output);
		return fail(helper, ERR_INVALID, "it halted");
	}
	if (!jv_invalid_has_msg(jv_copy(output))) {
		jv_free(output);
		return ERR_OK;
	}
	keep_message(helper, jv_invalid_get_msg(output));
	return ERR_INVALID;
}

static jv input_of(const struct frame_run *run, jv document)
{
	jv vars = jv_object();

	for (size_t i = 0; i < run->nvars; i++) {
		const struct frame_text *value = &run->vars[i].value;
		vars = jv_object_set(vars, jv_string(run->vars[i].name.text),
				     jv_string_sized(value->text, (int)value->len));
	}
	return JV_ARRAY_3(jv_number(run->expression), vars, document);
}

static void prefix(struct helper *helper, const char *context)
{
	char rest[MESSAGE_BYTES];

	memcpy(rest, helper->message, sizeof(rest));
	snprintf(helper->message, sizeof(helper->message), "%.100s: %.290s", context, rest);
}

static enum err_code not_json(struct helper *helper, jv document)
{
	helper->message[0] = '\0';
	if (jv_invalid_has_msg(jv_copy(document)))
		keep_message(helper, jv_invalid_get_msg(document));
	else
		jv_free(document);
	prefix(helper, "not JSON");
	return ERR_INVALID;
}

static enum err_code run(struct helper *helper, uint32_t job, const struct frame_run *run)
{
	struct program *program = run->program < PROGRAMS ? helper->programs[run->program] : NULL;
	struct expression *expression;
	enum err_code code;
	jv document;

	if (!program || run->expression >= program->n)
		return fail(helper, ERR_NOT_FOUND, "no such expression");
	if (!program->jq)
		compile_program(helper, program);
	expression = &program->expressions[run->expression];
	if (expression->fault)
		code = fail(helper, ERR_INVALID, expression->fault);
	else if (jv_is_valid(document = jv_parse_sized(run->json.text, (int)run->json.len)))
		code = run_jq(helper, job, program->jq, input_of(run, document));
	else
		return not_json(helper, document);
	if (code != ERR_OK)
		prefix(helper, expression->name.text);
	return code;
}

static void take_program(struct helper *helper, const struct frame *frame)
{
	static struct frame_pair pairs[FRAME_EXPRESSIONS];
	struct frame kept = *frame;
	struct program *program;
	size_t n;

	if (frame->id >= PROGRAMS || helper->programs[frame->id])
		return;
	program = xcalloc(1, sizeof(*program));
	program->storage = xmalloc(frame->len);
	memcpy(program->storage, frame->data, frame->len);
	kept.data = program->storage;
	if (frame_get_program(&kept, pairs, &n) < 0)
		_exit(1);
	program->expressions = xcalloc(n, sizeof(*program->expressions));
	for (size_t i = 0; i < n; i++) {
		program->expressions[i].name = pairs[i].name;
		program->expressions[i].text = pairs[i].value;
	}
	program->n = n;
	helper->programs[frame->id] = program;
}

static int take_run(struct helper *helper, const struct frame *frame)
{
	static struct frame_run request;
	enum err_code code;

	if (frame_get_run(frame, &request) < 0)
		return -1;
	code = run(helper, frame->id, &request);
	if (code == ERR_IO)
		return -1;
	frame_put_done(&helper->out, frame->id, code, code == ERR_OK ? "" : helper->message);
	if (frame->len > TRIM_BYTES)
		malloc_trim(0);
	return flush_out(helper);
}

/* Handles the frames that are whole; -1 ends the worker. */
static int take_frames(struct helper *helper)
{
	struct frame frame;
	size_t taken = 0, n;
	int got, ret = 0;

	while (ret == 0 && (got = frame_next(helper->in.buf + taken, helper->in.len - taken, &frame,
					     &n)) != 0) {
		if (got < 0)
			return -1;
		if (frame.kind == FRAME_PROGRAM)
			take_program(helper, &frame);
		else if (frame.kind == FRAME_RUN)
			ret = take_run(helper, &frame);
		taken += n;
	}
	strbuf_consume(&helper->in, taken);
	return ret;
}

void helper_serve(int fd)
{
	struct helper *helper = xcalloc(1, sizeof(*helper));
	static char chunk[256u << 10];

	helper->fd = fd;
	strbuf_init(&helper->in);
	strbuf_init(&helper->out);
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		strbuf_add(&helper->in, chunk, (size_t)n);
		if (take_frames(helper) < 0)
			return;
	}
}
