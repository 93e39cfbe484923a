/* Texts about a row, for dialogs and for the clipboard. */
#ifndef HC_VIEW_EXPLAIN_H
#define HC_VIEW_EXPLAIN_H

#include "view/state.h"

/* "why: edge-eu /cart/checkout". */
void explain_title(const struct view *view, const struct identity *row, const char *word, char *buf,
		   size_t cap);

/* Lines for the pager: the rules and figures behind a row, changes about it and elsewhere, its
 * last log lines. */
void explain_why(const struct view *view, const struct pane *pane, const struct identity *row,
		 struct strbuf *out);
void explain_changes(const struct view *view, const struct identity *row, struct strbuf *out);
void explain_logs(const struct view *view, const struct identity *row, struct strbuf *out);

/* The last log lines about a row: of its target, else of any; as model_lines() returns them. */
size_t explain_lines(const struct view *view, const struct identity *row,
		     struct tick_line *ret_lines, size_t cap);

/* The row as shown, separated by tabs; the row as a plain sentence. */
void explain_row(const struct view *view, const struct pane *pane, const struct item *item,
		 struct strbuf *out);
void explain_sentence(const struct view *view, const struct pane *pane, const struct item *item,
		      struct strbuf *out);

#endif
