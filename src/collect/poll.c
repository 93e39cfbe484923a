#include "collect/poll.h"

#include <string.h>
#include <strings.h>

/* Text before all else: protobuf would be smaller, but the text parser is faster. */
#define ACCEPT_METRICS                                                           \
	"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6," \
	"text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5,"                   \
	"text/plain;version=0.0.4;q=0.4,*/*;q=0.1"
#define METRICS_BYTES (128ull << 20)
#define JSON_BYTES    (16ull << 20)

static const struct format_traits {
	const char *accept;
	const char *what; /* for "answers with HTML instead of …" */
	uint64_t body_bytes;
	bool walked; /* read by jq, whole */
	bool markup; /* may begin with '<' */
} traits[] = {
	[FORMAT_PROMETHEUS] = {ACCEPT_METRICS, "metrics", METRICS_BYTES, false, false},
	[FORMAT_JSON] = {"application/json", "JSON", JSON_BYTES, true, false},
	[FORMAT_CSV] = {"text/csv,text/plain;q=0.9,*/*;q=0.1", "CSV", METRICS_BYTES, false, false},
	[FORMAT_PROMQL] = {"application/json", "JSON", POLL_PROMQL_BYTES, true, false},
	[FORMAT_TEXT] = {"text/plain,*/*;q=0.5", "text", JSON_BYTES, true, true},
};

static const struct format_traits *traits_of(const struct poll *poll)
{
	return &traits[poll->source->format];
}

int poll_judge_head(const struct poll *poll, const char *content_type, struct err *err)
{
	if (strncasecmp(content_type, "text/html", 9) == 0)
		return err_set(err, ERR_INVALID,
			       "answers with HTML instead of %s: is this the admin port, and is "
			       "%.80s enabled there?",
			       traits_of(poll)->what, poll->page);
	if (strcasestr(content_type, "protobuf"))
		return err_set(err, ERR_UNSUPPORTED,
			       "answers in protobuf although text was asked for: set it to text");
	return 0;
}

int poll_judge_body(struct poll *poll, const char *data, size_t len, struct err *err)
{
	size_t blank = 0;

	if (poll->looked || traits_of(poll)->markup)
		return 0;
	while (blank < len && strchr(" \t\r\n", data[blank]))
		blank++;
	if (blank == len)
		return 0;
	poll->looked = true;
	if (data[blank] == '<')
		return err_set(err, ERR_INVALID,
			       "answers with markup instead of %s: is this the admin port, and is "
			       "%.80s enabled there?",
			       traits_of(poll)->what, poll->page);
	return 0;
}

static bool is_openmetrics(const char *content_type)
{
	return strncasecmp(content_type, "application/openmetrics-text", 28) == 0;
}

/* Prometheus text and CSV: parsed as the bytes arrive. */

static void begin_exposition(struct poll *poll, bool openmetrics)
{
	struct exposition_options options = {.openmetrics = openmetrics};

	exposition_begin(poll->exposition, &options);
}

static int stream_head(void *ctx, const char *content_type, struct err *err)
{
	struct poll *poll = ctx;

	if (poll_judge_head(poll, content_type, err) < 0)
		return -1;
	if (poll->exposition && is_openmetrics(content_type))
		begin_exposition(poll, true);
	return 0;
}

static int stream_body(void *ctx, const char *data, size_t len, struct err *err)
{
	struct poll *poll = ctx;

	if (poll_judge_body(poll, data, len, err) < 0)
		return -1;
	return poll->exposition ? exposition_feed(poll->exposition, data, len, err)
				: csv_feed(poll->csv, data, len, err);
}

int poll_other_text(const struct poll *poll, struct err *err)
{
	return err_set(err, ERR_INVALID,
		       "answers with text, but no metrics that are known of it: is %.80s the right "
		       "page?",
		       poll->page);
}

static int end_stream(struct poll *poll, struct err *err)
{
	struct exposition_stats stats;

	if (!poll->looked)
		return err_set(err, ERR_INVALID,
			       "answers with nothing: are its metrics switched on?");
	if (!poll->exposition)
		return csv_end(poll->csv, err);
	if (exposition_end(poll->exposition, !poll->result.unverified, err) < 0)
		return -1;
	stats = exposition_stats(poll->exposition);
	poll->result.unmapped = (uint32_t)stats.skipped;
	/* No comment, and no line that is wanted: some other text. */
	if (stats.lines && stats.lines == stats.skipped)
		return poll_other_text(poll, err);
	return 0;
}

static void stream_done(void *ctx, const struct fetch_result *result)
{
	struct poll *poll = ctx;

	poll_account(poll, result);
	if (!poll->result.err.code && end_stream(poll, &poll->result.err) < 0 &&
	    !poll->result.err.code)
		err_set(&poll->result.err, ERR_INVALID, "the answer cannot be read");
	poll_finish(poll);
}

static const struct fetch_ops stream_ops = {stream_head, stream_body, stream_done};

static bool on_family(void *ctx, const char *name, size_t len)
{
	const struct poll *poll = ctx;

	return mapping_wants(poll->source, name, len);
}

static uint32_t on_series(void *ctx, const struct exposition_series *series)
{
	struct poll *poll = ctx;

	return batch_series(poll->batch, series);
}

static void on_samples(void *ctx, const struct exposition_sample *samples, size_t n)
{
	struct poll *poll = ctx;

	batch_samples(poll->batch, samples, n);
}

static int on_csv_head(void *ctx, const char *const *fields, size_t n, struct err *err)
{
	struct poll *poll = ctx;

	(void)err;
	arena_clear(&poll->names);
	poll->ncolumns = n < CSV_FIELDS ? n : CSV_FIELDS;
	for (size_t i = 0; i < poll->ncolumns; i++)
		poll->columns[i].name = arena_strdup(&poll->names, fields[i]);
	return 0;
}

static int on_csv_record(void *ctx, const char *const *fields, size_t n, struct err *err)
{
	struct poll *poll = ctx;
	size_t known = n < poll->ncolumns ? n : poll->ncolumns;

	(void)err;
	for (size_t i = 0; i < known; i++)
		poll->columns[i].value = fields[i];
	batch_row(poll->batch, poll->columns, known);
	return 0;
}

static const struct exposition_ops exposition_ops = {on_family, on_series, on_samples};
static const struct csv_ops csv_ops = {on_csv_head, on_csv_record};

void poll_init(struct poll *poll)
{
	poll->page = poll->source->path;
	arena_init(&poll->names);
	arena_init(&poll->walk.arena);
	strbuf_init(&poll->walk.body);
	strbuf_init(&poll->walk.path);
	strbuf_init(&poll->walk.next);
	if (poll->source->format == FORMAT_PROMETHEUS)
		poll->exposition = exposition_new(&exposition_ops, poll);
	if (poll->source->format == FORMAT_CSV)
		poll->csv = csv_new(&csv_ops, poll);
}

void poll_release(struct poll *poll)
{
	fetch_cancel(&poll->fetch);
	walk_cancel(poll);
	walk_release(poll);
	exposition_free(poll->exposition);
	csv_free(poll->csv);
	arena_release(&poll->names);
}

void poll_request(struct poll *poll, const char *path, const struct fetch_ops *ops, void *ctx)
{
	const struct format_traits *format = traits_of(poll);
	struct fetch_spec spec = {.reach = poll->reach,
				  .path = path,
				  .body = poll->source->reads ? poll->source->body : NULL,
				  .accept = poll->source->accept ? poll->source->accept
								 : format->accept,
				  .credential = poll->credential,
				  .timeout_ms = poll->timeout_ms,
				  .body_bytes = format->body_bytes};
	struct fetch_result refused = {.content_type = "", .server = ""};

	poll->looked = false;
	poll->result.requests++;
	if (fetch_start(&poll->fetch, poll->env->loop, poll->env->http, &spec, ops, ctx,
			&refused.err) == 0)
		return;
	poll->result.requests--;
	ops->done(ctx, &refused);
}

void poll_account(struct poll *poll, const struct fetch_result *result)
{
	struct poll_result *sum = &poll->result;

	sum->err = result->err;
	sum->status = result->status;
	if (sum->err.code == ERR_AUTH && poll->source->closed && result->refusal &&
	    strstr(result->refusal, poll->source->closed)) {
		err_set(&sum->err, ERR_STATUS, "%d: not offered here: %.150s", sum->status,
			result->refusal);
		sum->status = 404;
	}
	sum->unverified |= result->unverified;
	sum->seconds += result->seconds;
	sum->bytes += result->bytes;
	if (result->retry_after_ms > sum->retry_after_ms)
		sum->retry_after_ms = result->retry_after_ms;
}

/* Whether the answer was not the page of the source, and there is another place to look for it. */
static bool turn_page(struct poll *poll)
{
	bool elsewhere = poll->result.status == 404 || poll->result.err.code == ERR_INVALID;
	const char *page;

	if (!poll->result.err.code || !elsewhere)
		return false;
	page = profile_next_place(poll->profile, poll->source, poll->page);
	poll->page = page ? page : poll->source->path;
	return page != NULL;
}

void poll_finish(struct poll *poll)
{
	if (turn_page(poll)) {
		poll_start(poll);
		return;
	}
	if (!poll->result.err.code)
		batch_finish(poll->batch);
	if (!poll->exposition)
		poll->result.unmapped = poll->batch->unmapped;
	poll->done(poll->ctx, &poll->result);
}

void poll_start(struct poll *poll)
{
	bool anew = batch_begin(poll->batch);

	poll->result = (struct poll_result){0};
	if (traits_of(poll)->walked) {
		walk_start(poll);
		return;
	}
	if (poll->exposition && anew)
		exposition_forget(poll->exposition);
	if (poll->exposition)
		begin_exposition(poll, poll->source->complete_by_end);
	else
		csv_begin(poll->csv);
	poll_request(poll, poll->page, &stream_ops, poll);
}

void poll_start_past(struct poll *poll, const char *path)
{
	batch_begin(poll->batch);
	poll->result = (struct poll_result){0};
	walk_start_past(poll, path);
}

uint32_t poll_rows(const struct poll *poll)
{
	return poll->walk.rows;
}
