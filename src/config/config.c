#include "config/config.h"

#include "base/alloc.h"
#include "base/utf8.h"
#include "config/load.h"
#include "parse/slurp.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_BYTES (1 << 20)

void words_free(char **words)
{
	for (char **at = words; at && *at; at++)
		free(*at);
	free(words);
}

struct config *config_new(void)
{
	struct config *config = xcalloc(1, sizeof(*config));

	config->references = 1;
	config->path = xstrdup("");
	config->project = xstrdup("");
	config->journal = xstrdup("");
	config->theme = xstrdup("");
	return config;
}

struct config *config_ref(struct config *config)
{
	config->references++;
	return config;
}

struct config_target *config_add_target(struct config *config, const char *name, const char *url)
{
	struct config_target *target;

	config->targets =
		xreallocarray(config->targets, config->ntargets + 1, sizeof(*config->targets));
	target = &config->targets[config->ntargets++];
	*target = (struct config_target){
		.name = xstrdup(name),
		.url = xstrdup(url),
		.profile = xstrdup(""),
		.banner = xstrdup(""),
		.log_format = xstrdup(""),
		.guard = CONFIG_ASK,
		.counts = true,
	};
	return target;
}

static void release_target(struct config_target *target)
{
	char *texts[] = {target->name,         target->url,        target->profile, target->banner,
			 target->log_format,   target->cacert,     target->cert,    target->key,
			 target->pinnedpubkey, target->proxy,      target->noproxy, target->resolve,
			 target->connect_to,   target->unix_socket};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free(texts[i]);
	words_free(target->command);
	words_free(target->trusted_proxies);
	secret_release(&target->auth);
	secret_release(&target->action_auth);
}

static void release_rule(struct config_rule *rule)
{
	char *texts[] = {rule->name,     rule->measure, rule->filter,  rule->by,
			 rule->severity, rule->owner,   rule->runbook, rule->kind};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free(texts[i]);
}

void config_unref(struct config *config)
{
	if (!config || --config->references)
		return;
	for (size_t i = 0; i < config->ntargets; i++)
		release_target(&config->targets[i]);
	for (size_t i = 0; i < config->nrules; i++)
		release_rule(&config->rules[i]);
	for (size_t i = 0; i < config->nphases; i++)
		free(config->phases[i].name);
	for (size_t i = 0; i < config->nkeys; i++) {
		free(config->keys[i].keys);
		free(config->keys[i].command);
	}
	for (size_t i = 0; i < config->nlinks; i++) {
		free(config->links[i].name);
		free(config->links[i].url);
	}
	for (size_t i = 0; i < config->ncommands; i++) {
		free(config->commands[i].name);
		words_free(config->commands[i].argv);
	}
	words_free(config->rules_off);
	free(config->targets);
	free(config->rules);
	free(config->phases);
	free(config->keys);
	free(config->links);
	free(config->commands);
	free(config->path);
	free(config->project);
	free(config->journal);
	free(config->theme);
	free(config);
}

/* Texts of the file stand in some messages; here they become safe to print. */
void faults_add(struct faults *faults, const struct err *err, bool warning)
{
	struct err shown = *err;

	utf8_sanitise(shown.msg, sizeof(shown.msg), err->msg, strlen(err->msg));
	if (!warning && !faults->errors++)
		faults->first = shown;
	if (faults->report && faults->report->fault)
		faults->report->fault(faults->report->ctx, &shown, warning);
}

static void schema_fault(void *ctx, const struct err *err)
{
	faults_add(ctx, err, false);
}

struct config *config_load(const char *path, const struct config_report *report, struct err *err)
{
	struct faults faults = {.report = report};
	struct config *config = config_new();
	struct strbuf text = STRBUF_INIT;
	struct yaml_doc *doc = NULL;
	struct stat st = {0};

	free(config->path);
	config->path = xstrdup(path);
	if (slurp(path, FILE_BYTES, &text, &st, &faults.first) ||
	    !(doc = yaml_parse(text.buf, text.len, NULL, &faults.first))) {
		struct err first = faults.first;

		faults_add(&faults, &first, false);
		goto out;
	}
	config->owned = st.st_uid == geteuid() && !(st.st_mode & (S_IWGRP | S_IWOTH));
	if (!yaml_check(yaml_root(doc), config_schema(), schema_fault, &faults))
		load_root(config, yaml_root(doc), &faults);
out:
	yaml_doc_free(doc);
	strbuf_release(&text);
	if (!faults.errors)
		return config;
	if (err)
		*err = faults.first;
	config_unref(config);
	return NULL;
}
