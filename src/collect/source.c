#include "collect/source.h"

#include "base/alloc.h"

#include <stdio.h>
#include <string.h>

#define ABSENT_EVERY_MS 60000 /* an optional page that is not there is asked for once a minute */
#define OPTIONAL_STATUS 404
#define WATCH_MS        10000 /* how often a refused credential's file is looked at */

static int64_t wanted_interval(const struct source *source)
{
	if (source->member->target->interval_ms)
		return source->member->target->interval_ms;
	if (source->spec->every_ms)
		return source->spec->every_ms;
	return source->member->collect->options.interval_ms;
}

/* How long figures stand before they are stale: those of a relay change with its own reads. */
static int64_t shown_interval(const struct source *source)
{
	int64_t interval_ms = source->schedule.interval_ms;

	return source->relay_ms > interval_ms ? source->relay_ms : interval_ms;
}

/* Hands a tick on. Ticks of one source are never at the same instant. */
static void send(struct source *source, struct tick *tick)
{
	struct collect *collect = source->member->collect;

	if (tick->at.mono_ms <= source->last_ms)
		tick->at.mono_ms = source->last_ms + 1;
	source->last_ms = tick->at.mono_ms;
	source->told++;
	tick->source = source->number;
	tick->retry_ms = source->schedule.next_ms == SCHEDULE_NEVER ? 0 : source->schedule.next_ms;
	tick->interval_ms = shown_interval(source);
	collect->ops.tick(collect->ctx, tick);
}

/* A file may get a new credential while the old one is refused; to run a command again is left to
 * the operator. */
static bool can_watch(const struct member *member)
{
	const struct secret_ref *auth = &member->target->auth;

	return auth->scheme != SECRET_NONE &&
	       (auth->from == SECRET_FILE || auth->from == SECRET_CREDENTIAL);
}

static void arm(struct source *source)
{
	struct loop *loop = source->member->collect->loop;

	if (source->schedule.next_ms != SCHEDULE_NEVER)
		loop_timer_set(loop, &source->timer, source->schedule.next_ms);
	else if (can_watch(source->member))
		loop_timer_set(loop, &source->timer, loop_now(loop).mono_ms + WATCH_MS);
	else
		loop_timer_stop(loop, &source->timer);
}

static void begin(struct source *source)
{
	struct collect *collect = source->member->collect;

	collect->in_flight++;
	source->running = true;
	source->begun = loop_now(collect->loop);
	source->poll.credential = source->member->credential;
	source->used = source->member->generation;
	poll_start(&source->poll);
}

static void enqueue(struct source *source)
{
	struct collect *collect = source->member->collect;

	source->waiting = true;
	source->next_waiting = NULL;
	*collect->last_waiting = source;
	collect->last_waiting = &source->next_waiting;
}

static void unqueue(struct source *source)
{
	struct collect *collect = source->member->collect;
	struct source **place = &collect->first_waiting;

	if (!source->waiting)
		return;
	while (*place != source)
		place = &(*place)->next_waiting;
	*place = source->next_waiting;
	if (!source->next_waiting)
		collect->last_waiting = place;
	source->waiting = false;
}

static void fill_slots(struct collect *collect)
{
	while (collect->first_waiting && collect->in_flight < collect->options.in_flight) {
		struct source *source = collect->first_waiting;
		unqueue(source);
		begin(source);
	}
}

static void on_due(struct loop_timer *timer)
{
	struct source *source = timer->ctx;

	if (source->running || source->waiting)
		return;
	if (source->schedule.next_ms == SCHEDULE_NEVER)
		member_read_credential(source->member);
	if (source->schedule.next_ms == SCHEDULE_NEVER &&
	    source->used == source->member->generation) {
		arm(source);
		return;
	}
	enqueue(source);
	fill_slots(source->member->collect);
}

static void send_failure(struct source *source, const struct poll_result *result,
			 enum tick_outcome outcome)
{
	struct err err = result->err;
	struct tick tick = {.at = loop_now(source->member->collect->loop),
			    .outcome = outcome,
			    .error = err.msg,
			    .seconds = result->seconds,
			    .bytes = result->bytes,
			    .requests = result->requests};

	if (err.line)
		err_prefix(&err, "line %d of the answer", err.line);
	send(source, &tick);
}

static void send_values(struct source *source, const struct poll_result *result)
{
	struct tick tick = {.at = source->begun,
			    .outcome = result->unverified ? TICK_UNVERIFIED : TICK_OK,
			    .dict = &source->batch.dict,
			    .values = source->batch.values,
			    .error = "",
			    .seconds = result->seconds,
			    .bytes = result->bytes,
			    .requests = result->requests,
			    .unmapped = result->unmapped};
	int64_t wall_ms = source->batch.wall_ms;

	if (wall_ms && wall_ms < tick.at.wall_ms) {
		tick.at.mono_ms -= tick.at.wall_ms - wall_ms;
		tick.at.wall_ms = wall_ms;
	}
	send(source, &tick);
}

/* An answer that a Prometheus relays is as old as its newest sample. One that was told already is
 * not told again: it would look like a second in which nothing happened. */
static bool is_told(struct source *source)
{
	int64_t wall_ms = source->batch.wall_ms;

	if (!wall_ms)
		return false;
	if (wall_ms <= source->sample_ms)
		return true;
	if (source->sample_ms)
		source->relay_ms = wall_ms - source->sample_ms;
	source->sample_ms = wall_ms;
	return false;
}

static void take_answer(struct source *source, const struct poll_result *result)
{
	schedule_answered(&source->schedule, loop_now(source->member->collect->loop).mono_ms,
			  result->seconds);
	if (is_told(source))
		source->told++;
	else
		send_values(source, result);
}

/* What is not there, and need not be. */
static void take_absence(struct source *source, const struct poll_result *result)
{
	static const double nothing[1];
	struct tick tick = {.at = source->begun,
			    .outcome = TICK_OK,
			    .dict = &source->batch.dict,
			    .values = nothing,
			    .error = "",
			    .seconds = result->seconds,
			    .bytes = result->bytes,
			    .requests = result->requests};

	batch_clear(&source->batch);
	source->schedule.interval_ms = ABSENT_EVERY_MS;
	source->schedule.next_ms =
		loop_now(source->member->collect->loop).mono_ms + ABSENT_EVERY_MS;
	send(source, &tick);
}

/* Stopped, lest a wrong credential locks an account; but a credential that has changed since is
 * tried once. */
static void take_refusal(struct source *source, const struct poll_result *result)
{
	member_read_credential(source->member);
	if (source->used != source->member->generation)
		schedule_retry(&source->schedule, loop_now(source->member->collect->loop).mono_ms);
	else
		schedule_stop(&source->schedule);
	send_failure(source, result, TICK_UNAUTHORISED);
}

static void take_failure(struct source *source, const struct poll_result *result)
{
	schedule_failed(&source->schedule, loop_now(source->member->collect->loop).mono_ms,
			result->retry_after_ms);
	send_failure(source, result, TICK_FAILED);
}

static void on_read(void *ctx, const struct poll_result *result)
{
	struct source *source = ctx;
	struct collect *collect = source->member->collect;

	source->running = false;
	collect->in_flight--;
	if (!result->err.code)
		take_answer(source, result);
	else if (result->err.code == ERR_AUTH)
		take_refusal(source, result);
	else if (source->spec->optional && result->status == OPTIONAL_STATUS)
		take_absence(source, result);
	else
		take_failure(source, result);
	arm(source);
	fill_slots(collect);
}

static void on_tally(void *ctx, struct tick *tick)
{
	struct source *source = ctx;

	send(source, tick);
}

void source_init(struct source *source, struct member *member, const struct profile_source *spec)
{
	struct collect *collect = member->collect;
	int64_t spread_ms = (int64_t)(10 * ++collect->nsources);

	*source = (struct source){.member = member, .spec = spec, .last_ms = INT64_MIN};
	source->number = model_add_source(collect->model, member->number, spec->name);
	source->timer = (struct loop_timer){.fire = on_due, .ctx = source};
	collect->random += 0x9e3779b97f4a7c15u;
	schedule_init(&source->schedule, wanted_interval(source), loop_now(collect->loop).mono_ms,
		      spread_ms, collect->random);
	if (spec->transport == TRANSPORT_LOG)
		return;
	batch_init(&source->batch, spec, model_names(collect->model),
		   model_target_symbol(collect->model, member->number),
		   collect->options.series_per_source);
	source->poll = (struct poll){.env = &collect->env,
				     .reach = &member->reach,
				     .profile = member->profile,
				     .source = spec,
				     .timeout_ms = spec->deadline_ms ? spec->deadline_ms
								     : member->target->timeout_ms,
				     .batch = &source->batch,
				     .done = on_read,
				     .ctx = source};
	poll_init(&source->poll);
}

static void follow_log(struct source *source)
{
	struct member *member = source->member;
	struct collect *collect = member->collect;
	struct follow_spec spec = {
		.log = member->reach.log,
		.options = member->profile->log,
		.target = member->target,
		.names = model_names(collect->model),
		.symbol = model_target_symbol(collect->model, member->number),
		.interval_ms = source->schedule.interval_ms,
		.cap_series = collect->options.series_per_source,
	};
	struct poll_result failed = {0};

	spec.log.from_start = collect->options.logs_from_start;
	source->follow = follow_start(collect->loop, &spec, on_tally, source, &failed.err);
	if (source->follow)
		return;
	schedule_stop(&source->schedule);
	send_failure(source, &failed, TICK_FAILED);
}

/* Without the credential that was named, nothing is asked. */
static void refuse_start(struct source *source)
{
	struct poll_result none = {.err = source->member->credential_err};

	schedule_stop(&source->schedule);
	send_failure(source, &none, TICK_UNAUTHORISED);
	arm(source);
}

void source_start(struct source *source)
{
	if (source->spec->transport == TRANSPORT_LOG)
		follow_log(source);
	else if (source->member->credential_err.code)
		refuse_start(source);
	else
		arm(source);
}

void source_retry(struct source *source)
{
	struct collect *collect = source->member->collect;

	if (source->spec->transport == TRANSPORT_LOG) {
		if (!source->follow)
			follow_log(source);
		return;
	}
	if (source->running || source->waiting)
		return;
	if (source->member->credential_err.code) {
		refuse_start(source);
		return;
	}
	schedule_retry(&source->schedule, loop_now(collect->loop).mono_ms);
	arm(source);
}

void source_release(struct source *source)
{
	struct collect *collect = source->member->collect;

	loop_timer_stop(collect->loop, &source->timer);
	unqueue(source);
	follow_stop(source->follow);
	if (source->spec->transport == TRANSPORT_LOG)
		return;
	if (source->running)
		collect->in_flight--;
	poll_release(&source->poll);
	batch_release(&source->batch);
}
