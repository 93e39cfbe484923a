#include "collect/collect.h"

#include "base/alloc.h"
#include "collect/feed.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INTERVAL_MS 5000
#define PER_CORE    16
#define SERIES      200000

struct collect *collect_new(struct loop *loop, struct http *http, struct eval *eval,
			    struct model *model, const struct collect_options *options,
			    const struct collect_ops *ops, void *ctx)
{
	struct collect *collect = xcalloc(1, sizeof(*collect));
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	*collect = (struct collect){.loop = loop,
				    .http = http,
				    .eval = eval,
				    .model = model,
				    .options = *options,
				    .ops = *ops,
				    .ctx = ctx,
				    .random = options->random_seed};
	if (!collect->options.interval_ms)
		collect->options.interval_ms = INTERVAL_MS;
	if (!collect->options.in_flight)
		collect->options.in_flight = PER_CORE * (size_t)(cores > 0 ? cores : 1);
	if (!collect->options.series_per_source)
		collect->options.series_per_source = SERIES;
	collect->last_waiting = &collect->first_waiting;
	pump_init(&collect->pump, loop, eval);
	collect->env = (struct poll_env){loop, http, &collect->pump};
	return collect;
}

static void release_member(struct member *member)
{
	for (size_t i = 0; i < member->nsources; i++)
		feed_release(&member->sources[i]);
	free(member->sources);
	credential_release(&member->reader);
	secret_wipe(member->credential);
	reach_release(&member->reach);
	profile_unref(member->profile);
	free(member);
}

void collect_free(struct collect *collect)
{
	if (!collect)
		return;
	for (size_t i = 0; i < collect->nmembers; i++)
		release_member(collect->members[i]);
	free(collect->members);
	pump_release(&collect->pump);
	free(collect);
}

static void take_credential(void *ctx, char *header, const struct err *err)
{
	struct member *member = ctx;
	bool retrying = member->retrying;
	char *old = member->credential;

	member->retrying = false;
	member->credential = header;
	member->credential_err = *err;
	if (err->code)
		member->credential_err.code = ERR_AUTH;
	if (header && (!old || strcmp(old, header) != 0))
		member->generation++;
	for (size_t i = 0; i < member->nsources; i++) {
		struct feed *feed = &member->sources[i];

		feed->poll.credential = header; /* the old one goes, also while it reads */
		if (retrying && feed->started)
			feed_retry(feed);
		else
			feed_renew(feed);
	}
	secret_wipe(old);
}

void member_read_credential(struct member *member)
{
	credential_read(&member->reader);
}

static uint32_t register_target(struct model *model, const struct config_target *target,
				const struct profile *profile)
{
	static const enum target_guard guards[] = {
		[CONFIG_RO] = GUARD_RO, [CONFIG_ASK] = GUARD_ASK, [CONFIG_RW] = GUARD_RW};
	struct target_info info = {.name = target->name,
				   .kind = profile->name,
				   .title = profile->title,
				   .url = target->url,
				   .group = target->banner ? target->banner : "",
				   .guard = guards[target->guard],
				   .counts = target->counts};

	return model_add_target(model, &info);
}

static size_t count_sources(const struct member *member)
{
	size_t n = 0;

	for (size_t i = 0; i < member->profile->nsources; i++)
		n += member->profile->sources[i].transport == member->reach.transport;
	return n;
}

static void add_sources(struct member *member)
{
	const struct profile *profile = member->profile;
	size_t n = 0;

	member->sources = xcalloc(member->nsources, sizeof(*member->sources));
	for (size_t i = 0; i < profile->nsources; i++)
		if (profile->sources[i].transport == member->reach.transport)
			feed_init(&member->sources[n++], member, &profile->sources[i]);
}

uint32_t collect_add(struct collect *collect, const struct config_target *target,
		     struct profile *profile, struct err *err)
{
	struct member *member = xcalloc(1, sizeof(*member));

	*member = (struct member){
		.collect = collect, .target = target, .profile = profile_ref(profile)};
	credential_init(&member->reader, collect->loop, &target->auth, take_credential, member);
	if (reach_init(&member->reach, target, profile, err) < 0) {
		release_member(member);
		return UINT32_MAX;
	}
	member->nsources = count_sources(member);
	if (!member->nsources) {
		err_set(err, ERR_UNSUPPORTED,
			"profile %s has nothing to read by way of this kind of URL", profile->name);
		release_member(member);
		return UINT32_MAX;
	}
	if (collect->eval)
		profile_compile(profile, collect->eval);
	member->number = register_target(collect->model, target, profile);
	add_sources(member);
	collect->members = xgrow(collect->members, &collect->members_cap, collect->nmembers + 1,
				 sizeof(*collect->members));
	collect->members[collect->nmembers++] = member;
	http_expect(collect->http, collect->nmembers);
	member_read_credential(member);
	if (credential_is_awaited(&member->reader))
		for (size_t i = 0; i < member->nsources; i++)
			feed_start(&member->sources[i]);
	return member->number;
}

void collect_drop(struct collect *collect, uint32_t target)
{
	for (size_t i = 0; i < collect->nmembers; i++) {
		if (collect->members[i]->number != target)
			continue;
		release_member(collect->members[i]);
		collect->members[i] = collect->members[--collect->nmembers];
		return;
	}
}

void collect_remove(struct collect *collect, uint32_t target)
{
	collect_drop(collect, target);
	model_remove_target(collect->model, target);
}

void collect_retry(struct collect *collect, uint32_t target)
{
	for (size_t i = 0; i < collect->nmembers; i++) {
		struct member *member = collect->members[i];
		if (target != UINT32_MAX && member->number != target)
			continue;
		member->retrying = true;
		member_read_credential(member);
	}
}

bool collect_settled(const struct collect *collect, unsigned n)
{
	for (size_t i = 0; i < collect->nmembers; i++)
		for (size_t s = 0; s < collect->members[i]->nsources; s++) {
			const struct feed *feed = &collect->members[i]->sources[s];
			if (feed->told < n && !feed->schedule.failures &&
			    feed->schedule.next_ms != SCHEDULE_NEVER)
				return false;
		}
	return true;
}
