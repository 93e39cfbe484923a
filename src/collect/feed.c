#include "collect/feed.h"

#include "base/alloc.h"

#include <stdio.h>
#include <string.h>

#define ABSENT_EVERY_MS 60000 /* an optional page that is not there is asked for once a minute */
#define OPTIONAL_STATUS 404
#define WATCH_MS        10000 /* how often a refused credential's file is looked at */
#define SLOTS           20    /* of an interval */

/* The values of an answer that has none: still an answer, after which series count from 0. */
static const double nothing[1];

static int64_t wanted_interval(const struct feed *feed)
{
	if (feed->member->target->interval_ms)
		return feed->member->target->interval_ms;
	if (feed->spec->every_ms)
		return feed->spec->every_ms;
	return feed->member->collect->options.interval_ms;
}

/* How long figures stand before they are stale: those of a relay change with its own reads. */
static int64_t shown_interval(const struct feed *feed)
{
	int64_t interval_ms = feed->schedule.interval_ms;

	return feed->relay_ms > interval_ms ? feed->relay_ms : interval_ms;
}

/* Hands a tick on. Ticks of one source are never at the same instant. */
static void send(struct feed *feed, struct tick *tick)
{
	struct collect *collect = feed->member->collect;

	if (tick->at.mono_ms <= feed->last_ms)
		tick->at.mono_ms = feed->last_ms + 1;
	feed->last_ms = tick->at.mono_ms;
	feed->told++;
	tick->source = feed->number;
	if (!feed->follow && feed->schedule.next_ms != SCHEDULE_NEVER)
		tick->retry_ms = feed->schedule.next_ms;
	tick->interval_ms = shown_interval(feed);
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

/* Reads that fall into one slot share a wake-up: for many targets that is most of what they
 * cost. */
static int64_t slot_of(const struct schedule *schedule)
{
	int64_t slot_ms = schedule->interval_ms / SLOTS > 0 ? schedule->interval_ms / SLOTS : 1;

	return (schedule->next_ms + slot_ms - 1) / slot_ms * slot_ms;
}

static void arm(struct feed *feed)
{
	struct loop *loop = feed->member->collect->loop;

	if (feed->schedule.next_ms != SCHEDULE_NEVER)
		loop_timer_set(loop, &feed->timer, slot_of(&feed->schedule));
	else if (can_watch(feed->member))
		loop_timer_set(loop, &feed->timer, loop_now(loop).mono_ms + WATCH_MS);
	else
		loop_timer_stop(loop, &feed->timer);
}

static void begin(struct feed *feed)
{
	struct collect *collect = feed->member->collect;

	collect->in_flight++;
	feed->running = true;
	feed->begun = loop_now(collect->loop);
	feed->poll.credential = feed->member->credential;
	feed->used = feed->member->generation;
	poll_start(&feed->poll);
}

static void enqueue(struct feed *feed)
{
	struct collect *collect = feed->member->collect;

	feed->waiting = true;
	feed->next_waiting = NULL;
	*collect->last_waiting = feed;
	collect->last_waiting = &feed->next_waiting;
}

static void unqueue(struct feed *feed)
{
	struct collect *collect = feed->member->collect;
	struct feed **place = &collect->first_waiting;

	if (!feed->waiting)
		return;
	while (*place != feed)
		place = &(*place)->next_waiting;
	*place = feed->next_waiting;
	if (!feed->next_waiting)
		collect->last_waiting = place;
	feed->waiting = false;
}

static void fill_slots(struct collect *collect)
{
	while (collect->first_waiting && collect->in_flight < collect->options.in_flight) {
		struct feed *feed = collect->first_waiting;
		unqueue(feed);
		begin(feed);
	}
}

static void on_due(struct loop_timer *timer)
{
	struct feed *feed = timer->ctx;

	if (feed->running || feed->waiting)
		return;
	if (feed->schedule.next_ms == SCHEDULE_NEVER) {
		member_read_credential(feed->member);
		arm(feed);
		return;
	}
	enqueue(feed);
	fill_slots(feed->member->collect);
}

static void send_failure(struct feed *feed, const struct poll_result *result,
			 enum tick_outcome outcome)
{
	struct err err = result->err;
	struct tick tick = {.at = loop_now(feed->member->collect->loop),
			    .outcome = outcome,
			    .error = err.msg,
			    .seconds = result->seconds,
			    .bytes = result->bytes,
			    .requests = result->requests};

	if (err.line)
		err_prefix(&err, "line %d of the answer", err.line);
	send(feed, &tick);
}

static void send_values(struct feed *feed, const struct poll_result *result)
{
	struct tick tick = {.at = feed->begun,
			    .outcome = result->unverified ? TICK_UNVERIFIED : TICK_OK,
			    .dict = &feed->batch.dict,
			    .values = feed->batch.dict.n ? feed->batch.values : nothing,
			    .error = "",
			    .seconds = result->seconds,
			    .bytes = result->bytes,
			    .past = feed->past_state == PAST_READING,
			    .requests = result->requests,
			    .unmapped = result->unmapped};
	int64_t wall_ms = feed->batch.wall_ms;

	if (wall_ms && wall_ms < tick.at.wall_ms) {
		tick.at.mono_ms -= tick.at.wall_ms - wall_ms;
		tick.at.wall_ms = wall_ms;
	}
	send(feed, &tick);
}

/* An instant of the past, unless its samples are those of the one before it. It is neither a
 * reading of its own nor the answer that is waited for. */
static void on_moment(void *ctx)
{
	static const struct poll_result nothing_read;
	struct feed *feed = ctx;

	int64_t ago_ms = feed->begun.wall_ms - feed->batch.wall_ms;

	/* Nothing was before this machine was started: there is no time to say when. */
	if (feed->batch.wall_ms <= feed->sample_ms || ago_ms < 0 || ago_ms >= feed->begun.mono_ms)
		return;
	feed->sample_ms = feed->batch.wall_ms;
	send_values(feed, &nothing_read);
	feed->told--;
}

/* Asks for the next piece of the past; after the last, and after a failure, for the present. */
static void read_past(struct feed *feed)
{
	struct strbuf path = STRBUF_INIT;

	feed->member->collect->in_flight++;
	feed->running = true;
	strbuf_addstr(&path, feed->spec->past_path);
	if (feed->past_state == PAST_READING && past_next(&feed->past, &path)) {
		poll_start_past(&feed->poll, path.buf);
	} else {
		feed->past_state = PAST_READ;
		feed->begun = loop_now(feed->member->collect->loop);
		poll_start(&feed->poll);
	}
	strbuf_release(&path);
}

/* Whether an answer was taken as the first, which only tells how large the answers are, or as a
 * part of the past. */
static bool take_past(struct feed *feed, const struct poll_result *result)
{
	if (!feed->spec->past_path || feed->past_state == PAST_READ)
		return false;
	if (feed->past_state == PAST_UNREAD && result->err.code)
		return false;
	feed->past_requests += result->requests;
	feed->past_bytes += result->bytes;
	if (feed->past_state == PAST_UNREAD)
		past_begin(&feed->past, feed->begun.wall_ms / 1000, poll_rows(&feed->poll),
			   POLL_PROMQL_BYTES);
	feed->past_state = result->err.code ? PAST_READ : PAST_READING;
	read_past(feed);
	return true;
}

/* An answer that a Prometheus relays is as old as its newest sample. One that was told already is
 * not told again: it would look like a second in which nothing happened. */
static bool is_told(struct feed *feed)
{
	int64_t wall_ms = feed->batch.wall_ms;

	if (!wall_ms)
		return false;
	if (wall_ms <= feed->sample_ms)
		return true;
	if (feed->sample_ms && feed->schedule.answers > 1) /* those of its past are not its beat */
		feed->relay_ms = wall_ms - feed->sample_ms;
	feed->sample_ms = wall_ms;
	return false;
}

static void take_answer(struct feed *feed, const struct poll_result *result)
{
	struct poll_result all = *result; /* what its past took is told with the first tick */

	schedule_answered(&feed->schedule, loop_now(feed->member->collect->loop).mono_ms,
			  result->seconds);
	if (is_told(feed)) {
		feed->told++;
		return;
	}
	all.requests += feed->past_requests;
	all.bytes += feed->past_bytes;
	feed->past_requests = 0;
	feed->past_bytes = 0;
	send_values(feed, &all);
}

/* What is not there, and need not be. */
static void take_absence(struct feed *feed, const struct poll_result *result)
{
	struct tick tick = {.at = feed->begun,
			    .outcome = TICK_OK,
			    .dict = &feed->batch.dict,
			    .values = nothing,
			    .error = "",
			    .seconds = result->seconds,
			    .bytes = result->bytes,
			    .requests = result->requests};

	batch_clear(&feed->batch);
	feed->schedule.interval_ms = ABSENT_EVERY_MS;
	feed->schedule.next_ms = loop_now(feed->member->collect->loop).mono_ms + ABSENT_EVERY_MS;
	send(feed, &tick);
}

/* Stopped, lest a wrong credential locks an account; but a credential that has changed since is
 * tried once. */
static void take_refusal(struct feed *feed, const struct poll_result *result)
{
	schedule_stop(&feed->schedule);
	member_read_credential(feed->member);
	send_failure(feed, result, TICK_UNAUTHORISED);
}

static void take_failure(struct feed *feed, const struct poll_result *result)
{
	schedule_failed(&feed->schedule, loop_now(feed->member->collect->loop).mono_ms,
			result->retry_after_ms);
	send_failure(feed, result, TICK_FAILED);
}

static void on_read(void *ctx, const struct poll_result *result)
{
	struct feed *feed = ctx;
	struct collect *collect = feed->member->collect;

	feed->running = false;
	collect->in_flight--;
	if (take_past(feed, result))
		return;
	if (!result->err.code)
		take_answer(feed, result);
	else if (result->err.code == ERR_AUTH)
		take_refusal(feed, result);
	else if (feed->spec->optional && result->status == OPTIONAL_STATUS)
		take_absence(feed, result);
	else
		take_failure(feed, result);
	arm(feed);
	fill_slots(collect);
}

static void on_tally(void *ctx, struct tick *tick)
{
	struct feed *feed = ctx;

	send(feed, tick);
}

void feed_init(struct feed *feed, struct member *member, const struct profile_source *spec)
{
	struct collect *collect = member->collect;
	int64_t spread_ms = (int64_t)(10 * ++collect->nsources);

	*feed = (struct feed){.member = member, .spec = spec, .last_ms = INT64_MIN};
	feed->number = model_add_source(collect->model, member->number, spec->name);
	feed->timer = (struct loop_timer){.fire = on_due, .ctx = feed};
	collect->random += 0x9e3779b97f4a7c15u;
	schedule_init(&feed->schedule, wanted_interval(feed), loop_now(collect->loop).mono_ms,
		      spread_ms, collect->random);
	if (spec->transport == TRANSPORT_LOG)
		return;
	batch_init(&feed->batch, spec, model_names(collect->model),
		   model_target_symbol(collect->model, member->number),
		   collect->options.series_per_source);
	feed->poll = (struct poll){.env = &collect->env,
				   .reach = &member->reach,
				   .profile = member->profile,
				   .source = spec,
				   .timeout_ms = spec->deadline_ms ? spec->deadline_ms
								   : member->target->timeout_ms,
				   .batch = &feed->batch,
				   .done = on_read,
				   .moment = on_moment,
				   .ctx = feed};
	poll_init(&feed->poll);
	if (spec->past_path)
		model_keep_source(collect->model, feed->number, PAST_S * 1000);
}

static void follow_log(struct feed *feed)
{
	struct member *member = feed->member;
	struct collect *collect = member->collect;
	struct follow_spec spec = {
		.log = member->reach.log,
		.profile = member->profile,
		.target = member->target,
		.agent = http_own_agent(collect->http),
		.names = model_names(collect->model),
		.symbol = model_target_symbol(collect->model, member->number),
		.interval_ms = feed->schedule.interval_ms,
		.cap_series = collect->options.series_per_source,
	};
	struct poll_result failed = {0};

	spec.log.from_start = collect->options.logs_from_start;
	feed->follow = follow_start(collect->loop, &spec, on_tally, feed, &failed.err);
	if (feed->follow)
		return;
	schedule_stop(&feed->schedule);
	send_failure(feed, &failed, TICK_FAILED);
}

/* Without the credential that was named, nothing is asked. */
static void refuse_start(struct feed *feed)
{
	struct poll_result none = {.err = feed->member->credential_err};

	schedule_stop(&feed->schedule);
	send_failure(feed, &none, TICK_UNAUTHORISED);
	arm(feed);
}

/* No answer and no failure yet: it does not count as told. */
static void say_awaited(struct feed *feed)
{
	struct poll_result none = {0};

	err_set(&none.err, ERR_AUTH, "waiting for its credential command");
	send_failure(feed, &none, TICK_FAILED);
	feed->told--;
}

void feed_renew(struct feed *feed)
{
	bool refused = feed->schedule.next_ms == SCHEDULE_NEVER && !feed->running && !feed->waiting;

	if (!feed->started) {
		feed_start(feed);
		return;
	}
	if (!refused || feed->used == feed->member->generation)
		return;
	schedule_retry(&feed->schedule, loop_now(feed->member->collect->loop).mono_ms);
	arm(feed);
}

void feed_start(struct feed *feed)
{
	if (feed->spec->transport != TRANSPORT_LOG &&
	    credential_is_awaited(&feed->member->reader)) {
		say_awaited(feed);
		return;
	}
	feed->started = true;
	if (feed->spec->transport == TRANSPORT_LOG)
		follow_log(feed);
	else if (feed->member->credential_err.code)
		refuse_start(feed);
	else
		arm(feed);
}

void feed_retry(struct feed *feed)
{
	struct collect *collect = feed->member->collect;

	if (feed->spec->transport == TRANSPORT_LOG) {
		if (!feed->follow)
			follow_log(feed);
		return;
	}
	if (feed->running || feed->waiting)
		return;
	if (feed->member->credential_err.code) {
		refuse_start(feed);
		return;
	}
	schedule_retry(&feed->schedule, loop_now(collect->loop).mono_ms);
	arm(feed);
}

void feed_release(struct feed *feed)
{
	struct collect *collect = feed->member->collect;

	loop_timer_stop(collect->loop, &feed->timer);
	unqueue(feed);
	follow_stop(feed->follow);
	if (feed->spec->transport == TRANSPORT_LOG)
		return;
	if (feed->running)
		collect->in_flight--;
	poll_release(&feed->poll);
	batch_release(&feed->batch);
}
