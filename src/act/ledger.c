/* What the journal says that this console has not done itself: approvals for its plans, timed plans
 * of others, and plans whose console died between the intent and the outcome. */
#include "act/act_impl.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK_MS 2000
#define BACK_MS ((int64_t)7 * 24 * 3600 * 1000)
#define ABROAD_MS                                                                       \
	((int64_t)10 * 60 * 1000) /* a silent console on another host is taken for dead \
				   */
#define START_SLACK_MS 2000
#define KNOWN_MAX      1024

/* A plan of another console that is not at its end. */
struct known {
	char plan[NAME_BYTES];
	char *console, *login, *target, *action, *reason, *detail;
	char hash[65];
	int64_t wall_ms;
	enum { KNOWN_INTENT, KNOWN_UNKNOWN, KNOWN_TIMED } is;
	bool gone; /* nothing is left to be done about it */
	bool made;
};

struct ledger {
	struct act *act;
	struct loop_timer timer;
	struct known *list;
	size_t n;
	int64_t seq;
	bool reading;
};

static void known_release(struct known *known)
{
	free(known->console);
	free(known->login);
	free(known->target);
	free(known->action);
	free(known->reason);
	free(known->detail);
}

static struct known *find(struct ledger *ledger, const char *plan)
{
	for (size_t i = 0; i < ledger->n; i++)
		if (!strcmp(ledger->list[i].plan, plan))
			return &ledger->list[i];
	return NULL;
}

static struct plan *own_plan(const struct act *act, const char *name)
{
	for (size_t i = 0; i < act->nplans; i++)
		if (!strcmp(act->plans[i]->name, name))
			return act->plans[i];
	return NULL;
}

static void drop_gone(struct ledger *ledger)
{
	size_t kept = 0;

	for (size_t i = 0; i < ledger->n; i++)
		if (ledger->list[i].gone)
			known_release(&ledger->list[i]);
		else
			ledger->list[kept++] = ledger->list[i];
	ledger->n = kept;
}

static bool is_own(const struct ledger *ledger, const struct entry *entry)
{
	return !strcmp(entry->operator.console, ledger->act->options.operator.console);
}

static void on_intent(struct ledger *ledger, const struct entry *entry)
{
	struct known *known;

	if (is_own(ledger, entry) || find(ledger, entry->plan) || ledger->n >= KNOWN_MAX)
		return;
	ledger->list = xreallocarray(ledger->list, ledger->n + 1, sizeof(*ledger->list));
	known = &ledger->list[ledger->n++];
	*known = (struct known){
		.console = xstrdup(entry->operator.console),
		.login = xstrdup(entry->operator.login),
		.target = xstrdup(entry->target),
		.action = xstrdup(entry->action),
		.reason = xstrdup(entry->reason),
		.detail = xstrdup(entry->detail),
		.wall_ms = entry->wall_ms,
	};
	snprintf(known->plan, sizeof(known->plan), "%s", entry->plan);
	snprintf(known->hash, sizeof(known->hash), "%s", entry->hash);
}

static enum plan_state state_by_word(const char *word)
{
	for (int i = 0; i < PLAN_STATES; i++)
		if (!strcmp(plan_state_word((enum plan_state)i), word))
			return (enum plan_state)i;
	return PLAN_STATES;
}

/* The plan that an undo of another console takes back, or has taken back. */
static void on_undone(struct ledger *ledger, const struct entry *entry, bool done)
{
	json_t *detail = json_loads(entry->detail, 0, NULL);
	const char *undoes = json_string_value(json_object_get(detail, "undoes"));
	struct known *known = undoes ? find(ledger, undoes) : NULL;
	struct plan *plan = undoes ? own_plan(ledger->act, undoes) : NULL;

	if (known)
		known->gone = true;
	if (plan && !is_own(ledger, entry)) {
		plan->undone = plan->undone || done;
		plan->critical = plan->critical && !done;
		undo_taken(plan);
	}
	json_decref(detail);
}

static void on_outcome(struct ledger *ledger, const struct entry *entry)
{
	struct known *known = find(ledger, entry->plan);
	struct plan *plan = own_plan(ledger->act, entry->plan);
	enum plan_state state = state_by_word(entry->state);
	json_t *detail = json_loads(entry->detail, 0, NULL);
	bool done = state == PLAN_CONFIRMED || state == PLAN_PARTIAL;

	if (plan && plan->restored && plan->state == PLAN_UNKNOWN && !plan->checking &&
	    !is_own(ledger, entry) && state != PLAN_STATES && state != PLAN_UNKNOWN) {
		snprintf(plan->why, sizeof(plan->why), "read back by %s", entry->operator.login);
		plan->state = state;
		plan_say(plan);
	}
	if (known) {
		bool timed = json_integer_value(json_object_get(detail, "for_ms")) > 0;

		known->is = state == PLAN_UNKNOWN ? KNOWN_UNKNOWN : KNOWN_TIMED;
		known->gone = state != PLAN_UNKNOWN && !(done && timed);
		free(known->detail);
		known->detail = xstrdup(entry->detail);
	}
	if (done)
		on_undone(ledger, entry, true);
	json_decref(detail);
}

static void on_not_undone(struct plan *plan, const struct entry *entry)
{
	json_t *detail = json_loads(entry->detail, 0, NULL);
	const char *why = json_string_value(json_object_get(detail, "why"));

	plan->critical = true;
	snprintf(plan->why, sizeof(plan->why), "%s", why ? why : entry->state);
	json_decref(detail);
	undo_taken(plan);
}

static void on_entry(void *ctx, const struct entry *entry)
{
	struct ledger *ledger = ctx;
	struct known *known;
	struct plan *plan;

	if (entry->seq > ledger->seq)
		ledger->seq = entry->seq;
	if (entry->kind == ENTRY_INTENT) {
		on_intent(ledger, entry);
		on_undone(ledger, entry, false);
	} else if (entry->kind == ENTRY_OUTCOME) {
		on_outcome(ledger, entry);
	} else if (entry->kind == ENTRY_WATCH && !strcmp(entry->state, "undo not done")) {
		known = find(ledger, entry->plan);
		plan = own_plan(ledger->act, entry->plan);
		if (known)
			known->gone = true;
		if (plan && !is_own(ledger, entry))
			on_not_undone(plan, entry);
	} else if (entry->kind == ENTRY_APPROVAL) {
		plan = own_plan(ledger->act, entry->plan);
		if (plan)
			approve_take(plan, entry);
	}
}

/* When the process began, on the wall; 0: there is none. */
static int64_t began_ms(struct clock now, unsigned long pid)
{
	char path[64], line[1024] = "";
	const char *at;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%lu/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);
	/* The name before may have blanks and brackets; the start, in ticks since the boot, is the
	 * 22nd field (proc(5)). */
	at = strrchr(line, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (!at)
		return 0;
	return now.wall_ms - now.mono_ms +
	       strtoll(at, NULL, 10) * 1000 / (int64_t)sysconf(_SC_CLK_TCK);
}

/* "HOST:PID:START", START being wall time soon after the process began: a process of that number
 * that began later is another one. */
static bool is_dead(const struct ledger *ledger, const struct known *known)
{
	struct clock now = loop_now(ledger->act->loop);
	bool silent = now.wall_ms - known->wall_ms > ABROAD_MS;
	char host[256] = "", own[256] = "";
	long long start = 0;
	unsigned long pid = 0;
	int64_t began;

	if (sscanf(known->console, "%255[^:]:%lu:%lld", host, &pid, &start) != 3)
		return silent;
	gethostname(own, sizeof(own) - 1);
	if (strcmp(host, own) != 0)
		return silent;
	began = began_ms(now, pid);
	return !began || began > start + START_SLACK_MS;
}

static void take_run(struct plan *plan, struct run *run, json_t *params, json_t *undo)
{
	for (size_t i = 0; i < plan->action->nparams; i++) {
		const char *text =
			json_string_value(json_object_get(params, plan->action->params[i].name));
		struct strbuf value = STRBUF_INIT;

		if (text && param_read(&plan->action->params[i], text, &value, NULL) == 0)
			run->params[i] = xstrdup(value.buf);
		strbuf_release(&value);
	}
	for (size_t i = 0; i < plan->action->nundo_with; i++) {
		const char *text =
			json_string_value(json_object_get(undo, plan->action->undo_with[i]));

		run->undo_params[i] = text ? xstrdup(text) : NULL;
	}
	run->sent = true;
}

/* Those that were so before anything was sent. */
static void take_already(struct plan *plan, json_t *list)
{
	json_t *run;
	size_t i;

	json_array_foreach(list, i, run)
	{
		json_int_t at = json_integer_value(run);

		if (at >= 0 && (size_t)at < plan->nruns)
			plan->runs[at].already = true;
	}
}

static const char *member(json_t *detail, const char *name)
{
	const char *text = json_string_value(json_object_get(detail, name));

	return text ? text : "";
}

static void take_texts(struct plan *plan, const struct known *known, json_t *detail)
{
	snprintf(plan->name, sizeof(plan->name), "%s", known->plan);
	snprintf(plan->hash, sizeof(plan->hash), "%s", known->hash);
	free(plan->title);
	free(plan->reason);
	plan->title = xstrdup(member(detail, "title"));
	plan->reason = xstrdup(known->reason);
	plan->before = xstrdup(member(detail, "before"));
	plan->after = xstrdup(member(detail, "after"));
	plan->for_ms = json_integer_value(json_object_get(detail, "for_ms"));
	plan->due_wall_ms = json_integer_value(json_object_get(detail, "due_wall_ms"));
	plan->sent_wall_ms = known->wall_ms;
	plan->restored = plan->journalled = true;
}

static struct plan *make(struct ledger *ledger, const struct known *known, uint32_t target)
{
	struct plan *plan = order_blank(ledger->act, target);
	json_t *detail = json_loads(known->detail, 0, NULL);
	json_t *runs = json_object_get(detail, "runs"), *undos = json_object_get(detail, "undo");
	size_t n = json_array_size(runs);

	plan->action = profile_action(plan->profile, known->action);
	if (!plan->action || plan->action->impossible || !n || n > RUNS_MAX) {
		plan_free(plan);
		json_decref(detail);
		return NULL;
	}
	plan->runs = xcalloc(n, sizeof(*plan->runs));
	for (size_t i = 0; i < n; i++)
		take_run(plan, &plan->runs[plan->nruns++], json_array_get(runs, i),
			 json_array_get(undos, i));
	take_already(plan, json_object_get(detail, "already"));
	take_texts(plan, known, detail);
	order_twin(plan);
	json_decref(detail);
	return plan;
}

static void on_claimed(void *ctx, int64_t seq, const struct err *err)
{
	struct plan *plan = ctx;

	plan->pins--;
	if (seq && !(err && err->code) && plan->state == PLAN_UNKNOWN)
		journal_write(plan, ENTRY_OUTCOME, plan_state_word(PLAN_UNKNOWN), undo_noted);
}

/* The first console that finds it writes down that its outcome is unknown. */
static void tell_unknown(struct plan *plan, const struct known *known)
{
	char name[NAME_BYTES + 16];

	snprintf(plan->why, sizeof(plan->why),
		 "the console of %.60s ended before the outcome was known: verify now",
		 known->login);
	plan->state = PLAN_UNKNOWN;
	if (known->is != KNOWN_INTENT)
		return;
	snprintf(name, sizeof(name), "unknown:%s", plan->name);
	plan->pins++;
	store_claim(plan->act->store, name, &plan->act->options.operator, on_claimed, plan);
}

static void meet(struct ledger *ledger, struct known *known)
{
	struct act *act = ledger->act;
	struct plan *plan = NULL;

	if (known->made || known->gone || (known->is != KNOWN_TIMED && !is_dead(ledger, known)))
		return;
	for (size_t i = 0; i < act->ntargets && !plan; i++)
		if (!strcmp(act->targets[i].name, known->target))
			plan = make(ledger, known, act->targets[i].target);
	if (!plan)
		return;
	known->made = true;
	act_adopt(act, plan);
	if (known->is == KNOWN_TIMED) {
		plan->state = PLAN_CONFIRMED;
		undo_arm(plan);
	} else {
		tell_unknown(plan, known);
	}
	plan_say(plan);
}

void ledger_meet(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->n; i++)
		meet(ledger, &ledger->list[i]);
}

static void on_read(void *ctx, int64_t seq, const struct err *err)
{
	struct ledger *ledger = ctx;

	(void)seq;
	(void)err;
	ledger->reading = false;
	drop_gone(ledger);
	ledger_meet(ledger);
	loop_timer_set(ledger->act->loop, &ledger->timer,
		       loop_now(ledger->act->loop).mono_ms + LOOK_MS);
}

static void look(struct loop_timer *timer)
{
	static const struct entry_ops ops = {.entry = on_entry, .done = on_read};
	struct ledger *ledger = timer->ctx;
	struct entry_filter filter = {
		.after_seq = ledger->seq,
		.since_ms = loop_now(ledger->act->loop).wall_ms - BACK_MS,
		.kinds = 1u << ENTRY_INTENT | 1u << ENTRY_OUTCOME | 1u << ENTRY_WATCH |
			 1u << ENTRY_APPROVAL,
		.limit = 100000,
	};

	ledger->reading = true;
	store_list(ledger->act->store, &filter, &ops, ledger);
}

struct ledger *ledger_new(struct act *act)
{
	struct ledger *ledger = xcalloc(1, sizeof(*ledger));

	ledger->act = act;
	ledger->timer = (struct loop_timer){.fire = look, .ctx = ledger};
	look(&ledger->timer);
	return ledger;
}

void ledger_free(struct ledger *ledger)
{
	if (!ledger)
		return;
	loop_timer_stop(ledger->act->loop, &ledger->timer);
	for (size_t i = 0; i < ledger->n; i++)
		known_release(&ledger->list[i]);
	free(ledger->list);
	free(ledger);
}
