/* A text over the screen that is read, scrolled and searched: help, why, changes, log lines. */
#ifndef HC_VIEW_PAGER_H
#define HC_VIEW_PAGER_H

#include "view/frame.h"

#define PAGER_SEARCH 128

struct pager {
	bool open;
	char title[128];
	struct strbuf text;    /* lines, sanitised */
	struct strbuf wrapped; /* the same, none wider than width */
	int width;
	size_t nlines; /* of wrapped */
	size_t top;
	size_t room; /* lines of the last drawing */
	bool has_match;
	size_t match; /* line */
	char search[PAGER_SEARCH];
};

void pager_init(struct pager *pager);
void pager_release(struct pager *pager);

/* Opens it empty; the caller adds lines to pager->text. */
void pager_open(struct pager *pager, const char *title);
/* To be called after the text was set. */
void pager_ready(struct pager *pager);
void pager_close(struct pager *pager);

void pager_scroll(struct pager *pager, long lines);
/* The next line that holds the text, without case, from the present one on; false when none. */
bool pager_find(struct pager *pager, bool forward);
void pager_draw(struct pager *pager, struct area area, const char *keys);

#endif
