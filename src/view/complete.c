/* What a word of the command line or of the filter may become. */
#include "view/command.h"

#include <stdio.h>
#include <string.h>

static void offer_commands(const struct view *view, const char *word,
			   struct prompt_matches *matches)
{
	const struct screen_command *command = view->scene->commands;

	for (command = command ? command : screen_commands(); command->name; command++)
		prompt_offer(matches, word, command->name);
}

/* "sort p": the names of the columns that the focused pane has. */
static void offer_columns(const struct view *view, const char *word, struct prompt_matches *matches)
{
	const struct pane_ops *ops = pane_ops_of(view->screen->place.focus);
	size_t i, j;

	for (i = 0; i < ops->nlayouts; i++)
		for (j = 0; j < ops->layouts[i].n; j++)
			if (ops->layouts[i].columns[j].kind != CELL_TREND &&
			    ops->layouts[i].columns[j].table.title[0])
				prompt_offer(matches, word, ops->layouts[i].columns[j].table.title);
	prompt_offer(matches, word, "problem");
}

/* The words of a usage such as "window [1m|5m|15m|1h]". */
static void offer_usage(const struct view *view, const char *name, size_t len, const char *word,
			struct prompt_matches *matches)
{
	const struct screen_command *command = view->scene->commands;
	char usage[128], *part, *save = NULL;

	for (command = command ? command : screen_commands(); command->name; command++)
		if (strlen(command->name) == len && !strncmp(command->name, name, len))
			break;
	if (!command->name)
		return;
	snprintf(usage, sizeof(usage), "%s", command->usage);
	for (part = strtok_r(usage, " []|", &save); part; part = strtok_r(NULL, " []|", &save))
		if (part[0] < 'A' || part[0] > 'Z')
			prompt_offer(matches, word, part);
}

/* "route:/ca": dims, and the values that the rows of the focused panes have. */
static void offer_terms(const struct view *view, const char *word, struct prompt_matches *matches)
{
	char term[PROMPT_TEXT];
	const char *not = word[0] == '!' ? "!" : "";
	int dim, i;
	size_t j;

	for (dim = 0; dim < DIM_COUNT; dim++) {
		const char *name = dim_name((enum dim)dim);

		snprintf(term, sizeof(term), "%s%s:", not, name);
		if (strncmp(word, term, strlen(term)) != 0) {
			prompt_offer(matches, word, term);
			continue;
		}
		for (i = 0; i < PANE_COUNT; i++) {
			const struct pane *pane = &view->screen->panes[i];

			for (j = 0; j < pane->n; j++) {
				symbol value = pane->items[j].key.dims.value[dim];

				snprintf(term, sizeof(term), "%s%s:%.200s", not, name,
					 view_text(view, value));
				if (value)
					prompt_offer(matches, word, term);
			}
		}
	}
}

void complete_word(void *ctx, enum prompt_kind kind, const char *line, size_t start,
		   struct prompt_matches *matches)
{
	const struct view *view = ctx;
	const char *word = line + start;
	size_t first = strcspn(line, " ");

	if (kind == PROMPT_FILTER || (start && first == 6 && !strncmp(line, "filter", 6)))
		offer_terms(view, word, matches);
	else if (!start)
		offer_commands(view, word, matches);
	else if (first == 4 && !strncmp(line, "sort", 4))
		offer_columns(view, word, matches);
	else
		offer_usage(view, line, first, word, matches);
}
