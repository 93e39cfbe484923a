#include "app/session_impl.h"

#include "app/acting.h"
#include "app/app.h"
#include "app/journal_file.h"
#include "app/rules.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/strbuf.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JUDGE_MS          1000 /* between evaluations when nothing arrives */
#define JUDGE_TURN_MS     5    /* of one turn of the loop; what is left follows */
#define JUDGE_REST        10   /* times as long it then rests */
#define SETTLE_MS         50   /* ticks that arrive together are judged together */
#define SEARCH_FIRST_MS   1000
#define SEARCH_LAST_MS    30000
#define HISTORY_MS        (15 * 60 * 1000)
#define SERIES_PER_TARGET 100000

static void judge_in(struct session *session, int64_t wait_ms)
{
	int64_t at_ms = loop_now(session->loop).mono_ms + wait_ms;

	if (at_ms < session->judge_rest_ms)
		at_ms = session->judge_rest_ms;
	if (session->judge_at_ms && session->judge_at_ms <= at_ms)
		return;
	session->judge_at_ms = at_ms;
	loop_timer_set(session->loop, &session->judge, at_ms);
}

/* A few rules a turn, and a tenth of the time at most, so that keys and polls are not kept waiting
 * however much there is to judge. */
static void judge_now(struct loop_timer *timer)
{
	struct session *session = timer->ctx;
	int64_t begun_ms = clock_read().mono_ms, took_ms = 0;
	bool whole = false;

	session->judge_at_ms = 0;
	while (!whole && took_ms < JUDGE_TURN_MS) {
		whole = detect_step(session->detect, loop_now(session->loop));
		took_ms = clock_read().mono_ms - begun_ms;
	}
	session->judge_rest_ms = loop_now(session->loop).mono_ms + JUDGE_REST * took_ms;
	if (whole && session->acting)
		acting_judged(session->acting);
	if (whole && session->journal && session->ops.keeps_journal)
		journal_judged(session->journal);
	if (whole && session->ops.changed)
		session->ops.changed(session->ctx);
	judge_in(session, whole ? JUDGE_MS : 0);
}

static void log_tick(const struct session *session, const struct tick *tick)
{
	static const char *const outcomes[] = {"ok", "ok", "failed", "unauthorised"};
	struct source_status status = model_source(session->model, tick->source);
	const struct target_info *target = model_target(session->model, status.target);

	log_debug("tick %s/%s %s", target ? target->name : "", status.name,
		  tick->past ? "past" : outcomes[tick->outcome]);
}

static void take_tick(void *ctx, const struct tick *tick)
{
	struct session *session = ctx;

	model_apply(session->model, tick, NULL);
	log_tick(session, tick);
	judge_in(session, SETTLE_MS);
}

static void say(struct session_target *target, enum tick_outcome outcome, const char *sentence)
{
	struct session *session = target->session;
	struct tick tick = {
		.source = target->identifying,
		.at = loop_now(session->loop),
		.outcome = outcome,
		.error = sentence,
		.interval_ms = target->wait_ms,
		.retry_ms = loop_now(session->loop).mono_ms + target->wait_ms,
	};

	take_tick(session, &tick);
}

static void search_again(struct loop_timer *timer)
{
	session_target_search(timer->ctx);
}

static void keep_sentence(struct session_target *target, const char *sentence)
{
	char *copy = xstrdup(sentence); /* sentence may be the one that goes */

	free(target->sentence);
	target->sentence = copy;
}

static void search_later(struct session_target *target, const char *sentence)
{
	struct session *session = target->session;

	target->failed = true;
	keep_sentence(target, sentence);
	say(target, TICK_FAILED, sentence);
	loop_timer_set(session->loop, &target->again,
		       loop_now(session->loop).mono_ms + target->wait_ms);
	target->wait_ms =
		target->wait_ms * 2 < SEARCH_LAST_MS ? target->wait_ms * 2 : SEARCH_LAST_MS;
}

void session_target_open(struct session_target *target, struct profile *profile)
{
	struct session *session = target->session;
	struct err err;

	profile_unref(target->profile);
	target->profile = profile;
	if (session->ops.identify_only)
		return;
	if (collect_add(session->collect, target->config, profile, &err) == UINT32_MAX) {
		search_later(target, err.msg);
		return;
	}
	target->failed = false;
	target->opened = true;
	if (session->acting)
		acting_add(session->acting, target->number, target->config, profile);
	model_remove_source(session->model, target->identifying);
	judge_in(session, SETTLE_MS);
}

static void found(void *ctx, const struct discover_result *result)
{
	struct session_target *target = ctx;

	target->discover = NULL;
	keep_sentence(target, result->sentence);
	if (result->profile)
		session_target_open(target, result->profile);
	else
		search_later(target, result->sentence);
}

static bool is_log(const char *url)
{
	return !strncmp(url, "file:", 5) || !strncmp(url, "command:", 8) || !strcmp(url, "stdin");
}

/* The profile of a target that need not be recognised: that of the session, the configured one, or
 * that of a log. NULL and err->code ERR_OK when it is to be found out. */
static struct profile *given_profile(const struct session_target *target, struct err *err)
{
	const char *name = target->config->profile;

	if (target->session->ops.profile)
		return profile_ref(target->session->ops.profile);
	if (is_log(target->config->url) && !*name)
		name = "accesslog";
	return *name ? catalog_find(target->session->catalog, name, err) : NULL;
}

static void keep_given(struct session_target *target, const struct profile *profile)
{
	struct strbuf sentence = STRBUF_INIT;

	strbuf_addf(&sentence, "is %s (as given)", profile->title);
	keep_sentence(target, sentence.buf);
	strbuf_release(&sentence);
}

void session_target_search(struct session_target *target)
{
	struct session *session = target->session;
	struct err err = {0};
	struct profile *profile = given_profile(target, &err);

	if (profile) {
		keep_given(target, profile);
		session_target_open(target, profile);
		return;
	}
	if (!err.code)
		target->discover =
			discover_start(session->loop, session->http, session->eval,
				       session->catalog, target->config, found, target, &err);
	if (!target->discover)
		search_later(target, err.msg);
}

struct session_target *session_target_new(struct session *session,
					  const struct config_target *config)
{
	struct session_target *target = xcalloc(1, sizeof(*target));
	struct target_info info = {
		.name = config->name,
		.kind = "?",
		.title = "not identified yet",
		.url = config->url,
		.group = config->banner,
		.guard = (enum target_guard)config->guard,
		.counts = config->counts,
	};

	*target = (struct session_target){
		.session = session, .config = config, .wait_ms = SEARCH_FIRST_MS};
	secret_claim(&config->auth);
	secret_claim(&config->action_auth);
	target->again = (struct loop_timer){.fire = search_again, .ctx = target};
	target->number = model_add_target(session->model, &info);
	target->identifying = model_add_source(session->model, target->number, "identify");
	return target;
}

void session_target_free(struct session_target *target)
{
	discover_cancel(target->discover);
	loop_timer_stop(target->session->loop, &target->again);
	profile_unref(target->profile);
	free(target->sentence);
	free(target);
}

static void add_targets(struct session *session)
{
	session->ntargets = session->config->ntargets;
	session->targets = xcalloc(session->ntargets, sizeof(*session->targets));
	http_expect(session->http, session->ntargets);
	for (size_t i = 0; i < session->ntargets; i++)
		session->targets[i] = session_target_new(session, &session->config->targets[i]);
}

static void store_is_ready(struct loop_fd *handle, short revents)
{
	(void)revents;
	store_turn(handle->ctx);
}

static void plan_moved(void *ctx, struct plan *plan)
{
	struct session *session = ctx;

	if (session->ops.acted)
		session->ops.acted(session->ctx, plan);
}

static void make_acting(struct session *session)
{
	const struct acting_means means = {.loop = session->loop,
					   .http = session->http,
					   .eval = session->eval,
					   .store = session->store,
					   .model = session->model,
					   .detect = session->detect,
					   .operator= & session->who.operator, };
	const struct acting_ops ops = {.changed = plan_moved};

	session->acting = acting_new(&means, &ops, session);
}

static int open_store(struct session *session, const struct options *options, struct err *err)
{
	struct journal_ties ties = {session->loop,
				    NULL,
				    session->detect,
				    session->model,
				    &session->who.operator, session->ops.changed,
				    session->ctx};
	struct store_options paths;

	if (!session->ops.keeps_journal && !session->ops.reads_journal)
		return 0;
	journal_paths(options, session->config, &paths);
	paths.read_only = !session->ops.keeps_journal;
	if (paths.read_only && !options->journal && access(paths.path, F_OK)) {
		journal_paths_release(&paths);
		return 0;
	}
	session->store = store_new(&paths, err);
	journal_paths_release(&paths);
	if (!session->store)
		return -1;
	session->store_fd = (struct loop_fd){
		.fd = store_fd(session->store), .ready = store_is_ready, .ctx = session->store};
	loop_fd_set(session->loop, &session->store_fd, POLLIN);
	if (session->ops.keeps_journal)
		make_acting(session);
	ties.store = session->store;
	session->journal = journal_new(&ties);
	return 0;
}

struct session *session_new(struct config *config, const struct options *options,
			    const struct session_ops *ops, void *ctx, struct err *err)
{
	const struct model_limits limits = {.history_ms = HISTORY_MS,
					    .series_per_target = SERIES_PER_TARGET};
	const struct collect_ops collect_ops = {.tick = take_tick};
	struct collect_options collecting = {.interval_ms = options->interval_ms,
					     .random_seed = app_random()};
	struct session *session = xcalloc(1, sizeof(*session));

	session->ops = *ops;
	session->ctx = ctx;
	session->config = config_ref(config);
	session->eval = eval_new(err);
	if (!session->eval || rules_init(&session->rules, config, options->only, err)) {
		session_free(session);
		return NULL;
	}
	session->loop = loop_new();
	session->http = http_new(session->loop);
	http_set_token(session->http, app_random());
	session->names = names_new();
	session->model = model_new(session->names, &limits);
	session->detect = detect_new(session->model, session->rules.rules, session->rules.n);
	session->collect = collect_new(session->loop, session->http, session->eval, session->model,
				       &collecting, &collect_ops, session);
	session->judge = (struct loop_timer){.fire = judge_now, .ctx = session};
	identity_read(&session->who, options->operator);
	if (open_store(session, options, err)) {
		session_free(session);
		return NULL;
	}
	add_targets(session);
	return session;
}

void session_free(struct session *session)
{
	if (!session)
		return;
	if (session->store)
		loop_fd_remove(session->loop, &session->store_fd);
	store_free(session->store);
	acting_free(session->acting);
	for (size_t i = 0; i < session->ntargets; i++)
		session_target_free(session->targets[i]);
	free(session->targets);
	collect_free(session->collect);
	journal_free(session->journal);
	detect_free(session->detect);
	rules_release(&session->rules);
	model_free(session->model);
	names_unref(session->names);
	http_free(session->http);
	if (session->loop)
		loop_timer_stop(session->loop, &session->judge);
	catalog_unref(session->catalog);
	eval_free(session->eval);
	loop_free(session->loop);
	session_forget_outdated(session);
	config_unref(session->config);
	free(session);
}

void session_start(struct session *session)
{
	if (!session->catalog)
		session->catalog = catalog_new();
	for (size_t i = 0; i < session->ntargets; i++)
		if (!session->ops.only ||
		    !strcmp(session->ops.only, session->targets[i]->config->name))
			session_target_search(session->targets[i]);
	judge_in(session, SETTLE_MS);
}

struct loop *session_loop(const struct session *session)
{
	return session->loop;
}

const struct model *session_model(const struct session *session)
{
	return session->model;
}

struct detect *session_detect(const struct session *session)
{
	return session->detect;
}

const struct config *session_config(const struct session *session)
{
	return session->config;
}

struct act *session_act(const struct session *session)
{
	return acting_act(session->acting);
}

struct store *session_store(const struct session *session)
{
	return session->store;
}

struct journal *session_journal(const struct session *session)
{
	return session->journal;
}

const struct operator* session_operator(const struct session *session)
{
	return &session->who.operator;
}

void session_retry(struct session *session, uint32_t target)
{
	for (size_t i = 0; i < session->ntargets; i++) {
		struct session_target *each = session->targets[i];

		if (target != UINT32_MAX && each->number != target)
			continue;
		if (!each->failed || each->discover)
			continue;
		each->wait_ms = SEARCH_FIRST_MS;
		loop_timer_set(session->loop, &each->again, loop_now(session->loop).mono_ms);
	}
	collect_retry(session->collect, target);
}

struct session_progress session_progress(const struct session *session)
{
	struct session_progress progress = {.targets = session->ntargets};

	for (size_t i = 0; i < session->ntargets; i++) {
		const struct session_target *target = session->targets[i];

		progress.failed += target->failed;
		progress.searching += target->discover && !target->failed;
	}
	if (collect_settled(session->collect, 1))
		progress.polled = progress.targets - progress.failed - progress.searching;
	return progress;
}

const struct profile *session_found(const struct session *session, size_t i,
				    const char **ret_sentence)
{
	*ret_sentence = session->targets[i]->sentence ? session->targets[i]->sentence : "";
	return session->targets[i]->profile;
}

const struct profile *session_profile(const struct session *session, uint32_t target)
{
	for (size_t i = 0; i < session->ntargets; i++)
		if (session->targets[i]->number == target)
			return session->targets[i]->profile;
	return NULL;
}

void session_load(const struct session *session, double *ret_requests_per_s,
		  double *ret_bytes_per_s)
{
	*ret_requests_per_s = *ret_bytes_per_s = 0;
	for (uint32_t i = 0; i < model_source_count(session->model); i++) {
		struct source_status status = model_source(session->model, i);

		*ret_requests_per_s += status.requests_per_s;
		*ret_bytes_per_s += status.bytes_per_s;
	}
}

const char *session_hint(void *ctx, enum signal signal)
{
	const struct session *session = ctx;

	for (size_t i = 0; i < session->ntargets; i++) {
		const struct profile *profile = session->targets[i]->profile;
		const char *hint = profile ? profile_hint(profile, signal) : NULL;

		if (hint)
			return hint;
	}
	return NULL;
}
