/* Documents that jq reads: JSON and small texts, in pages, one or several for a source. */
#include "base/alloc.h"
#include "base/decimal.h"
#include "collect/poll.h"

#include <stdlib.h>
#include <string.h>

#define PAGES     50   /* of one list */
#define REQUESTS  1000 /* for one tick */
#define ITEM_VARS 32
#define ROW_MAX   256 /* members of a row */

static void request(struct poll *poll);
static void take_page(struct poll *poll);

static void fail(struct poll *poll, const struct err *err)
{
	poll->result.err = *err;
	poll_finish(poll);
}

static int walk_head(void *ctx, const char *content_type, struct err *err)
{
	return poll_judge_head(ctx, content_type, err);
}

static int walk_body(void *ctx, const char *data, size_t len, struct err *err)
{
	struct poll *poll = ctx;

	if (poll_judge_body(poll, data, len, err) < 0)
		return -1;
	strbuf_add(&poll->walk.body, data, len);
	return 0;
}

static void walk_done(void *ctx, const struct fetch_result *result)
{
	struct poll *poll = ctx;

	poll_account(poll, result);
	if (poll->result.err.code)
		poll_finish(poll);
	else
		take_page(poll);
}

static const struct fetch_ops walk_ops = {walk_head, walk_body, walk_done};

/* A text as a JSON string, for jq; invalid UTF-8 is replaced there. */
static void quote(struct strbuf *body)
{
	struct strbuf json = STRBUF_INIT;

	strbuf_addch(&json, '"');
	for (size_t i = 0; i < body->len; i++) {
		unsigned char c = (unsigned char)body->buf[i];
		if (c == '"' || c == '\\')
			strbuf_addch(&json, '\\');
		if (c < 0x20)
			strbuf_addf(&json, "\\u%04x", c);
		else
			strbuf_addch(&json, (char)c);
	}
	strbuf_addch(&json, '"');
	strbuf_release(body);
	*body = json;
}

/* A value as the text that mappings read; NULL when there is none. */
static const char *text_of(struct arena *arena, const struct eval_value *value)
{
	char number[32];

	switch (value->type) {
	case EVAL_NULL:
		return NULL;
	case EVAL_BOOL:
		return value->number != 0 ? "true" : "false";
	case EVAL_NUMBER:
		return arena_strdup(arena, decimal_exact(number, value->number));
	default:
		return value->text;
	}
}

static void on_row(void *ctx, const struct eval_value *values, size_t n)
{
	struct poll *poll = ctx;
	struct map_label labels[ROW_MAX];
	struct arena arena;
	size_t used = 0;

	poll->walk.rows++;
	arena_init(&arena);
	for (size_t i = 0; i < n && used < ROW_MAX; i++) {
		const char *text = text_of(&arena, &values[i]);
		if (text)
			labels[used++] = (struct map_label){values[i].key, text};
	}
	batch_row(poll->batch, labels, used);
	arena_release(&arena);
}

static void end_moment(struct poll *poll)
{
	if (poll->walk.at_s <= 0)
		return;
	if (!poll->batch->wall_ms)
		poll->batch->wall_ms = (int64_t)(poll->walk.at_s * 1000);
	batch_finish(poll->batch);
	poll->moment(poll->ctx);
	batch_begin(poll->batch);
}

static void on_past_row(void *ctx, const struct eval_value *values, size_t n)
{
	struct poll *poll = ctx;
	double at_s = 0;

	for (size_t i = 0; i < n; i++)
		if (values[i].type == EVAL_NUMBER && strcmp(values[i].key, "__at__") == 0)
			at_s = values[i].number;
	if (at_s > poll->walk.at_s) {
		end_moment(poll);
		poll->walk.at_s = at_s;
	}
	on_row(poll, values, n);
}

static void on_past_done(void *ctx, const struct err *err)
{
	struct poll *poll = ctx;

	poll->walk.job = 0;
	if (err->code)
		poll->result.err = *err;
	else
		end_moment(poll);
	poll->done(poll->ctx, &poll->result);
}

static void on_item(void *ctx, const struct eval_value *values, size_t n)
{
	struct poll *poll = ctx;
	struct walk *walk = &poll->walk;
	const char **vars;
	size_t used = 0;

	if (n > ITEM_VARS || walk->nitems > REQUESTS)
		return;
	vars = arena_array(&walk->arena, 2 * n + 1, sizeof(*vars));
	for (size_t i = 0; i < n; i++) {
		const char *text = text_of(&walk->arena, &values[i]);
		vars[used++] = arena_strdup(&walk->arena, values[i].key);
		vars[used++] = arena_strdup(&walk->arena, text ? text : "");
	}
	walk->items = xgrow(walk->items, &walk->items_cap, walk->nitems + 1, sizeof(*walk->items));
	walk->items[walk->nitems++] = vars;
}

/* Pages stay on the origin. */
static void on_next(void *ctx, const struct eval_value *values, size_t n)
{
	struct poll *poll = ctx;
	struct strbuf *next = &poll->walk.next;
	const char *url = poll->reach->url, *text = n == 1 ? values[0].text : "";
	size_t origin = url ? strlen(url) : 0;

	strbuf_clear(next);
	if (n != 1 || values[0].type != EVAL_TEXT)
		return;
	if (origin && strncmp(text, url, origin) == 0 && text[origin] == '/')
		text += origin;
	strbuf_addstr(next, text);
}

/* Whether it is one page of text, which has a row when it is what it should be. */
static bool is_page(const struct profile_source *source)
{
	return source->format == FORMAT_TEXT && source->transport == TRANSPORT_HTTP &&
	       !source->foreach;
}

static void advance(struct poll *poll)
{
	struct walk *walk = &poll->walk;
	struct err err = {0};

	if (walk->next.len) {
		if (walk->next.buf[0] != '/' || walk->next.buf[1] == '/') {
			err_set(&err, ERR_INVALID,
				"its next page is on another origin: it is not followed");
			fail(poll, &err);
			return;
		}
		strbuf_clear(&walk->path);
		strbuf_addstr(&walk->path, walk->next.buf);
		request(poll);
		return;
	}
	if (!walk->listing)
		walk->item++;
	walk->listing = false;
	walk->pages = 0;
	if (walk->item >= walk->nitems) {
		if (is_page(poll->source) && !walk->rows)
			poll_other_text(poll, &poll->result.err);
		poll_finish(poll);
		return;
	}
	strbuf_clear(&walk->path);
	if (profile_expand(poll->page, walk->items[walk->item], &walk->path, &err) < 0)
		fail(poll, &err);
	else
		request(poll);
}

static void on_next_done(void *ctx, const struct err *err)
{
	struct poll *poll = ctx;

	poll->walk.job = 0;
	if (err->code)
		fail(poll, err);
	else
		advance(poll);
}

static void run(struct poll *poll, const char *what, const struct eval_ops *ops)
{
	struct walk *walk = &poll->walk;
	struct eval *eval = poll->env->pump->eval;
	const char *const *vars = walk->item < walk->nitems ? walk->items[walk->item] : NULL;
	int64_t limit_ms = poll->timeout_ms ? poll->timeout_ms : 10000;
	struct strbuf name = STRBUF_INIT;
	struct err err = {0};

	strbuf_addf(&name, "%s.%s", poll->source->name, what);
	if (!eval)
		err_set(&err, ERR_UNSUPPORTED, "JSON is not read here: there is no jq helper");
	else
		walk->job = eval_run(eval, poll->profile->sources_program, name.buf, walk->body.buf,
				     walk->body.len, walk->listing ? NULL : vars,
				     loop_now(poll->env->loop).mono_ms + limit_ms, ops, poll, &err);
	strbuf_release(&name);
	if (err.code)
		fail(poll, &err);
	else
		pump_update(poll->env->pump);
}

static void on_rows_done(void *ctx, const struct err *err)
{
	static const struct eval_ops next_ops = {on_next, on_next_done};
	struct poll *poll = ctx;
	struct walk *walk = &poll->walk;

	walk->job = 0;
	strbuf_clear(&walk->next);
	if (err->code)
		fail(poll, err);
	else if (walk->listing && poll->source->foreach_next)
		run(poll, "foreach_next", &next_ops);
	else if (!walk->listing && poll->source->next)
		run(poll, "next", &next_ops);
	else
		advance(poll);
}

static void take_page(struct poll *poll)
{
	static const struct eval_ops item_ops = {on_item, on_rows_done};
	static const struct eval_ops row_ops = {on_row, on_rows_done};
	static const struct eval_ops past_ops = {on_past_row, on_past_done};

	if (poll->source->format == FORMAT_TEXT)
		quote(&poll->walk.body);
	if (poll->walk.past)
		run(poll, "past", &past_ops);
	else if (poll->walk.listing)
		run(poll, "foreach", &item_ops);
	else
		run(poll, "rows", &row_ops);
}

static void request(struct poll *poll)
{
	struct walk *walk = &poll->walk;
	struct err err = {0};

	if (++walk->pages > PAGES || poll->result.requests >= REQUESTS) {
		err_set(&err, ERR_LIMIT,
			"more than %d pages or %d requests for one reading: ask "
			"for larger pages, or for less",
			PAGES, REQUESTS);
		fail(poll, &err);
		return;
	}
	strbuf_clear(&walk->body);
	poll_request(poll, walk->path.buf, &walk_ops, poll);
}

static void start(struct poll *poll, const char *path, bool listing, bool past)
{
	struct walk *walk = &poll->walk;

	arena_clear(&walk->arena);
	walk->nitems = walk->item = 0;
	walk->pages = walk->rows = 0;
	walk->listing = listing;
	walk->past = past;
	walk->at_s = 0;
	strbuf_clear(&walk->path);
	strbuf_clear(&walk->next);
	strbuf_addstr(&walk->path, path);
	request(poll);
}

void walk_start(struct poll *poll)
{
	bool listing = poll->source->foreach != NULL;

	start(poll, listing ? poll->source->foreach_path : poll->page, listing, false);
}

void walk_start_past(struct poll *poll, const char *path)
{
	start(poll, path, false, true);
}

void walk_cancel(struct poll *poll)
{
	if (poll->walk.job)
		eval_cancel(poll->env->pump->eval, poll->walk.job);
	poll->walk.job = 0;
}

void walk_release(struct poll *poll)
{
	strbuf_release(&poll->walk.body);
	strbuf_release(&poll->walk.path);
	strbuf_release(&poll->walk.next);
	arena_release(&poll->walk.arena);
	free(poll->walk.items);
}
