/* What the expressions of an action see. */
#ifndef HC_ACT_SCENE_H
#define HC_ACT_SCENE_H

#include "base/strbuf.h"
#include "net/change.h"
#include "profile/action.h"

struct plan;
struct run;

/* What expressions see: parameters and lets by name as JSON texts, and the last answer. */
struct scene {
	struct scene_var {
		char *name;
		char *json;
	} vars[ACTION_PARAMS + ACTION_STEPS * ACTION_LETS];
	size_t n;
	char *doc;     /* JSON text */
	char *headers; /* JSON object */
	char *etag;    /* of the last read, "" without */
	int status;
};

void scene_release(struct scene *scene);
void scene_begin(struct scene *scene, const struct plan *plan, const struct run *run);
void scene_set(struct scene *scene, const char *name, const char *json);
const char *scene_get(const struct scene *scene, const char *name); /* JSON text or NULL */
void scene_answer(struct scene *scene, const struct step_request *spec,
		  const struct change_result *result);
void scene_input(const struct scene *scene, struct strbuf *ret_json);
/* Puts the variables into the {name} places: of a path percent-encoded, of a command only as they
 * match a name. 1 when one is not known yet, -1 and err when one cannot stand there. */
int scene_expand(const struct scene *scene, const struct step_request *spec,
		 struct strbuf *ret_text, struct err *err);
char *json_of_text(const char *text); /* a JSON string; freed by the caller */
bool says_true(const char *json);
/* The text of a JSON scalar, NULL for null; anything else as its JSON. Freed by the caller. */
char *json_to_text(const char *json);

#endif
