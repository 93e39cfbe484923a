/* The commands of the view and the keys that mean them, as data. */
#include "view/command.h"

#include <string.h>

static const struct screen_command infos[] = {
	{"move", "move down|up|top|bottom", "moves the cursor, or scrolls a text", "move"},
	{"page", "page down|up", "moves by what fits on the screen", "move"},
	{"scroll", "scroll left|right", "scrolls the columns", "move"},
	{"pane", "pane next|previous|NAME", "goes to another pane", "move"},
	{"screen", "screen 1-5|9|NAME", "goes to another screen", "move"},
	{"next-problem", "next-problem", "next problem; in a text the next match", "move"},
	{"previous-problem", "previous-problem", "the one before", "move"},
	{"open", "open", "opens the row: charts, buckets, codes, nodes, log lines, changes", "row"},
	{"back", "back", "undoes the last step: dialog, opened row, zoom, filter term", "row"},
	{"close", "close", "closes the view; at the top it quits", "row"},
	{"why", "why", "where the row's figures and problems come from", "row"},
	{"changes", "changes", "what changed about the row, and elsewhere", "row"},
	{"logs", "logs", "the last log lines about the row", "row"},
	{"tag", "tag", "tags the row for copying, or takes the tag off", "row"},
	{"filter", "filter [TERMS]", "shows only what matches, on every pane; none: all", "filter"},
	{"keep", "keep", "filters for this row's value", "filter"},
	{"exclude", "exclude", "filters this row's value out", "filter"},
	{"search", "search TEXT", "finds a text in the open dialog", "filter"},
	{"prompt", "prompt :|/ [TEXT]", "opens the command line or the filter", "filter"},
	{"sort", "sort next|previous|problem|COLUMN", "sorts the pane", "show"},
	{"reverse", "reverse", "sorts the other way round", "show"},
	{"zoom", "zoom", "gives the pane the whole screen, or takes it back", "show"},
	{"window", "window [1m|5m|15m|1h]", "over how long figures are taken; alone: the next",
	 "show"},
	{"time-zone", "time-zone", "UTC or local time", "show"},
	{"help", "help", "this text", "show"},
	{"pause", "pause", "holds the picture still, or lets it go on", "time"},
	{"step", "step back|forward", "looks 15 seconds back or forward", "time"},
	{"jump", "jump back|forward", "looks a minute back or forward", "time"},
	{"now", "now", "returns to now", "time"},
	{NULL, NULL, NULL, NULL},
};

static const struct screen_binding bindings[] = {
	{"j", "move down", "next row"},
	{"Down", "move down", "next row"},
	{"k", "move up", "row before"},
	{"Up", "move up", "row before"},
	{"g", "move top", "first row"},
	{"Home", "move top", "first row"},
	{"G", "move bottom", "last row"},
	{"End", "move bottom", "last row"},
	{"ctrl-d", "page down", "page down"},
	{"PgDn", "page down", "page down"},
	{"ctrl-u", "page up", "page up"},
	{"PgUp", "page up", "page up"},
	{"Left", "scroll left", "columns to the left"},
	{"Right", "scroll right", "columns to the right"},
	{"Tab", "pane next", "next pane"},
	{"BackTab", "pane previous", "pane before"},
	{"1", "screen 1", "overview"},
	{"2", "screen 2", "routes"},
	{"3", "screen 3", "AI spend"},
	{"4", "screen 4", "limited and denied"},
	{"5", "screen 5", "targets"},
	{"6", "screen 6", "incidents"},
	{"7", "screen 7", "journeys"},
	{"8", "screen 8", "journal"},
	{"9", "screen 9", "timeline"},
	{"Enter", "open", "open the row"},
	{"Esc", "back", "undo the last step"},
	{"q", "close", "close the view, at the top quit"},
	{"i", "why", "where the figures come from"},
	{"c", "changes", "changes"},
	{"l", "logs", "last log lines"},
	{"Space", "tag", "tag the row"},
	{"/", "prompt /", "filter; in a text: search"},
	{"F3", "prompt /", "filter; in a text: search"},
	{"F4", "prompt /", "filter; in a text: search"},
	{"f", "keep", "keep this row's value"},
	{"F", "exclude", "exclude this row's value"},
	{"n", "next-problem", "next problem or match"},
	{"N", "previous-problem", "problem or match before"},
	{":", "prompt :", "command line"},
	{"s", "sort next", "sort by the next column"},
	{"F6", "sort next", "sort by the next column"},
	{">", "sort next", "sort by the next column"},
	{"<", "sort previous", "sort by the column before"},
	{"z", "zoom", "zoom the pane"},
	{"w", "window", "next window"},
	{"T", "time-zone", "UTC or local time"},
	{"?", "help", "help"},
	{"h", "help", "help"},
	{"F1", "help", "help"},
	{"p", "pause", "pause"},
	{"[", "step back", "15 seconds back"},
	{",", "step back", "15 seconds back"},
	{"]", "step forward", "15 seconds forward"},
	{".", "step forward", "15 seconds forward"},
	{"{", "jump back", "a minute back"},
	{"}", "jump forward", "a minute forward"},
	{"=", "now", "back to now"},
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
	run_zoom,
	run_window,
	run_time_zone,
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
			return runs[i](&call);
	return 1;
}
