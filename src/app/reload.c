/* A configuration that takes the place of the one in force. */
#include "app/session_impl.h"
#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

/* What is no longer in force stays as long as the session: targets that did not change, past
 * findings and actions under way point into it. */
struct outdated {
	struct config *config;
	struct rules rules;
	struct catalog *catalog;
	struct outdated *next;
};

static void put_aside(struct session *session)
{
	struct outdated *outdated = xcalloc(1, sizeof(*outdated));

	outdated->config = session->config;
	outdated->rules = session->rules;
	outdated->catalog = session->catalog;
	outdated->next = session->outdated;
	session->outdated = outdated;
}

void session_forget_outdated(struct session *session)
{
	while (session->outdated) {
		struct outdated *outdated = session->outdated;

		session->outdated = outdated->next;
		config_unref(outdated->config);
		rules_release(&outdated->rules);
		catalog_unref(outdated->catalog);
		free(outdated);
	}
}

/* The place of the target of that name, or NULL; one is taken once. */
static struct session_target **find(struct session *session, const char *name)
{
	for (size_t i = 0; i < session->ntargets; i++)
		if (session->targets[i] && !strcmp(session->targets[i]->config->name, name))
			return &session->targets[i];
	return NULL;
}

static void stop_acting(struct session *session, uint32_t number)
{
	if (session->acting)
		act_remove_target(acting_act(session->acting), number);
}

static void take_off(struct session_target *target)
{
	struct session *session = target->session;

	stop_acting(session, target->number);
	if (target->opened)
		collect_remove(session->collect, target->number);
	else
		model_remove_target(session->model, target->number);
	session_target_free(target);
}

/* Another way to the same gateway: what is known of it stays, it is not recognised again. */
static struct session_target *renew(struct session_target *old, const struct config_target *config)
{
	struct session *session = old->session;
	struct profile *profile = old->opened ? profile_ref(old->profile) : NULL;
	struct session_target *target;

	stop_acting(session, old->number);
	if (old->opened)
		collect_drop(session->collect, old->number);
	session_target_free(old);
	target = session_target_new(session, config);
	if (profile)
		session_target_open(target, profile);
	else
		session_target_search(target);
	return target;
}

static struct session_target *begin(struct session *session, const struct config_target *config)
{
	struct session_target *target = session_target_new(session, config);

	session_target_search(target);
	return target;
}

static struct session_target *succeed(struct session *session, const struct config_target *config,
				      struct session_changes *changes)
{
	struct session_target **place = find(session, config->name), *old = place ? *place : NULL;

	if (place)
		*place = NULL;
	if (old && config_target_equal(old->config, config))
		return old;
	if (old && !strcmp(old->config->url, config->url) &&
	    !strcmp(old->config->profile, config->profile)) {
		changes->changed++;
		return renew(old, config);
	}
	if (old)
		take_off(old);
	changes->gone += old != NULL;
	changes->added++;
	return begin(session, config);
}

static void change_targets(struct session *session, const struct config *config,
			   struct session_changes *changes)
{
	struct session_target **targets =
		xcalloc(config->ntargets, sizeof(struct session_target *));

	http_expect(session->http, config->ntargets);
	for (size_t i = 0; i < config->ntargets; i++)
		targets[i] = succeed(session, &config->targets[i], changes);
	for (size_t i = 0; i < session->ntargets; i++) {
		if (!session->targets[i])
			continue;
		take_off(session->targets[i]);
		changes->gone++;
	}
	free(session->targets);
	session->targets = targets;
	session->ntargets = config->ntargets;
}

int session_reload(struct session *session, struct config *config,
		   struct session_changes *ret_changes, struct err *err)
{
	struct rules rules;

	*ret_changes = (struct session_changes){0};
	if (rules_init(&rules, config, NULL, err)) {
		rules_release(&rules);
		return -1;
	}
	put_aside(session);
	session->config = config_ref(config);
	session->rules = rules;
	session->catalog = catalog_new();
	detect_set_rules(session->detect, rules.rules, rules.n);
	change_targets(session, config, ret_changes);
	if (session->acting)
		act_open_window(acting_act(session->acting), 0);
	return 0;
}
