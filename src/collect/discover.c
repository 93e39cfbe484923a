#include "collect/discover.h"

#include "base/alloc.h"
#include "collect/credential.h"
#include "collect/fetch.h"
#include "collect/pump.h"
#include "collect/words.h"
#include "profile/mapping.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define QUESTIONS      30
#define BODY_BYTES     ((size_t)1 << 20)
#define CONTAINS_BYTES ((size_t)256 << 10)
#define TIMEOUT_MS     5000
#define JUDGE_MS       5000

/* An identify entry that the answer under way may fulfil. */
struct claim {
	struct discover *discover;
	struct profile *profile;
	uint32_t job;
	bool holds;
};

struct discover {
	struct loop *loop;
	struct http *http;
	struct eval *eval;
	const struct config_target *target;
	void (*done)(void *ctx, const struct discover_result *result);
	void *ctx;
	struct pump pump;
	struct reach reach;
	struct catalog *catalog;
	const char *questions[QUESTIONS]; /* paths, or line commands */
	size_t nquestions, question;
	struct fetch fetch;
	struct strbuf body;
	struct claim claims[CATALOG_PROFILES * PROFILE_IDENTIFY];
	size_t nclaims, pending;
	struct profile *found;                /* borrowed from profiles */
	const struct profile_source *checked; /* what is read of it, to see whether it can be */
	struct credential reader;
	char *credential;
	/* the answer that tells most */
	struct words words;
	struct strbuf server, content_type, example;
	struct strbuf sentence;
	struct discover_result result;
	struct loop_timer end; /* done() is called from the loop, not from within a callback */
};

static void ask(struct discover *discover);

static void on_end(struct loop_timer *timer)
{
	struct discover *discover = timer->ctx;
	void (*done)(void *ctx, const struct discover_result *result) = discover->done;
	void *ctx = discover->ctx;
	struct discover_result result = discover->result;
	struct strbuf sentence = discover->sentence;

	strbuf_init(&discover->sentence);
	result.sentence = sentence.buf;
	result.profile = discover->found ? profile_ref(discover->found) : NULL;
	discover_cancel(discover);
	done(ctx, &result);
	strbuf_release(&sentence);
}

static void finish(struct discover *discover)
{
	loop_timer_set(discover->loop, &discover->end, loop_now(discover->loop).mono_ms);
}

static int on_head(void *ctx, const char *content_type, struct err *err)
{
	(void)ctx;
	(void)content_type;
	(void)err;
	return 0;
}

/* What is longer than anything that a profile looks at is read to its end, and not kept. */
static int on_body(void *ctx, const char *data, size_t len, struct err *err)
{
	struct discover *discover = ctx;
	size_t room = BODY_BYTES - discover->body.len;

	(void)err;
	strbuf_add(&discover->body, data, len < room ? len : room);
	return 0;
}

/* Step three: whether its metrics can be read. */

static bool has_wanted(const struct profile_source *source, const struct strbuf *body)
{
	const char *p = body->buf, *end = p + body->len;

	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const char *line_end = newline ? newline : end;
		size_t name = 0;
		while (p + name < line_end && !strchr("{ \t#", p[name]))
			name++;
		if (name && mapping_wants(source, p, name))
			return true;
		p = line_end + 1;
	}
	return false;
}

static void on_checked(void *ctx, const struct fetch_result *result)
{
	struct discover *discover = ctx;
	const struct profile_source *source = discover->checked;

	if (result->status == 401 || result->status == 403) {
		discover->result.wants_credential = true;
		words_wants_credential(&discover->sentence, discover->target->url, source->path,
				       result->status, discover->credential != NULL);
	} else if (result->err.code && result->status != 404) {
		strbuf_addf(&discover->sentence, "; %.*s: %s", (int)strcspn(source->path, "?"),
			    source->path, result->err.msg);
	} else if (result->err.code ||
		   (discover->body.len < BODY_BYTES && !has_wanted(source, &discover->body))) {
		words_no_metrics(&discover->sentence, discover->found, source->path);
	}
	finish(discover);
}

static const struct profile_source *metrics_of(const struct profile *profile)
{
	for (size_t i = 0; i < profile->nsources; i++)
		if (profile->sources[i].transport == TRANSPORT_HTTP &&
		    profile->sources[i].format == FORMAT_PROMETHEUS)
			return &profile->sources[i];
	return NULL;
}

static int start_fetch(struct discover *discover, const char *path, const struct fetch_ops *ops,
		       struct err *err)
{
	struct fetch_spec spec = {
		.reach = &discover->reach,
		.path = path,
		.accept = "text/plain;version=0.0.4,application/json;q=0.9,*/*;q=0.1",
		.credential = discover->credential,
		.timeout_ms = TIMEOUT_MS};

	strbuf_clear(&discover->body);
	return fetch_start(&discover->fetch, discover->loop, discover->http, &spec, ops, discover,
			   err);
}

static void take_credential(void *ctx, char *header, const struct err *why)
{
	static const struct fetch_ops ops = {on_head, on_body, on_checked};
	struct discover *discover = ctx;
	struct err err = *why;

	discover->credential = header;
	if (err.code || start_fetch(discover, discover->checked->path, &ops, &err) < 0) {
		strbuf_addf(&discover->sentence, "; %s", err.msg);
		finish(discover);
	}
}

/* The kind is known: now its credential may be sent, to this origin alone. */
static void check_found(struct discover *discover)
{
	words_known(&discover->sentence, discover->found);
	discover->checked = metrics_of(discover->found);
	if (!discover->checked || discover->reach.transport != TRANSPORT_HTTP) {
		finish(discover);
		return;
	}
	credential_read(&discover->reader);
}

/* Step two: which profiles an answer fits. */

static void conclude_answer(struct discover *discover)
{
	for (size_t i = 0; i < discover->nclaims && !discover->found; i++)
		if (discover->claims[i].holds)
			discover->found = discover->claims[i].profile;
	if (discover->found) {
		check_found(discover);
		return;
	}
	discover->question++;
	ask(discover);
}

static void on_judged(void *ctx, const struct err *err)
{
	struct claim *claim = ctx;

	claim->job = 0;
	if (err->code)
		claim->holds = false;
	if (--claim->discover->pending == 0)
		conclude_answer(claim->discover);
}

/* As in jq -e: null and false do not hold. */
static void on_verdict(void *ctx, const struct eval_value *values, size_t n)
{
	struct claim *claim = ctx;

	claim->holds = n != 1 || values[0].key[0] != '\0' ||
		       !(values[0].type == EVAL_NULL ||
			 (values[0].type == EVAL_BOOL && values[0].number == 0));
}

static void judge_json(struct claim *claim, size_t entry)
{
	static const struct eval_ops ops = {on_verdict, on_judged};
	struct discover *discover = claim->discover;
	char name[32];

	claim->holds = false;
	if (!discover->eval)
		return;
	snprintf(name, sizeof(name), "identify.%zu", entry);
	discover->pending++;
	claim->job = eval_run(discover->eval, claim->profile->sources_program, name,
			      discover->body.buf, discover->body.len, NULL,
			      loop_now(discover->loop).mono_ms + JUDGE_MS, &ops, claim, NULL);
	if (!claim->job)
		discover->pending--;
	pump_update(&discover->pump);
}

static bool starts(const char *text, const char *start)
{
	return !start || strncasecmp(text, start, strlen(start)) == 0;
}

static bool fits(const struct discover *discover, const struct profile_identify *identify,
		 const struct fetch_result *result)
{
	int status = identify->status ? identify->status : 200;
	size_t len = discover->body.len < CONTAINS_BYTES ? discover->body.len : CONTAINS_BYTES;

	if (identify->get && result->status != status)
		return false;
	if (identify->line && result->err.code)
		return false;
	if (!starts(result->server, identify->server) ||
	    !starts(result->content_type, identify->content_type))
		return false;
	return !identify->contains || memmem(discover->body.buf, len, identify->contains,
					     strlen(identify->contains)) != NULL;
}

static const char *question_of(const struct discover *discover,
			       const struct profile_identify *identify)
{
	return discover->reach.transport == TRANSPORT_LINE ? identify->line : identify->get;
}

static void judge(struct discover *discover, const struct fetch_result *result)
{
	const char *question = discover->questions[discover->question];

	discover->nclaims = 0;
	discover->pending = 1; /* until all were looked at */
	for (size_t p = 0; p < discover->catalog->n; p++)
		for (size_t i = 0; i < discover->catalog->profiles[p]->nidentify; i++) {
			struct profile_identify *identify =
				&discover->catalog->profiles[p]->identify[i];
			const char *asked = question_of(discover, identify);
			if (!asked || strcmp(asked, question) != 0 ||
			    !fits(discover, identify, result))
				continue;
			struct claim *claim = &discover->claims[discover->nclaims++];
			*claim = (struct claim){discover, discover->catalog->profiles[p], 0, true};
			if (identify->when)
				judge_json(claim, i);
		}
	if (--discover->pending == 0)
		conclude_answer(discover);
}

/* Step one: questions. */

/* How much an answer tells of what is there. */
static int tells(int status)
{
	if (status == 401 || status == 403)
		return 2;
	return status >= 400 ? 1 : status ? 3 : 0;
}

/* The best answer for the words: anything that is not an error, else one that wants a credential,
 * else the first. */
static void remember(struct discover *discover, const struct fetch_result *result)
{
	bool better = tells(result->status) > tells(discover->words.status);

	if (words_is_metrics(discover->body.buf, discover->body.len, &discover->example))
		discover->words.metrics = true;
	if (!better)
		return;
	discover->words.status = result->status;
	strbuf_clear(&discover->server);
	strbuf_addstr(&discover->server, result->server);
	strbuf_clear(&discover->content_type);
	strbuf_addstr(&discover->content_type, result->content_type);
}

static void say_unknown(struct discover *discover)
{
	discover->words.url = discover->target->url;
	discover->words.server = discover->server.buf;
	discover->words.content_type = discover->content_type.buf;
	discover->words.example = discover->example.buf;
	words_unknown(&discover->sentence, &discover->words, discover->catalog->profiles,
		      discover->catalog->n);
	discover->result.wants_credential =
		discover->words.status == 401 || discover->words.status == 403;
	finish(discover);
}

static void say_unreachable(struct discover *discover, const struct err *err)
{
	strbuf_addstr(&discover->sentence, err->msg);
	finish(discover);
}

/* Whether another question could do better: not where nothing listens, or speaks no HTTP. */
static void on_answer(void *ctx, const struct fetch_result *result)
{
	struct discover *discover = ctx;
	bool line = discover->reach.transport == TRANSPORT_LINE;

	if (!discover->result.reachable && result->err.code && !result->status) {
		say_unreachable(discover, &result->err);
		return;
	}
	if (result->err.code == ERR_TLS) {
		say_unreachable(discover, &result->err);
		return;
	}
	discover->result.reachable = true;
	if (!line)
		remember(discover, result);
	if (result->status >= 300)
		strbuf_addstr(&discover->body, result->refusal);
	judge(discover, result);
}

static void ask(struct discover *discover)
{
	static const struct fetch_ops ops = {on_head, on_body, on_answer};
	struct err err = {0};

	if (discover->question >= discover->nquestions) {
		say_unknown(discover);
		return;
	}
	if (start_fetch(discover, discover->questions[discover->question], &ops, &err) < 0)
		say_unreachable(discover, &err);
}

static bool is_asked(const struct discover *discover, const char *question)
{
	for (size_t i = 0; i < discover->nquestions; i++)
		if (strcmp(discover->questions[i], question) == 0)
			return true;
	return false;
}

/* Each profile's best question comes before any second one. */
static void gather_questions(struct discover *discover)
{
	for (size_t i = 0; i < PROFILE_IDENTIFY; i++)
		for (size_t p = 0; p < discover->catalog->n; p++) {
			const struct profile *profile = discover->catalog->profiles[p];
			const char *question =
				i < profile->nidentify
					? question_of(discover, &profile->identify[i])
					: NULL;
			if (question && discover->nquestions < QUESTIONS &&
			    !is_asked(discover, question))
				discover->questions[discover->nquestions++] = question;
		}
}

/* Logs say of themselves what they are. */
static void take_log(struct discover *discover)
{
	for (size_t i = 0; i < discover->catalog->n; i++)
		if (strcmp(discover->catalog->profiles[i]->name, "accesslog") == 0)
			discover->found = discover->catalog->profiles[i];
	discover->result.reachable = true;
	if (discover->found)
		strbuf_addstr(&discover->sentence, "is read as an access log");
	else
		strbuf_addstr(&discover->sentence, "no profile for access logs is installed");
	finish(discover);
}

struct discover *discover_start(struct loop *loop, struct http *http, struct eval *eval,
				struct catalog *catalog, const struct config_target *target,
				void (*done)(void *ctx, const struct discover_result *result),
				void *ctx, struct err *err)
{
	struct discover *discover = xcalloc(1, sizeof(*discover));

	*discover = (struct discover){.loop = loop,
				      .http = http,
				      .eval = eval,
				      .catalog = catalog_ref(catalog),
				      .target = target,
				      .done = done,
				      .ctx = ctx};
	credential_init(&discover->reader, loop, &target->auth, take_credential, discover);
	discover->end = (struct loop_timer){.fire = on_end, .ctx = discover};
	strbuf_init(&discover->body);
	strbuf_init(&discover->server);
	strbuf_init(&discover->content_type);
	strbuf_init(&discover->example);
	strbuf_init(&discover->sentence);
	pump_init(&discover->pump, loop, eval);
	for (size_t i = 0; eval && i < catalog->n; i++)
		profile_compile(catalog->profiles[i], eval);
	if (!catalog->n)
		err_set(err, ERR_NOT_FOUND,
			"no profiles are installed: install them, or set HYPERCARE_DATA_DIR");
	if (!catalog->n || reach_init(&discover->reach, target, NULL, err) < 0) {
		discover_cancel(discover);
		return NULL;
	}
	for (size_t i = 0; i < discover->catalog->n; i++)
		reach_cut(&discover->reach, discover->catalog->profiles[i]);
	gather_questions(discover);
	if (discover->reach.transport == TRANSPORT_LOG)
		take_log(discover);
	else
		ask(discover);
	return discover;
}

static void cancel_claims(struct discover *discover)
{
	for (size_t i = 0; i < discover->nclaims; i++)
		if (discover->claims[i].job)
			eval_cancel(discover->eval, discover->claims[i].job);
}

void discover_cancel(struct discover *discover)
{
	if (!discover)
		return;
	loop_timer_stop(discover->loop, &discover->end);
	fetch_cancel(&discover->fetch);
	credential_release(&discover->reader);
	cancel_claims(discover);
	pump_release(&discover->pump);
	catalog_unref(discover->catalog);
	reach_release(&discover->reach);
	secret_wipe(discover->credential);
	strbuf_release(&discover->body);
	strbuf_release(&discover->server);
	strbuf_release(&discover->content_type);
	strbuf_release(&discover->example);
	strbuf_release(&discover->sentence);
	free(discover);
}
