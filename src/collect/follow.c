#include "collect/follow.h"

#include "base/alloc.h"
#include "collect/tally.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_TICK_MS 1000
#define OUR_AGENT      "hypercare/"
#define KEEP_MS        900000 /* what is idle for as long makes room for others */

struct follow {
	struct loop *loop;
	struct logtail *tail;
	struct accesslog *log;
	const struct profile *profile; /* borrowed */
	const char *agent;
	struct tally tally;
	struct loop_timer timer;
	int64_t interval_ms;
	struct err fault; /* why it is not being followed now */
	bool ended;
	void (*tick)(void *ctx, struct tick *tick);
	void *ctx;
};

static void tell(struct follow *follow)
{
	struct tick tick = {.at = loop_now(follow->loop), .error = ""};

	tally_tick(&follow->tally, &tick);
	follow->tick(follow->ctx, &tick);
	tally_next(&follow->tally);
}

static void tell_fault(struct follow *follow)
{
	struct tick tick = {
		.at = loop_now(follow->loop), .outcome = TICK_FAILED, .error = follow->fault.msg};

	follow->tick(follow->ctx, &tick);
}

/* Whether this is one of our own readings: under the name that is ours alone; or, for other
 * consoles, under the name of all of them, of a page that the profile reads, and not refused.
 * Anybody may take that name, so nothing else is left out. */
static bool is_ours(const struct follow *follow, const struct accesslog_record *record)
{
	const struct profile *profile = follow->profile;
	size_t len = strlen(record->route);

	if (follow->agent && !strcmp(record->user_agent, follow->agent))
		return true;
	if (strncmp(record->user_agent, OUR_AGENT, strlen(OUR_AGENT)) != 0 ||
	    record->status / 100 != 2)
		return false;
	for (size_t i = 0; i < profile->nsources; i++) {
		const char *page = profile->sources[i].path;
		if (profile->sources[i].transport == TRANSPORT_HTTP && strcspn(page, "?") == len &&
		    memcmp(page, record->route, len) == 0)
			return true;
	}
	return false;
}

static void on_line(void *ctx, const char *line, size_t len, bool truncated)
{
	struct follow *follow = ctx;
	struct accesslog_record record;
	enum accesslog_verdict verdict = LOG_LINE_UNTRUSTED;
	const char *why;

	follow->tally.bytes += len + 1;
	if (!truncated)
		verdict = accesslog_parse(follow->log, line, len, &record, &why);
	if (verdict == LOG_LINE_OK && is_ours(follow, &record))
		follow->tally.others++;
	else if (verdict == LOG_LINE_OK)
		tally_record(&follow->tally, &record);
	else if (verdict == LOG_LINE_UNTRUSTED)
		follow->tally.untrusted++;
	else
		follow->tally.others++;
}

static void on_state(void *ctx, const struct err *err)
{
	struct follow *follow = ctx;

	follow->fault = *err;
	if (err->code)
		tell_fault(follow);
}

/* The last lines count; after them there is nothing to be green about. */
static void on_end(void *ctx)
{
	struct follow *follow = ctx;

	tell(follow);
	follow->ended = true;
	loop_timer_stop(follow->loop, &follow->timer);
	err_set(&follow->fault, ERR_NOT_FOUND, "the log has ended: nothing more will come");
	tell_fault(follow);
}

static void on_beat(struct loop_timer *timer)
{
	struct follow *follow = timer->ctx;

	if (!follow->fault.code)
		tell(follow);
	loop_timer_set(follow->loop, timer, loop_now(follow->loop).mono_ms + follow->interval_ms);
}

static void merge_options(struct accesslog_options *options, const struct config_target *target)
{
	if (target->log_format && *target->log_format)
		options->format = accesslog_format_by_name(target->log_format);
	options->forwarded |= target->forwarded;
	for (char **cidr = target->trusted_proxies; cidr && *cidr; cidr++)
		if (options->ntrusted < ACCESSLOG_TRUSTED)
			options->trusted[options->ntrusted++] = *cidr;
}

struct follow *follow_start(struct loop *loop, const struct follow_spec *spec,
			    void (*tick)(void *ctx, struct tick *tick), void *ctx, struct err *err)
{
	static const struct logtail_ops ops = {on_line, on_state, on_end};
	struct follow *follow = xcalloc(1, sizeof(*follow));
	struct accesslog_options options = spec->profile->log;
	uint32_t keep = (uint32_t)(KEEP_MS / spec->interval_ms) + 1;

	*follow = (struct follow){.loop = loop,
				  .profile = spec->profile,
				  .agent = spec->agent,
				  .interval_ms = spec->interval_ms,
				  .tick = tick,
				  .ctx = ctx};
	follow->timer = (struct loop_timer){.fire = on_beat, .ctx = follow};
	tally_init(&follow->tally, spec->names, spec->symbol, spec->cap_series, keep);
	merge_options(&options, spec->target);
	if (options.format >= LOG_FORMAT_COUNT)
		err_set(err, ERR_INVALID, "log_format: no format of that name");
	else
		follow->log = accesslog_new(&options, err);
	if (follow->log)
		follow->tail = logtail_start(loop, &spec->log, &ops, follow, err);
	if (!follow->tail) {
		follow_stop(follow);
		return NULL;
	}
	if (!follow->fault.code && !follow->ended)
		tell(follow);
	if (!follow->ended)
		loop_timer_set(loop, &follow->timer,
			       loop_now(loop).mono_ms + (SECOND_TICK_MS < follow->interval_ms
								 ? SECOND_TICK_MS
								 : follow->interval_ms));
	return follow;
}

void follow_stop(struct follow *follow)
{
	if (!follow)
		return;
	loop_timer_stop(follow->loop, &follow->timer);
	logtail_stop(follow->tail);
	accesslog_free(follow->log);
	tally_release(&follow->tally);
	free(follow);
}
