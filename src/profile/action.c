/* Actions, read from their profile. */
#include "profile/action.h"

#include "profile/action_names.h"

#include <stdio.h>
#include <string.h>

#define VERIFY_MS        10000
#define SETTLE_MS        60000
#define CLIENT_SETTLE_MS 180000 /* who is blocked may go on for a while */
#define WORD_MOST        96

static const struct yaml_field param_fields[] = {
	{"type", YT_TEXT, true, NULL, NULL, "address, cidr, integer, number, name or text"},
	{"from", YT_TEXT, false, NULL, NULL, "dim of the row that it is taken from"},
	{"default", YT_TEXT, false, NULL, NULL, "when it is not given"},
	{"min", YT_NUMBER, false, NULL, NULL, "least number"},
	{"max", YT_NUMBER, false, NULL, NULL, "largest number"},
	{"help", YT_TEXT, false, NULL, NULL, "what it is"},
	{0},
};

static const struct yaml_field send_fields[] = {
	{"get", YT_TEXT, false, NULL, NULL, "path, where the gateway changes by GET"},
	{"post", YT_TEXT, false, NULL, NULL, "path of a POST"},
	{"put", YT_TEXT, false, NULL, NULL, "path of a PUT"},
	{"patch", YT_TEXT, false, NULL, NULL, "path of a PATCH"},
	{"delete", YT_TEXT, false, NULL, NULL, "path of a DELETE"},
	{"line", YT_TEXT, false, NULL, NULL, "command of a line protocol"},
	{"body", YT_TEXT, false, NULL, NULL, "jq: the JSON that is sent"},
	{"raw_body", YT_TEXT, false, NULL, NULL, "jq: a text that is sent as it is"},
	{"content_type", YT_TEXT, false, NULL, NULL, "of the body; application/json unless given"},
	{"accept", YT_TEXT, false, NULL, NULL, "Accept header"},
	{"if_match", YT_BOOL, false, NULL, NULL, "true: sends the ETag of the last read"},
	{"ok", YT_TEXT, false, NULL, NULL,
	 "jq: whether it was done, or a text that says why not; a 2xx unless given, of a line an "
	 "empty answer"},
	{"retry", YT_TEXT, false, NULL, NULL,
	 "jq: whether the gateway says that it lost a race and did nothing"},
	{"text", YT_BOOL, false, NULL, NULL, "true: the answer is a text"},
	{"let", YT_NAMED, false, NULL, NULL, "name: jq over the answer, for later steps"},
	{0},
};

static const struct yaml_field step_fields[] = {
	{"title", YT_TEXT, false, NULL, NULL, "what it is for, in the dialog"},
	{"if", YT_TEXT, false, NULL, NULL, "jq: skipped unless true"},
	{"read", YT_TEXT, false, NULL, NULL, "path of a GET, or a command that only shows"},
	{"let", YT_NAMED, false, NULL, NULL,
	 "of a read, name: jq over the answer, for later steps"},
	{"ok", YT_TEXT, false, NULL, NULL,
	 "of a read, jq: whether it can be used, or a text that says why not; a 2xx unless given"},
	{"accept", YT_TEXT, false, NULL, NULL, "of a read, Accept header"},
	{"text", YT_BOOL, false, NULL, NULL, "of a read, true: the answer is a text"},
	{"sent_back", YT_BOOL, false, NULL, NULL,
	 "of a read, true: the document is sent back; refused if a number of it is no double"},
	{"send", YT_MAP, false, NULL, send_fields, "what changes the gateway"},
	{0},
};

static const struct yaml_field verify_fields[] = {
	{"read", YT_TEXT, true, NULL, NULL, "path of a GET, or a command that only shows"},
	{"until", YT_TEXT, true, NULL, NULL, "jq: whether it shows the change"},
	{"within", YT_DURATION, false, NULL, NULL, "how long that may take; 10s unless given"},
	{"accept", YT_TEXT, false, NULL, NULL, "Accept header"},
	{"text", YT_BOOL, false, NULL, NULL, "true: the answer is a text"},
	{0},
};

static const struct yaml_field action_fields[] = {
	{"title", YT_TEXT, false, NULL, NULL, "as this gateway names it"},
	{"impossible", YT_TEXT, false, NULL, NULL,
	 "why this gateway cannot do it; nothing else then"},
	{"params", YT_ANY, false, NULL, NULL,
	 "NAME: its type, or a map of type, from (a dim of the row), default, min, max, help"},
	{"steps", YT_LIST, false, NULL, step_fields, "reads and changes, in order"},
	{"already", YT_TEXT, false, NULL, NULL, "jq after the reads: there is nothing to do"},
	{"refuse", YT_TEXT, false, NULL, NULL,
	 "jq after the reads: why it must not be done, or null"},
	{"before", YT_TEXT, false, NULL, NULL, "jq after the reads: the state as a text"},
	{"after", YT_TEXT, false, NULL, NULL, "jq after the reads: the state that is wanted"},
	{"verify", YT_MAP, false, NULL, verify_fields, "the read that proves it"},
	{"effect", YT_TEXT, false, NULL, NULL, "why no read proves it: the figures have to"},
	{"undo", YT_TEXT, false, NULL, NULL, "action that takes it back"},
	{"undo_with", YT_NAMED, false, NULL, NULL,
	 "its parameters, name: jq; others are passed on"},
	{"twin_with", YT_NAMED, false, NULL, NULL,
	 "name: jq; a parameter as the reads have found it, for the command line of a plan"},
	{"idempotent", YT_BOOL, false, NULL, NULL, "true: a repeat changes nothing more"},
	{"keyed", YT_BOOL, false, NULL, NULL, "true: the gateway takes an Idempotency-Key"},
	{"volatile", YT_TEXT, false, NULL, NULL,
	 "false: it survives a restart; or what undoes it, and how to keep it"},
	{"settle", YT_DURATION, false, NULL, NULL,
	 "time for the figures to recover; 1m unless given, 3m for what is done about clients, who "
	 "give "
	 "up late"},
	{"list", YT_TEXT, false, NULL, NULL, "source that lists what is in force"},
	{0},
};

const struct yaml_field *action_schema(void)
{
	return action_fields;
}

struct reader {
	struct loader *loader;
	struct profile_action *action;
	struct action_names all;   /* of the whole action: expressions see them, null or not */
	struct action_names known; /* so far: for paths */
};

static enum param_type param_type(struct loader *loader, const struct yaml *node, const char *word)
{
	for (int type = 0; type < PARAM_TYPES; type++)
		if (strcmp(param_type_word((enum param_type)type), word) == 0)
			return (enum param_type)type;
	loader_fault(loader, node, "expected address, cidr, integer, number, name or text");
	return PARAM_NAME;
}

static void read_bound(struct loader *loader, const struct yaml *map, const char *key, double *ret)
{
	const struct yaml *node = yaml_get(map, key);

	if (node && yaml_number(node, ret, NULL) < 0)
		loader_fault(loader, node, "expected a number");
}

static void read_param_map(struct loader *loader, const struct yaml *map,
			   struct action_param *param)
{
	const struct yaml *from = yaml_get(map, "from");
	const struct yaml *fallback = yaml_get(map, "default");
	struct strbuf text = STRBUF_INIT;
	struct err err;

	param->type = param_type(loader, map, yaml_text(map, "type", ""));
	param->fallback = loader_text(loader, map, "default");
	param->help = loader_text(loader, map, "help");
	read_bound(loader, map, "min", &param->min);
	read_bound(loader, map, "max", &param->max);
	if (from && (param->from = dim_by_name(from->text)) == DIM_COUNT)
		loader_fault(loader, from, "no such dim");
	if (fallback && param_read(param, param->fallback, &text, &err))
		loader_fault(loader, fallback, "%s", err.msg);
	strbuf_release(&text);
}

static void note_fault(void *ctx, const struct err *err)
{
	struct yaml at = {.kind = YAML_LIST, .line = err->line, .column = err->column};

	loader_fault(ctx, &at, "%s", err->msg);
}

static void read_params(struct reader *reader, const struct yaml *map)
{
	struct profile_action *action = reader->action;
	struct loader *loader = reader->loader;

	if (map && map->kind != YAML_MAP) {
		loader_fault(loader, map, "expected NAME: type");
		return;
	}
	for (const struct yaml *node = map ? map->child : NULL; node; node = node->next) {
		struct action_param *param = &action->params[action->nparams];

		if (action->nparams == ACTION_PARAMS) {
			loader_fault(loader, node, "more than %d parameters", ACTION_PARAMS);
			return;
		}
		action->nparams++;
		*param = (struct action_param){.name = arena_strdup(&loader->own->arena, node->key),
					       .from = DIM_COUNT,
					       .min = -1e15,
					       .max = 1e15};
		if (node->kind == YAML_SCALAR)
			param->type = param_type(loader, node, node->text);
		else if (yaml_check(node, param_fields, note_fault, loader) == 0)
			read_param_map(loader, node, param);
		names_add(loader, &reader->known, node, param);
	}
}

/* The expression "ACTION.N.WORD"; outside of the steps n is negative and it is "ACTION.WORD". */
static bool add_expression(struct reader *reader, const struct yaml *node, int n, const char *word)
{
	const char *name = word;

	if (n >= 0)
		name = arena_printf(&reader->loader->own->arena, "%d.%s", n, word);
	return names_expression(reader->loader, &reader->all, node, reader->action->info->name,
				name);
}

static void check_command(struct loader *loader, const struct yaml *node)
{
	if (strpbrk(node->text, ";\\\r\n") || strstr(node->text, "<<"))
		loader_fault(loader, node, "a command is one line without ; \\ and <<");
	else if (!*node->text || strcmp(node->text, "prompt") == 0)
		loader_fault(loader, node, "this is no command");
}

/* A path or a command. What is read is a path when it begins with /. */
static void read_place(struct reader *reader, const struct yaml *node, enum step_method method,
		       struct step_request *request)
{
	struct loader *loader = reader->loader;

	request->method = method;
	request->path = arena_strdup(&loader->own->arena, node->text);
	request->text = method == STEP_LINE;
	if (method == STEP_LINE)
		check_command(loader, node);
	else if (node->text[0] != '/')
		loader_fault(loader, node, "a path begins with /");
	names_check_places(loader, &reader->known, node, method == STEP_LINE);
}

static void read_read(struct reader *reader, const struct yaml *map, const struct yaml *node,
		      struct step_request *request)
{
	read_place(reader, node, node->text[0] == '/' ? STEP_GET : STEP_LINE, request);
	request->accept = loader_text(reader->loader, map, "accept");
	loader_bool(reader->loader, map, "text", &request->text);
}

static void read_lets(struct reader *reader, const struct yaml *map, struct action_step *step,
		      int n)
{
	for (const struct yaml *node = map ? map->child : NULL; node; node = node->next) {
		char word[WORD_MOST];

		if (step->nlets == ACTION_LETS) {
			loader_fault(reader->loader, node, "more than %d names", ACTION_LETS);
			return;
		}
		snprintf(word, sizeof(word), "let.%s", node->key);
		step->lets[step->nlets++] = arena_strdup(&reader->loader->own->arena, node->key);
		add_expression(reader, node, n, word);
		names_add(reader->loader, &reader->known, node, NULL);
	}
}

static void check_send(struct loader *loader, const struct yaml *map,
		       const struct step_request *send)
{
	bool body = send->has_body || send->has_raw_body;

	if (send->has_raw_body && yaml_get(map, "body"))
		loader_fault(loader, map, "body and raw_body exclude each other");
	if (body && (send->method == STEP_LINE || send->method == STEP_GET))
		loader_fault(loader, map, "this request has no body");
	if (send->method == STEP_LINE && (send->if_match || send->accept || send->content_type))
		loader_fault(loader, map, "a command has no headers");
}

static void read_send(struct reader *reader, const struct yaml *map, struct action_step *step,
		      int n)
{
	static const struct {
		const char *key;
		enum step_method method;
	} ways[] = {{"get", STEP_GET},     {"post", STEP_POST},     {"put", STEP_PUT},
		    {"patch", STEP_PATCH}, {"delete", STEP_DELETE}, {"line", STEP_LINE}};
	struct loader *loader = reader->loader;
	struct step_request *send = &step->send;
	size_t found = 0;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		const struct yaml *at = yaml_get(map, ways[i].key);
		if (!at)
			continue;
		found++;
		read_place(reader, at, ways[i].method, send);
	}
	if (found != 1)
		loader_fault(loader, map, "expected one of get, post, put, patch, delete, line");
	send->has_body = add_expression(reader, yaml_get(map, "body"), n, "body");
	send->has_raw_body = add_expression(reader, yaml_get(map, "raw_body"), n, "body");
	send->has_ok = add_expression(reader, yaml_get(map, "ok"), n, "ok");
	send->has_retry = add_expression(reader, yaml_get(map, "retry"), n, "retry");
	send->accept = loader_text(loader, map, "accept");
	send->content_type = loader_text(loader, map, "content_type");
	loader_bool(loader, map, "if_match", &send->if_match);
	loader_bool(loader, map, "text", &send->text);
	check_send(loader, map, send);
	read_lets(reader, yaml_get(map, "let"), step, n);
}

static void read_step(struct reader *reader, const struct yaml *map, struct action_step *step,
		      int n)
{
	const struct yaml *read = yaml_get(map, "read");
	const struct yaml *send = yaml_get(map, "send");

	step->title = loader_text(reader->loader, map, "title");
	step->has_if = add_expression(reader, yaml_get(map, "if"), n, "if");
	if (!read == !send) {
		loader_fault(reader->loader, map, "a step has one of read and send");
	} else if (read) {
		read_read(reader, map, read, &step->read);
		step->read.has_ok = add_expression(reader, yaml_get(map, "ok"), n, "ok");
		loader_bool(reader->loader, map, "sent_back", &step->sent_back);
		read_lets(reader, yaml_get(map, "let"), step, n);
	} else {
		if (yaml_get(map, "let") || yaml_get(map, "ok") || yaml_get(map, "text") ||
		    yaml_get(map, "accept") || yaml_get(map, "sent_back"))
			loader_fault(reader->loader, map, "only of a read, or inside of send");
		read_send(reader, send, step, n);
	}
}

/* The names of all steps, before any: an expression may ask for one that is not there yet. */
static void collect_names(struct reader *reader, const struct yaml *steps)
{
	reader->all = reader->known;
	for (const struct yaml *step = steps ? steps->child : NULL; step; step = step->next) {
		const struct yaml *send = yaml_get(step, "send");
		const struct yaml *maps[] = {yaml_get(step, "let"),
					     send ? yaml_get(send, "let") : NULL};

		for (size_t i = 0; i < 2; i++)
			for (const struct yaml *node = maps[i] ? maps[i]->child : NULL; node;
			     node = node->next)
				names_add(reader->loader, &reader->all, node, NULL);
	}
}

static enum step_method way(const struct action_step *step)
{
	return step->read.method != STEP_NONE ? step->read.method : step->send.method;
}

static void read_steps(struct reader *reader, const struct yaml *list)
{
	struct profile_action *action = reader->action;
	struct loader *loader = reader->loader;
	bool sends = false, reads = false;

	collect_names(reader, list);
	for (const struct yaml *node = list ? list->child : NULL; node; node = node->next) {
		struct action_step *step = &action->steps[action->nsteps];

		if (action->nsteps == ACTION_STEPS) {
			loader_fault(loader, node, "more than %d steps", ACTION_STEPS);
			return;
		}
		read_step(reader, node, step, (int)action->nsteps++);
		sends |= step->send.method != STEP_NONE;
		if (step->send.if_match && !reads)
			loader_fault(loader, node, "if_match needs a read before it");
		reads |= step->read.method != STEP_NONE;
		if ((way(step) == STEP_LINE) != (way(&action->steps[0]) == STEP_LINE))
			loader_fault(loader, node, "lines and HTTP do not go together");
	}
	if (!sends && list)
		loader_fault(loader, list, "an action has a step that sends");
}

static void read_proof(struct reader *reader, const struct yaml *node)
{
	struct profile_action *action = reader->action;
	const struct yaml *verify = yaml_get(node, "verify");

	action->verify_ms = VERIFY_MS;
	action->effect = loader_text(reader->loader, node, "effect");
	if (verify) {
		read_read(reader, verify, yaml_get(verify, "read"), &action->verify);
		add_expression(reader, yaml_get(verify, "until"), -1, "verify.until");
		loader_duration(reader->loader, verify, "within", &action->verify_ms);
	} else if (!action->effect) {
		loader_fault(reader->loader, node,
			     "'verify' is missing here, or 'effect': why nothing can be read back");
	}
}

static const struct action_param *find_param(const struct profile_action *action, const char *name)
{
	for (size_t i = 0; i < action->nparams; i++)
		if (strcmp(action->params[i].name, name) == 0)
			return &action->params[i];
	return NULL;
}

/* Values for parameters: expressions "HEAD.NAME" under their names. Returns how many. */
static size_t read_with(struct reader *reader, const struct yaml *with, const char *head,
			const char *ret_names[ACTION_PARAMS])
{
	size_t n = 0;

	for (const struct yaml *at = with ? with->child : NULL; at; at = at->next) {
		char word[WORD_MOST];

		if (n == ACTION_PARAMS) {
			loader_fault(reader->loader, at, "more than %d parameters", ACTION_PARAMS);
			break;
		}
		snprintf(word, sizeof(word), "%s.%s", head, at->key);
		ret_names[n++] = arena_strdup(&reader->loader->own->arena, at->key);
		add_expression(reader, at, -1, word);
	}
	return n;
}

static void read_undo(struct reader *reader, const struct yaml *node)
{
	struct profile_action *action = reader->action;
	const struct yaml *with = yaml_get(node, "undo_with");

	action->undo = loader_text(reader->loader, node, "undo");
	if (with && !action->undo)
		loader_fault(reader->loader, with, "there is no undo");
	action->nundo_with = read_with(reader, with, "undo", action->undo_with);
}

static void read_twin(struct reader *reader, const struct yaml *node)
{
	struct profile_action *action = reader->action;
	const struct yaml *with = yaml_get(node, "twin_with");

	action->ntwin_with = read_with(reader, with, "twin", action->twin_with);
	for (size_t i = 0; i < action->ntwin_with; i++)
		if (!find_param(action, action->twin_with[i]))
			loader_fault(reader->loader, with, "%s has no parameter %s",
				     action->info->name, action->twin_with[i]);
}

static void read_truths(struct reader *reader, const struct yaml *node)
{
	struct profile_action *action = reader->action;
	struct loader *loader = reader->loader;
	const struct yaml *lost = yaml_get(node, "volatile");
	const struct yaml *list = yaml_get(node, "list");
	size_t i = 0;

	loader_bool(loader, node, "idempotent", &action->idempotent);
	loader_bool(loader, node, "keyed", &action->keyed);
	action->settle_ms = action->info->reach == REACH_CLIENT ? CLIENT_SETTLE_MS : SETTLE_MS;
	loader_duration(loader, node, "settle", &action->settle_ms);
	if (!lost)
		loader_fault(loader, node, "'volatile' is missing here");
	else if (strcmp(lost->text, "false") != 0)
		action->volatile_text = arena_strdup(&loader->own->arena, lost->text);
	action->list = loader_text(loader, node, "list");
	while (list && i < loader->profile->nsources &&
	       strcmp(loader->profile->sources[i].name, list->text) != 0)
		i++;
	if (list && i == loader->profile->nsources)
		loader_fault(loader, list, "no such source");
}

static void read_action(struct loader *loader, const struct yaml *node,
			struct profile_action *action)
{
	struct reader reader = {.loader = loader, .action = action};
	static const char *const words[] = {"already", "refuse", "before", "after"};
	bool has[4];

	action->info = action_info(node->key);
	action->line = node->key_line;
	if (!action->info) {
		loader_fault(loader, node, "%s is no action that there is", node->key);
		return;
	}
	action->title = loader_text(loader, node, "title");
	action->impossible = loader_text(loader, node, "impossible");
	if (action->impossible) {
		if (node->n > 1 + (action->title != NULL))
			loader_fault(loader, node, "what is impossible has nothing else");
		return;
	}
	if (!yaml_get(node, "steps"))
		loader_fault(loader, node, "'steps' is missing here");
	read_params(&reader, yaml_get(node, "params"));
	read_steps(&reader, yaml_get(node, "steps"));
	for (size_t i = 0; i < 4; i++)
		has[i] = add_expression(&reader, yaml_get(node, words[i]), -1, words[i]);
	action->has_already = has[0];
	action->has_refuse = has[1];
	if (has[2] != has[3])
		loader_fault(loader, node, "before and after go together");
	action->has_before = has[2] && has[3];
	read_proof(&reader, node);
	read_undo(&reader, node);
	read_twin(&reader, node);
	read_truths(&reader, node);
}

/* That an undo exists and gets all it needs. */
static void check_undo(struct loader *loader, const struct yaml *node,
		       const struct profile_action *action)
{
	const struct profile_action *undo = profile_action(loader->profile, action->undo);

	if (!undo || undo->impossible) {
		loader_fault(loader, yaml_get(node, "undo"), "this profile has no such action");
		return;
	}
	for (size_t i = 0; i < action->nundo_with; i++)
		if (!find_param(undo, action->undo_with[i]))
			loader_fault(loader, yaml_get(node, "undo_with"), "%s has no parameter %s",
				     action->undo, action->undo_with[i]);
	for (size_t i = 0; i < undo->nparams; i++) {
		const char *name = undo->params[i].name;
		size_t j = 0;

		while (j < action->nundo_with && strcmp(action->undo_with[j], name) != 0)
			j++;
		if (j == action->nundo_with && !undo->params[i].fallback &&
		    !find_param(action, name))
			loader_fault(loader, yaml_get(node, "undo"), "nothing gives %s its %s",
				     action->undo, name);
	}
}

/* The actions that the profile does not speak of, when it says why. */
static void add_impossible(struct loader *loader, const char *why)
{
	struct profile *profile = loader->profile;

	for (const struct action_info *info = action_table(); info->name; info++)
		if (!profile_action(profile, info->name))
			profile->actions[profile->nactions++] =
				(struct profile_action){.info = info, .impossible = why};
}

void actions_read(struct loader *loader, const struct yaml *map, const char *cannot)
{
	struct profile *profile = loader->profile;
	const struct yaml *node = map ? map->child : NULL;

	if (map && map->n > PROFILE_ACTIONS) {
		loader_fault(loader, map, "more than %d actions", PROFILE_ACTIONS);
		return;
	}
	profile->actions =
		arena_array(&loader->own->arena, PROFILE_ACTIONS, sizeof(*profile->actions));
	for (; node; node = node->next) {
		struct profile_action *action = &profile->actions[profile->nactions];

		read_action(loader, node, action);
		profile->nactions += action->info != NULL;
	}
	if (cannot)
		add_impossible(loader, cannot);
	if (loader->own->nexpressions > EVAL_EXPRESSIONS)
		loader_fault(loader, map, "more than %d expressions", EVAL_EXPRESSIONS);
	for (node = map ? map->child : NULL; node; node = node->next) {
		const struct profile_action *action = profile_action(profile, node->key);

		if (action && action->undo)
			check_undo(loader, node, action);
	}
}

const struct profile_action *profile_action(const struct profile *profile, const char *name)
{
	for (size_t i = 0; i < profile->nactions; i++)
		if (strcmp(profile->actions[i].info->name, name) == 0)
			return &profile->actions[i];
	return NULL;
}

int action_reachable(const struct profile_action *action, bool line, struct err *err)
{
	if (action->impossible)
		return err_set(err, ERR_UNSUPPORTED, "%s", action->impossible);
	if ((way(&action->steps[0]) == STEP_LINE) == line)
		return 0;
	if (line)
		return err_set(err, ERR_UNSUPPORTED,
			       "it is done over HTTP: add the admin URL as a target");
	return err_set(err, ERR_UNSUPPORTED,
		       "it is done over the runtime socket, which metrics are not: add a target "
		       "line:unix:/PATH/OF/THE.sock or line:tcp:HOST:PORT");
}
