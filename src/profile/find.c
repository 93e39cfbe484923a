/* Where profiles are, what they ask eval for, and how a path is made of names. */
#include "config/paths.h"
#include "profile/load.h"

#include <stdlib.h>
#include <string.h>

struct profile *profile_find(const char *name, struct err *err)
{
	char *path = paths_find("profiles", name);
	struct profile *profile;

	if (!path) {
		err_set(err, ERR_NOT_FOUND, "no profile is called %s", name);
		return NULL;
	}
	profile = profile_load(path, NULL, NULL, err);
	if (!profile)
		err_prefix(err, "%s", path);
	free(path);
	return profile;
}

void profile_list(void (*each)(void *ctx, const char *name, const char *path), void *ctx)
{
	char **names = paths_names("profiles");

	for (char **name = names; *name; name++) {
		char *path = paths_find("profiles", *name);

		if (path)
			each(ctx, *name, path);
		free(path);
	}
	paths_names_free(names);
}

/* Expressions and the names under which they are run. */
struct program {
	struct arena arena;
	const char **names;
	const char **expressions;
	size_t n;
};

static void program_init(struct program *program, size_t most)
{
	arena_init(&program->arena);
	program->names = arena_array(&program->arena, most, sizeof(*program->names));
	program->expressions = arena_array(&program->arena, most, sizeof(*program->expressions));
	program->n = 0;
}

static void program_add(struct program *program, const char *source, const char *what,
			const char *expression)
{
	if (!expression)
		return;
	program->names[program->n] = arena_printf(&program->arena, "%s.%s", source, what);
	program->expressions[program->n++] = expression;
}

void profile_compile(struct profile *profile, struct eval *eval)
{
	struct program program;

	if (profile->compiled)
		return;
	program_init(&program, PROFILE_SOURCES * 5 + PROFILE_IDENTIFY);
	for (size_t i = 0; i < profile->nidentify; i++) {
		program_add(&program, "identify", arena_printf(&program.arena, "%zu", i),
			    profile->identify[i].when);
	}
	for (size_t i = 0; i < profile->nsources; i++) {
		const struct profile_source *source = &profile->sources[i];
		program_add(&program, source->name, "rows", source->rows);
		program_add(&program, source->name, "past", source->past);
		program_add(&program, source->name, "next", source->next);
		program_add(&program, source->name, "foreach", source->foreach);
		program_add(&program, source->name, "foreach_next", source->foreach_next);
	}
	if (program.n)
		profile->sources_program =
			eval_program(eval, program.names, program.expressions, program.n);
	for (size_t i = 0; i < profile->nsources; i++)
		profile->sources[i].program = profile->sources_program;
	profile->compiled = true;
	arena_release(&program.arena);
}

uint32_t profile_actions_program(struct profile *profile, struct eval *eval)
{
	const struct profile_own *own = profile->own;
	struct program program;

	if (profile->actions_compiled)
		return profile->actions_program;
	program_init(&program, own->nexpressions);
	for (const struct named_expression *at = own->expressions; at; at = at->next) {
		program.names[program.n] = at->name;
		program.expressions[program.n++] = at->text;
	}
	profile->actions_program =
		eval_program(eval, program.names, program.expressions, program.n);
	profile->actions_compiled = true;
	arena_release(&program.arena);
	return profile->actions_program;
}

void path_encode(struct strbuf *path, const char *text, size_t len, const char *also)
{
	static const char unreserved[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";

	for (size_t i = 0; i < len; i++) {
		if (memchr(unreserved, text[i], sizeof(unreserved) - 1) ||
		    (text[i] && strchr(also, text[i])))
			strbuf_addch(path, text[i]);
		else
			strbuf_addf(path, "%%%02X", (unsigned char)text[i]);
	}
}

static const char *var(const char *const *vars, const char *name, size_t len)
{
	for (; *vars; vars += 2)
		if (strlen(vars[0]) == len && memcmp(vars[0], name, len) == 0)
			return vars[1];
	return NULL;
}

static int add_segment(struct strbuf *path, const char *text, struct err *err)
{
	if (!*text || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return err_set(err, ERR_INVALID, "a name in a path is empty, . or ..");
	for (const char *at = text; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return err_set(err, ERR_INVALID, "a name in a path has a control byte");
	path_encode(path, text, strlen(text), "");
	return 0;
}

int profile_expand(const char *path, const char *const *vars, struct strbuf *ret_path,
		   struct err *err)
{
	while (*path) {
		const char *close = *path == '{' ? strchr(path, '}') : NULL;
		const char *text;

		if (!close) {
			strbuf_addch(ret_path, *path++);
			continue;
		}
		text = var(vars, path + 1, (size_t)(close - path - 1));
		if (!text)
			return err_set(err, ERR_INVALID, "nothing is known for %.*s",
				       (int)(close - path + 1), path);
		if (add_segment(ret_path, text, err))
			return -1;
		path = close + 1;
	}
	return 0;
}

static const struct profile_identify *identify_at(const struct profile *profile, const char *page)
{
	for (size_t i = 0; i < profile->nidentify; i++)
		if (profile->identify[i].get && !strcmp(profile->identify[i].get, page))
			return &profile->identify[i];
	return NULL;
}

const char *profile_next_place(const struct profile *profile, const struct profile_source *source,
			       const char *page)
{
	const struct profile_identify *own = identify_at(profile, source->path);
	const struct profile_identify *end = profile->identify + profile->nidentify;
	const struct profile_identify *at = identify_at(profile, page);

	if (!own || !own->contains || !at)
		return NULL;
	for (at++; at < end; at++)
		if (at->get && at->contains && !strcmp(at->contains, own->contains))
			return at->get;
	return NULL;
}

const char *profile_hint(const struct profile *profile, enum signal signal)
{
	for (size_t i = 0; i < profile->nhints; i++)
		if (profile->hints[i].signal == signal)
			return profile->hints[i].text;
	return NULL;
}
