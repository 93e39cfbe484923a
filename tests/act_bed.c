#include "act_bed.h"

#include <check.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void watch_eval(struct act_bed *bed)
{
	int64_t deadline_ms = eval_deadline(bed->eval);

	loop_fd_set(bed->loop, &bed->eval_fd,
		    eval_wants_write(bed->eval) ? POLLIN | POLLOUT : POLLIN);
	if (deadline_ms == INT64_MAX)
		loop_timer_stop(bed->loop, &bed->eval_timer);
	else
		loop_timer_set(bed->loop, &bed->eval_timer, deadline_ms);
}

static void on_eval(struct loop_fd *handle, short revents)
{
	struct act_bed *bed = handle->ctx;

	(void)revents;
	eval_turn(bed->eval, loop_now(bed->loop).mono_ms);
	watch_eval(bed);
}

static void on_eval_due(struct loop_timer *timer)
{
	struct act_bed *bed = timer->ctx;

	eval_turn(bed->eval, loop_now(bed->loop).mono_ms);
	watch_eval(bed);
}

static void on_store(struct loop_fd *handle, short revents)
{
	struct act_bed *bed = handle->ctx;

	(void)revents;
	store_turn(bed->store);
}

static void on_changed(void *ctx, struct plan *plan)
{
	struct act_bed *bed = ctx;

	bed->changes++;
	bed->seen |= (uint64_t)1 << plan_view(plan).state;
	if (bed->deadly & (uint64_t)1 << plan_view(plan).state)
		kill(getpid(), SIGKILL);
}

static void on_asked(void *ctx)
{
	watch_eval(ctx);
}

static void load_profile(struct act_bed *bed, const char *text)
{
	char path[128];
	struct err err;
	FILE *file;

	snprintf(path, sizeof(path), "%s/toy.yaml", bed->folder);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
	bed->profile = profile_load(path, NULL, NULL, &err);
	ck_assert_msg(bed->profile != NULL, "%d:%d: %s", err.line, err.column, err.msg);
}

static void open_journal(struct act_bed *bed, const char *folder)
{
	struct store_options options = {.path = bed->journal};
	struct err err;

	snprintf(bed->folder, sizeof(bed->folder), "%s", folder ? folder : "/tmp/act_bed.XXXXXX");
	if (!folder)
		ck_assert_ptr_nonnull(mkdtemp(bed->folder));
	snprintf(bed->journal, sizeof(bed->journal), "%s%s", bed->folder,
		 bed->no_journal ? "" : "/t.journal.db");
	bed->store = store_new(&options, &err);
	ck_assert_msg(bed->store != NULL, "%s", err.msg);
}

static void make_act(struct act_bed *bed)
{
	struct act_ops ops = {.changed = on_changed, .asked = on_asked};
	struct act_options options = {.operator= bed->operator,
				      .own_address = "192.0.2.77",
				      .random_seed = 7,
				      .patience = bed->patience};

	bed->act = act_new(bed->loop, bed->http, bed->eval, bed->store, bed->model, &options, &ops,
			   bed);
}

void act_bed_init(struct act_bed *bed, const char *folder, const char *profile_text, int port)
{
	static const struct model_limits limits = {.history_ms = 900000, .series_per_target = 1000};
	struct target_info info = {.name = "toy",
				   .kind = "toy",
				   .title = "",
				   .url = "",
				   .group = "",
				   .guard = GUARD_RW,
				   .counts = true};
	struct act_bed given = *bed;
	struct err err;

	*bed = (struct act_bed){.deadly = given.deadly,
				.turns_left = given.turns_left,
				.no_journal = given.no_journal,
				.patience = given.patience};
	bed->operator= given.operator;
	if (!bed->operator.login)
		bed->operator=(struct operator){.login = "ann",
						.sudo_user = "",
						.ssh_client = "",
						.claimed = "",
						.host = "here",
						.console = "here:1:1"};
	hash_seed(1);
	bed->eval = given.eval ? given.eval : eval_new(&err);
	ck_assert_ptr_nonnull(bed->eval);
	bed->loop = loop_new();
	bed->http = http_new(bed->loop);
	bed->names = names_new();
	bed->model = model_new(bed->names, &limits);
	bed->eval_fd = (struct loop_fd){.fd = eval_fd(bed->eval), .ready = on_eval, .ctx = bed};
	bed->eval_timer = (struct loop_timer){.fire = on_eval_due, .ctx = bed};
	open_journal(bed, folder);
	bed->store_fd = (struct loop_fd){.fd = store_fd(bed->store), .ready = on_store, .ctx = bed};
	loop_fd_set(bed->loop, &bed->store_fd, POLLIN);
	load_profile(bed, profile_text);
	make_act(bed);
	snprintf(bed->url, sizeof(bed->url), "http://127.0.0.1:%d", port);
	bed->options = (struct http_options){.url = bed->url};
	bed->target = (struct act_target){.target = model_add_target(bed->model, &info),
					  .name = "toy",
					  .banner = "",
					  .guard = CONFIG_RW,
					  .profile = bed->profile,
					  .http = &bed->options};
	act_set_target(bed->act, &bed->target);
	act_open_window(bed->act, 3600000);
}

void act_bed_release(struct act_bed *bed, bool remove_it)
{
	char command[128];

	loop_fd_remove(bed->loop, &bed->store_fd);
	store_free(bed->store);
	act_free(bed->act);
	profile_unref(bed->profile);
	model_free(bed->model);
	names_unref(bed->names);
	http_free(bed->http);
	loop_fd_remove(bed->loop, &bed->eval_fd);
	loop_timer_stop(bed->loop, &bed->eval_timer);
	eval_free(bed->eval);
	loop_free(bed->loop);
	snprintf(command, sizeof(command), "rm -rf '%s'", bed->folder);
	if (remove_it)
		ck_assert_int_eq(system(command), 0);
}

void act_bed_turn(struct act_bed *bed)
{
	if (bed->turns_left && --bed->turns_left == 0)
		kill(getpid(), SIGKILL);
	watch_eval(bed);
	loop_turn(bed->loop, 1000);
}

void act_bed_settle(struct act_bed *bed, const struct plan *plan)
{
	while (plan_view(plan).state != PLAN_PLANNED && !plan_state_final(plan_view(plan).state))
		act_bed_turn(bed);
}

static void on_barrier(void *ctx, int64_t seq, const struct err *err)
{
	(void)seq;
	(void)err;
	*(bool *)ctx = true;
}

static void ignore_entry(void *ctx, const struct entry *entry)
{
	(void)ctx;
	(void)entry;
}

void act_bed_finish(struct act_bed *bed, const struct plan *plan)
{
	struct entry_ops ops = {.entry = ignore_entry, .done = on_barrier};
	struct entry_filter filter = {.limit = 1};
	bool through = false;

	while (!plan_state_final(plan_view(plan).state))
		act_bed_turn(bed);
	store_list(bed->store, &filter, &ops, &through);
	while (!through)
		act_bed_turn(bed);
}

struct plan *act_bed_do(struct act_bed *bed, const char *action, const char *const *params)
{
	struct plan_order order = {
		.target = bed->target.target, .action = action, .params = params};
	struct err err = {0};
	struct plan *plan = act_plan(bed->act, &order, &err);

	ck_assert_msg(plan != NULL, "%s", err.msg);
	act_bed_settle(bed, plan);
	if (plan_view(plan).state == PLAN_PLANNED)
		ck_assert_msg(act_confirm(bed->act, plan, plan_challenge(plan), &err) == 0, "%s",
			      err.msg);
	act_bed_finish(bed, plan);
	return plan;
}

static void add_entry(void *ctx, const struct entry *entry)
{
	strbuf_addf(ctx, "%s%s%s\n", entry_kind_word(entry->kind), *entry->state ? " " : "",
		    entry->state);
}

struct listing {
	struct strbuf *text;
	bool done;
};

static void on_listed_entry(void *ctx, const struct entry *entry)
{
	add_entry(((struct listing *)ctx)->text, entry);
}

static void on_listed(void *ctx, int64_t seq, const struct err *err)
{
	(void)seq;
	ck_assert_msg(!err || !err->code, "%s", err ? err->msg : "");
	((struct listing *)ctx)->done = true;
}

void act_bed_journal(struct act_bed *bed, struct strbuf *ret_text)
{
	struct entry_ops ops = {.entry = on_listed_entry, .done = on_listed};
	struct listing listing = {.text = ret_text};
	struct entry_filter filter = {0};

	store_list(bed->store, &filter, &ops, &listing);
	while (!listing.done)
		act_bed_turn(bed);
}

void act_bed_expect(const struct plan *plan, enum plan_state state, const char *why)
{
	struct plan_view view = plan_view(plan);

	ck_assert_msg(view.state == state, "%s, not %s: %s", plan_state_word(view.state),
		      plan_state_word(state), view.why);
	ck_assert_msg(strstr(view.why, why) != NULL, "%s", view.why);
}
