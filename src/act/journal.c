/* Entries of the journal about a plan. */
#include "act/act_impl.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What waits in the store's queue. */
struct writing {
	struct writing *next; /* of those of its act */
	struct plan *plan;
	void (*done)(struct plan *plan, const struct err *err);
};

static void on_written(void *ctx, int64_t seq, const struct err *err)
{
	static const struct err well = {.code = ERR_OK};
	struct writing *writing = ctx;
	struct plan *plan = writing->plan;

	(void)seq;
	for (struct writing **p = &plan->act->writings; *p; p = &(*p)->next)
		if (*p == writing) {
			*p = writing->next;
			break;
		}
	plan->pins--;
	writing->done(plan, err ? err : &well);
	free(writing);
}

void journal_forget(struct act *act)
{
	struct writing *writing;

	while ((writing = act->writings)) {
		act->writings = writing->next;
		free(writing);
	}
}

/* "client:203.0.113.9": the first parameter that stands for something on the screen. */
static void make_about(const struct plan *plan, char *buf, size_t cap)
{
	buf[0] = '\0';
	for (size_t i = 0; plan->action && i < plan->action->nparams && !*buf; i++)
		if (plan->action->params[i].from != DIM_COUNT && plan->runs[0].params[i])
			snprintf(buf, cap, "%s:%s", dim_name(plan->action->params[i].from),
				 plan->runs[0].params[i]);
}

void journal_write(struct plan *plan, enum entry_kind kind, const char *state,
		   void (*done)(struct plan *plan, const struct err *err))
{
	struct act *act = plan->act;
	struct writing *writing = xcalloc(1, sizeof(*writing));
	char *detail = show_detail(plan), about[300];
	struct entry entry = {
		.wall_ms = loop_now(act->loop).wall_ms,
		.kind = kind,
		.operator= act->options.operator,
		.plan = plan->name,
		.target = plan->target_name,
		.action = plan->action ? plan->action->info->name : "",
		.about = about,
		.reason = plan->reason,
		.state = state,
		.hash = plan->hash,
		.detail = detail ? detail : "{}",
	};

	make_about(plan, about, sizeof(about));
	*writing = (struct writing){.next = act->writings, .plan = plan, .done = done};
	act->writings = writing;
	plan->pins++;
	store_append(act->store, &entry, on_written, writing);
	free(detail);
}
