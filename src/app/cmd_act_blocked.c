/* `hypercare act blocked`: which addresses the gateways refuse, where that is written, and who had
 * it done by us. */
#include "app/app.h"
#include "app/cmd_act.h"
#include "app/journal_file.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "store/words.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX 100000
#define WHO_BYTES   160

/* A block that was confirmed, newest first. */
struct deed {
	char *target, *ip, *who, *reason;
	int64_t wall_ms;
};

struct deeds {
	struct deed *deeds;
	size_t n, cap;
	bool done;
};

static void on_done(void *ctx, int64_t seq, const struct err *err)
{
	struct deeds *deeds = ctx;

	(void)seq;
	(void)err; /* without a journal nobody is known */
	deeds->done = true;
}

static void on_entry(void *ctx, const struct entry *entry)
{
	struct deeds *deeds = ctx;
	char who[WHO_BYTES];
	json_t *detail, *run;
	size_t i;

	if (strcmp(entry->action, "block-ip") != 0 || strcmp(entry->state, "confirmed") != 0)
		return;
	detail = json_loads(entry->detail, 0, NULL);
	json_array_foreach(json_object_get(detail, "runs"), i, run)
	{
		const char *ip = json_string_value(json_object_get(run, "ip"));

		if (!ip)
			continue;
		deeds->deeds = xgrow(deeds->deeds, &deeds->cap, deeds->n + 1, sizeof(struct deed));
		deeds->deeds[deeds->n++] = (struct deed){
			.target = xstrdup(entry->target),
			.ip = xstrdup(ip),
			.who = xstrdup(entry_who(entry, who, sizeof(who))),
			.reason = xstrdup(entry->reason),
			.wall_ms = entry->wall_ms,
		};
	}
	json_decref(detail);
}

static void deeds_release(struct deeds *deeds)
{
	for (size_t i = 0; i < deeds->n; i++) {
		free(deeds->deeds[i].target);
		free(deeds->deeds[i].ip);
		free(deeds->deeds[i].who);
		free(deeds->deeds[i].reason);
	}
	free(deeds->deeds);
}

/* What the journal tells; nothing where there is none. */
static void deeds_read(const struct options *options, const struct config *config,
		       struct deeds *ret_deeds)
{
	static const struct entry_ops ops = {on_entry, on_done};
	const struct entry_filter filter = {
		.kinds = 1u << ENTRY_OUTCOME, .limit = ENTRIES_MAX, .newest_first = true};
	struct store_options paths = {0};
	struct store *store;
	struct err err;

	*ret_deeds = (struct deeds){0};
	journal_paths(options, config, &paths);
	paths.read_only = true;
	store = store_new(&paths, &err);
	if (store) {
		store_list(store, &filter, &ops, ret_deeds);
		journal_wait(store, &ret_deeds->done);
		store_free(store);
	}
	journal_paths_release(&paths);
}

/* The newest deed that refuses it, or NULL. A gateway may write an address in another way. */
static const struct deed *deeds_find(const struct deeds *deeds, const char *target, const char *ip)
{
	struct address wanted, had;
	bool known = address_parse(ip, &wanted);

	for (size_t i = 0; i < deeds->n; i++)
		if (!strcmp(deeds->deeds[i].target, target) &&
		    (!strcmp(deeds->deeds[i].ip, ip) ||
		     (known && address_parse(deeds->deeds[i].ip, &had) &&
		      address_covers(&wanted, &had) && address_covers(&had, &wanted))))
			return &deeds->deeds[i];
	return NULL;
}

/* Where it is written: the list, else the route or service that has it. */
static const char *place_of(const struct names *names, const struct dims *dims)
{
	static const enum dim places[] = {DIM_REASON, DIM_ROUTE, DIM_SERVICE};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (dims->value[places[i]])
			return names_text(names, dims->value[places[i]]);
	return "all";
}

static void tell_row(const struct row *row, const struct names *names, const struct deeds *deeds,
		     bool utc, json_t *list)
{
	const char *target = names_text(names, row->dims.value[DIM_TARGET]);
	const char *ip = names_text(names, row->dims.value[DIM_CLIENT]);
	const char *place = place_of(names, &row->dims);
	const struct deed *deed = deeds_find(deeds, target, ip);
	char at[32] = "";

	if (list) {
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:o}", "target", target, "ip",
					ip, "in", place, "by", deed ? deed->who : NULL, "reason",
					deed ? deed->reason : NULL, "at_ms",
					deed ? json_integer(deed->wall_ms) : json_null()));
		return;
	}
	if (deed)
		clock_format(at, sizeof(at), "%Y-%m-%d %H:%M", deed->wall_ms, utc);
	printf("%-16s %-24s %-20s %s%s%s%s%s\n", target, ip, place,
	       deed ? deed->who : "not in this journal", deed ? ", " : "", at,
	       deed && *deed->reason ? ": " : "", deed ? deed->reason : "");
}

/* Whether an action of this profile speaks of addresses, and which source shows them. */
static const char *list_of(const struct profile *profile)
{
	const struct profile_action *action = profile ? profile_action(profile, "block-ip") : NULL;

	return action && !action->impossible ? action->list : NULL;
}

/* Targets whose list could not be read are said, or the rest would look whole. */
static size_t tell_unread(const struct session *session, const struct options *options)
{
	const struct model *model = session_model(session);
	const struct config *config = session_config(session);
	const char *sentence;
	size_t unread = 0;

	for (size_t i = 0; i < config->ntargets; i++) {
		const struct config_target *target = &config->targets[i];

		if (session_found(session, i, &sentence) ||
		    (options->target && config->ntargets > 1 &&
		     strcmp(options->target, target->name) != 0))
			continue;
		unread++;
		app_fail(EXIT_UNKNOWN, "%s: what it blocks is not known: %s", target->name,
			 *sentence ? sentence : "does not answer");
	}
	for (uint32_t i = 0; i < model_source_count(model); i++) {
		struct source_status source = model_source(model, i);
		const struct profile *profile = source.target == UINT32_MAX
							? NULL
							: session_profile(session, source.target);
		const char *list = list_of(profile);

		if (!list || strcmp(list, source.name) != 0 ||
		    (source.answered && source.outcome <= TICK_UNVERIFIED))
			continue;
		unread++;
		app_fail(EXIT_UNKNOWN, "%s: what it blocks could not be read: %s",
			 model_target(model, source.target)->name,
			 *source.error ? source.error : "no answer yet");
	}
	return unread;
}

static void print_rows(const struct session *session, const struct options *options,
		       const struct deeds *deeds)
{
	const struct model *model = session_model(session);
	const struct query query = {
		.columns = {{.measure = M_BLOCKED_IPS}},
		.ncolumns = 1,
		.by = DIM_BIT(DIM_TARGET) | DIM_BIT(DIM_CLIENT) | DIM_BIT(DIM_ROUTE) |
		      DIM_BIT(DIM_SERVICE) | DIM_BIT(DIM_REASON),
		.window_ms = 60000,
		.at = loop_now(session_loop(session)),
		.sort = -1,
	};
	json_t *list = options->json ? json_array() : NULL;
	struct result result;
	struct arena arena;
	char *text;

	arena_init(&arena);
	query_run(model, &query, &arena, &result);
	for (size_t i = 0; i < result.n; i++)
		if (result.rows[i].figures[0].value > 0)
			tell_row(&result.rows[i], model_names(model), deeds, options->utc, list);
	if (!result.n && !list)
		puts("no gateway says that it blocks an address");
	if (list) {
		text = json_dumps(list, JSON_INDENT(2) | JSON_ENSURE_ASCII);
		puts(text);
		free(text);
		json_decref(list);
	}
	arena_release(&arena);
}

int act_blocked_print(const struct session *session, const struct options *options)
{
	struct deeds deeds;

	deeds_read(options, session_config(session), &deeds);
	print_rows(session, options, &deeds);
	deeds_release(&deeds);
	return tell_unread(session, options) ? EXIT_UNKNOWN : EXIT_OK;
}
