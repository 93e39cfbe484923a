/* The commands of the view and the keys that mean them, as data. */
#include "view/command.h"

#include <string.h>

static const struct screen_command infos[] = {
	{"move", "down|up|top|bottom", "moves the cursor, or scrolls a text", "move"},
	{"page", "down|up", "moves by what fits on the screen", "move"},
	{"scroll", "left|right", "scrolls the columns", "move"},
	{"pane", "next|previous|NAME", "goes to another pane", "move"},
	{"screen", "1-5|8|9|NAME", "goes to another screen", "move"},
	{"next-problem", "", "next problem; in a text the next match", "move"},
	{"previous-problem", "", "the one before", "move"},
	{"open", "", "opens the row: charts, buckets, codes, nodes, log lines, changes", "row"},
	{"back", "", "undoes the last step: dialog, opened row, zoom, filter term", "row"},
	{"close", "", "closes the view; at the top it quits", "row"},
	{"why", "", "where the row's figures and problems come from", "row"},
	{"changes", "", "what changed about the row, and elsewhere", "row"},
	{"logs", "", "the last log lines about the row", "row"},
	{"tag", "", "tags the row for copying, or takes the tag off", "row"},
	{"filter", "[TERMS]", "shows only what matches, on every pane; none: all", "filter"},
	{"keep", "", "filters for this row's value", "filter"},
	{"exclude", "", "filters this row's value out", "filter"},
	{"search", "TEXT", "finds a text in the open dialog", "filter"},
	{"prompt", ":|/ [TEXT]", "opens the command line or the filter", "filter"},
	{"sort", "next|previous|problem|COLUMN", "sorts the pane", "show"},
	{"reverse", "", "sorts the other way round", "show"},
	{"group", "[address|network|site|agent]",
	 "clients by address, by /24 or /64, by /24 or /48, by user agent; alone: the next",
	 "show"},
	{"zoom", "", "gives the pane the whole screen, or takes it back", "show"},
	{"window", "[1m|5m|15m|1h]", "over how long figures are taken; alone: the next", "show"},
	{"help", "", "this text", "show"},
	{"pause", "", "holds the picture still, or lets it go on", "time"},
	{"step", "back|forward", "looks 15 seconds back or forward", "time"},
	{"jump", "back|forward", "looks at the event before or after", "time"},
	{"now", "", "returns to now", "time"},
	{NULL, NULL, NULL, NULL},
};

static const struct screen_binding bindings[] = {
	{"j Down", "move down", "next row"},
	{"k Up", "move up", "previous row"},
	{"g Home", "move top", "first row"},
	{"G End", "move bottom", "last row"},
	{"ctrl-d PgDn", "page down", "one page down"},
	{"ctrl-u PgUp", "page up", "one page up"},
	{"Left", "scroll left", "columns to the left"},
	{"Right", "scroll right", "columns to the right"},
	{"Tab", "pane next", "next pane"},
	{"Backtab", "pane previous", "previous pane"},
	{"1", "screen 1", "overview"},
	{"2", "screen 2", "routes"},
	{"3", "screen 3", "AI"},
	{"4", "screen 4", "limited and denied"},
	{"5", "screen 5", "targets and nodes"},
	{"6", "screen 6", "incidents (not in this version)"},
	{"7", "screen 7", "journeys (not in this version)"},
	{"8", "screen 8", "journal"},
	{"9", "screen 9", "timeline"},
	{"Enter", "open", "open the row"},
	{"Esc", "back", "undo the last step"},
	{"q F10", "close", "close the view, at the top quit"},
	{"n", "next-problem", "next problem; in a text, next match"},
	{"N", "previous-problem", "previous problem; in a text, match before"},
	{"/ F3 F4", "prompt /", "filter all panes; in a text, search"},
	{"f", "keep", "only rows with this row's value"},
	{"F", "exclude", "no rows with this row's value"},
	{"s > F6", "sort next", "sort by the next column"},
	{"<", "sort previous", "sort by the previous column"},
	{"S", "reverse", "reverse the order"},
	{"Space", "tag", "tag the row"},
	{"z", "zoom", "this pane alone, and back"},
	{"b", "group", "clients by address, network, user agent"},
	{"w", "window", "window 1m, 5m, 15m, 1h"},
	{"i", "why", "where the figures come from"},
	{"c", "changes", "changes of the row"},
	{"l", "logs", "last log lines of the row"},
	{"p", "pause", "hold the picture, and go on"},
	{"[ ,", "step back", "one step back in time"},
	{"] .", "step forward", "one step forward"},
	{"{", "jump back", "to what happened before"},
	{"}", "jump forward", "to what happened next"},
	{"=", "now", "back to now"},
	{"? h F1", "help", "this help"},
	{":", "prompt :", "command line"},
	{NULL, NULL, NULL},
};

const struct screen_command *screen_commands(void)
{
	return infos;
}

const struct screen_binding *screen_bindings(void)
{
	return bindings;
}

/* In the order of infos[]. */
static int (*const runs[])(const struct call *call) = {
	run_move,
	run_page,
	run_scroll,
	run_pane,
	run_screen,
	run_next_problem,
	run_previous_problem,
	run_open,
	run_back,
	run_close,
	run_why,
	run_changes,
	run_logs,
	run_tag,
	run_filter,
	run_keep,
	run_exclude,
	run_search,
	run_prompt,
	run_sort,
	run_reverse,
	run_group,
	run_zoom,
	run_window,
	run_help,
	run_pause,
	run_step,
	run_jump,
	run_now,
};
_Static_assert(sizeof(runs) / sizeof(*runs) + 1 == sizeof(infos) / sizeof(*infos),
	       "every command runs");

int screen_command(struct screen *screen, const struct scene *scene, int argc,
		   const char *const *argv, struct err *err)
{
	struct view view = view_make(screen, scene);
	struct call call = {&view, screen, argc, argv, err};
	size_t i;

	if (argc < 1)
		return 1;
	view_settle(&view);
	for (i = 0; infos[i].name; i++)
		if (!strcmp(infos[i].name, argv[0]))
			return dialog_allows(&screen->dialog, argv[0])
				       ? runs[i](&call)
				       : err_set(err, ERR_REFUSED,
						 "a dialog is open: Esc closes it");
	return 1;
}
