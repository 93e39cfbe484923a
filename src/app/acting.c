#include "app/acting.h"

#include "app/app.h"
#include "base/alloc.h"
#include "collect/pump.h"
#include "collect/reach.h"

#include <stdlib.h>

struct acting {
	struct acting_means means;
	struct acting_ops ops;
	void *ctx;
	struct act *act;
	struct pump pump;
	struct reach **reaches; /* of the targets; by pointer, for they are borrowed */
	size_t n;
};

static void on_changed(void *ctx, struct plan *plan)
{
	struct acting *acting = ctx;
	struct plan_view view = plan_view(plan);

	detect_raise(acting->means.detect, view.name, view.target, view.alarm ? view.why : NULL);
	if (acting->ops.changed)
		acting->ops.changed(acting->ctx, plan);
}

static void on_asked(void *ctx)
{
	struct acting *acting = ctx;

	pump_update(&acting->pump);
}

struct acting *acting_new(const struct acting_means *means, const struct acting_ops *ops, void *ctx)
{
	struct acting *acting = xcalloc(1, sizeof(*acting));
	struct act_options options = {.operator= * means->operator,
				      .own_address = means->operator->ssh_client,
				      .random_seed = app_random()};
	struct act_ops act_ops = {.changed = on_changed, .asked = on_asked};

	acting->means = *means;
	acting->ops = *ops;
	acting->ctx = ctx;
	pump_init(&acting->pump, means->loop, means->eval);
	acting->act = act_new(means->loop, means->http, means->eval, means->store, means->model,
			      &options, &act_ops, acting);
	return acting;
}

void acting_free(struct acting *acting)
{
	if (!acting)
		return;
	act_free(acting->act);
	pump_release(&acting->pump);
	for (size_t i = 0; i < acting->n; i++) {
		reach_release(acting->reaches[i]);
		free(acting->reaches[i]);
	}
	free(acting->reaches);
	free(acting);
}

struct act *acting_act(const struct acting *acting)
{
	return acting ? acting->act : NULL;
}

void acting_add(struct acting *acting, uint32_t number, const struct config_target *config,
		struct profile *profile)
{
	struct reach *reach = xcalloc(1, sizeof(*reach));
	struct act_target target = {
		.target = number,
		.name = config->name,
		.banner = config->banner,
		.guard = config->guard,
		.profile = profile,
		.auth = &config->auth,
		.trusted_proxies = (const char *const *)config->trusted_proxies,
		.two_person = config->two_person,
	};

	if (reach_init(reach, config, profile, NULL) < 0 || reach->transport == TRANSPORT_LOG) {
		reach_release(reach);
		free(reach);
		return;
	}
	acting->reaches = xreallocarray(acting->reaches, acting->n + 1, sizeof(*acting->reaches));
	acting->reaches[acting->n++] = reach;
	if (reach->transport == TRANSPORT_HTTP)
		target.http = &reach->http;
	else
		target.line_address = reach->address;
	if (config->action_auth.scheme != SECRET_NONE)
		target.action_auth = &config->action_auth;
	act_set_target(acting->act, &target);
}

static struct act_sight see(void *ctx, uint32_t id)
{
	const struct detect *detect = ctx;
	size_t i = 0, n = detect_count(detect);
	const struct finding *finding;

	while (i < n && detect_finding(detect, i)->id != id)
		i++;
	if (i == n)
		return (struct act_sight){.holds = false};
	finding = detect_finding(detect, i);
	return (struct act_sight){
		.holds = finding->state == FINDING_FIRING || finding->state == FINDING_PENDING,
		.unjudged = finding->state == FINDING_UNJUDGED,
		.easing = finding->well_ms > 0,
		.window_ms = finding->rule->window_ms,
	};
}

void acting_judged(struct acting *acting)
{
	act_watch(acting->act, see, acting->means.detect);
}
