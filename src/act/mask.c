/* What is shown of a body, and kept in the journal: without the secrets that a gateway's own
 * document may hold. */
#include "act/act_impl.h"

#include "base/alloc.h"

#include <string.h>

#define MASKED    "***"
#define DEPTH_MAX 64

static bool sounds_secret(const char *name)
{
	static const char *const words[] = {
		"secret",  "password",   "passwd",        "token",   "api_key",    "apikey",
		"api-key", "credential", "authorization", "private", "client_key", "master_key"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcasestr(name, words[i]))
			return true;
	return false;
}

static bool hide(json_t *value, int depth)
{
	bool hidden = false;
	const char *name;
	json_t *member;
	size_t i;

	if (depth > DEPTH_MAX)
		return false;
	json_array_foreach(value, i, member) hidden = hide(member, depth + 1) || hidden;
	json_object_foreach(value, name, member)
	{
		if (json_is_string(member) && sounds_secret(name)) {
			json_string_set(member, MASKED);
			hidden = true;
		} else {
			hidden = hide(member, depth + 1) || hidden;
		}
	}
	return hidden;
}

char *mask_secrets(const char *body)
{
	json_t *value = json_loads(body, JSON_DECODE_ANY, NULL);
	char *text = value && hide(value, 0) ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY)
					     : xstrdup(body);

	json_decref(value);
	return text;
}
