/* First words: what is said of a URL that was asked what it is. */
#ifndef HC_COLLECT_WORDS_H
#define HC_COLLECT_WORDS_H

#include "base/strbuf.h"
#include "profile/profile.h"

/* What a URL answered, to whom it may concern. */
struct words {
	const char *url;
	int status; /* of the answer that tells most */
	const char *server;
	const char *content_type;
	bool metrics;        /* something answered with Prometheus text */
	const char *example; /* a metric of it, "" */
};

/* Adds "answers (nginx/1.22.1, text/html), but as no gateway I know. …" */
void words_unknown(struct strbuf *sb, const struct words *words, struct profile *const *profiles,
		   size_t n);

/* Adds "is LiteLLM proxy", and what is in the way of reading path, if anything is. */
void words_known(struct strbuf *sb, const struct profile *profile);
void words_wants_credential(struct strbuf *sb, const char *url, const char *path, int status,
			    bool given);
void words_no_metrics(struct strbuf *sb, const struct profile *profile, const char *path);

/* Whether text is exposition text, and one metric's name in it. */
bool words_is_metrics(const char *text, size_t len, struct strbuf *ret_example);

#endif
