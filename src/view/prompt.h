/* One line of input with completion and history: the command line and the filter. */
#ifndef HC_VIEW_PROMPT_H
#define HC_VIEW_PROMPT_H

#include "config/keymap.h"
#include "view/frame.h"

#define PROMPT_TEXT    256
#define PROMPT_HISTORY 64
#define PROMPT_MATCHES 64

enum prompt_kind { PROMPT_COMMAND, PROMPT_FILTER, PROMPT_SEARCH, PROMPT_KINDS };

enum prompt_outcome {
	PROMPT_SAME,
	PROMPT_CHANGED, /* the text */
	PROMPT_DONE,
	PROMPT_CANCELLED
};

/* What a word can become. */
struct prompt_matches {
	char *text[PROMPT_MATCHES];
	size_t n;
};

struct prompt {
	bool open;
	enum prompt_kind kind;
	char text[PROMPT_TEXT];
	size_t len;
	size_t cursor; /* byte */
	struct {
		char *line[PROMPT_HISTORY]; /* oldest first */
		size_t n;
	} history[PROMPT_KINDS];
	size_t recall; /* lines back from the newest; 0: the line that is typed */
	char draft[PROMPT_TEXT];
	struct prompt_matches matches; /* of the last Tab; gone with any other key */
	size_t match;
	size_t word; /* byte where the word that is completed starts */
	/* Adds what the word that starts at byte word of line may become; the prompt keeps those
	 * that begin with it. */
	void (*complete)(void *ctx, enum prompt_kind kind, const char *line, size_t word,
			 struct prompt_matches *matches);
	void *complete_ctx;
};

void prompt_init(struct prompt *prompt);
void prompt_release(struct prompt *prompt);

void prompt_open(struct prompt *prompt, enum prompt_kind kind, const char *text);
/* Closing with keep puts the line into the history. */
void prompt_close(struct prompt *prompt, bool keep);

enum prompt_outcome prompt_key(struct prompt *prompt, keycode key);
/* Inserts foreign text: sanitised, line ends become blanks; it never finishes the line. */
enum prompt_outcome prompt_paste(struct prompt *prompt, const char *text);

/* Called by complete() for each candidate; only those beginning with prefix are kept. */
void prompt_offer(struct prompt_matches *matches, const char *prefix, const char *candidate);

/* Draws sign and text into row, scrolled so that the text cursor is seen, and sets it. */
void prompt_draw(const struct prompt *prompt, struct area area, int row);

#endif
