/* What the parts of the view share: the state of a screen, and the context of one drawing. */
#ifndef HC_VIEW_STATE_H
#define HC_VIEW_STATE_H

#include "view/dialog.h"
#include "view/layout.h"
#include "view/pager.h"
#include "view/pane.h"
#include "view/prompt.h"
#include "view/screen.h"

#define VIEW_FILTER 256
#define VIEW_STEPS  32
#define VIEW_TAGS   64

/* Findings and events as they were when the screen was frozen, or findings of the instant that it
 * looks back to. */
struct frozen {
	const struct detect *detect; /* they came from */
	struct clock at;
	struct finding *findings;
	size_t nfindings;
	struct event *events;
	size_t nevents;
	struct detect_summary summary;
};

/* How the clients of a screen make rows. */
enum client_group { GROUP_ADDRESS, GROUP_NETWORK, GROUP_SITE, GROUP_AGENT, GROUP_COUNT };

/* What Esc goes back to. */
struct place {
	enum screen_name screen;
	enum pane_id focus;
	enum pane_id tab; /* the table that is shown where panes are tabs */
	bool zoomed;
	bool opened; /* the row `row` of pane `focus` is open */
	struct identity row;
	char filter[VIEW_FILTER];
};

struct screen {
	struct place place;
	struct place steps[VIEW_STEPS];
	size_t nsteps;
	struct pane panes[PANE_COUNT];
	struct prompt prompt;
	struct pager pager;
	struct dialog dialog;
	char before_prompt[VIEW_FILTER]; /* the filter, for when typing one is given up */
	int64_t window_ms;
	enum client_group group;
	bool paused;
	bool back;           /* looking at `past` */
	struct clock past;   /* the instant of a pause or a step back */
	struct clock moment; /* of what is shown; moves when ticks have come */
	uint64_t stamp;      /* of the ticks that moment has seen */
	struct frozen frozen;
	struct identity tags[VIEW_TAGS];
	size_t ntags;
	struct filter filter; /* parsed from place.filter, in filter_arena */
	struct arena filter_arena;
	char filter_error[128];
	struct arena data;          /* query results, until the next refresh */
	struct arena draw;          /* one frame */
	struct opened *opened_data; /* in the data arena, or NULL */
	struct frame scroll;        /* the opened row in full, of which a part is shown */
	int opened_top;
	int page; /* rows that a page moves in the opened row */
	char line[PROMPT_TEXT];
};

/* One drawing or one command. */
struct view {
	struct screen *screen;
	const struct scene *scene;
	struct names *names;
	struct frame *frame; /* NULL in a command */
	struct clock at;     /* asked about */
	struct layout layout;
};

struct view view_make(struct screen *screen, const struct scene *scene);

/* Moves the moment on when new ticks have come, the slower the more series there are. */
void view_refresh(struct view *view);
/* The results of queries are asked for anew. */
void view_forget(struct screen *screen);
/* The filter that queries take, or NULL. */
const struct filter *view_filter(const struct view *view);
/* Parses place.filter; err says what is wrong, and nothing is filtered then. */
int view_parse_filter(struct screen *screen, struct err *err);

size_t view_finding_count(const struct view *view);
const struct finding *view_finding(const struct view *view, size_t i);
size_t view_event_count(const struct view *view);
const struct event *view_event(const struct view *view, size_t i);
struct detect_summary view_summary(const struct view *view);
/* detect_about() at the instant that is shown. */
const struct finding *view_about(const struct view *view, const struct dims *dims,
				 bool *ret_unjudged);
/* Keeps findings and events as they are now, or lets go of those kept. */
void view_freeze(struct view *view);
void view_thaw(struct screen *screen);

/* "14:32:07" in the zone that is shown; buf has at least 16 bytes. Returns buf. */
char *view_time(const struct view *view, int64_t wall_ms, char *buf);
/* "UTC", "CET". */
const char *view_zone(const struct view *view, int64_t wall_ms, char *buf, size_t cap);
/* "5m01": how long ago, at poll rate; buf has at least 16 bytes. */
char *view_age(const struct view *view, struct clock since, char *buf);
/* The same for a length of time. */
char *view_duration(int64_t ms, char *buf);
/* "15s", "1m", "2m30": a length of time that is set, without a needless "00". */
char *view_span(int64_t ms, char *buf);
/* "1m": the window; buf has at least 16 bytes. */
char *view_window(const struct view *view, char *buf);
/* "48.2k"; buf has at least 16 bytes. */
char *view_count(double value, char *buf);
const char *view_text(const struct view *view, symbol name);

/* The key bound to a command as people read it, or "" when none is; buf has at least 24 bytes. */
char *view_key(const struct view *view, const char *command, char *buf);

/* Remembers the place for Esc. */
void view_step(struct screen *screen);

/* What a row with a problem was is what it was before that began: the figure as it was then. The
 * row is that of these dims under `by`; finding may be NULL. */
void view_was(const struct view *view, const struct finding *finding, const struct dims *dims,
	      dim_mask by, enum measure measure, struct figure *figure);

/* Parts of a drawing. */
void banner_draw(struct view *view);
void footer_draw(struct view *view);
void worst_draw(struct view *view, struct area area);
void opened_draw(struct view *view, struct area area);
/* -- TITLE ---- note -- */
void rule_draw(struct area area, int row, enum style style, const char *title, const char *note);

const char *view_guard(enum target_guard guard); /* "RO", "ASK", "RW" */
enum style view_banner(const char *group);       /* of a target: "prod", "stage", "dev" or "" */
const char *event_name(enum event_kind kind);
/* Whether it may have caused what figures show: a change, an action or a note. */
bool event_is_mark(enum event_kind kind);

/* The oldest answer that is kept of any source; the moment that is shown when there is none. */
struct clock view_oldest(const struct view *view);
/* The length of a trend's steps: as short as the polls allow while there is not more to see than
 * fits into so many cells, at most most_ms. */
int64_t view_trend_step(const struct view *view, int64_t most_ms, int cells);

/* The standing of a target, from all its sources. */
struct standing {
	const char *word; /* "up", "STALE", "auth", "failed", "new" */
	uint32_t sources, stale;
	bool answered;
	struct clock last_ok; /* the newest */
	double seconds;       /* of the slowest source */
	int64_t interval_ms;  /* the shortest */
	double requests_per_s, bytes_per_s;
	uint64_t bytes, series, unmapped, untrusted;
	int64_t retry_ms; /* mono; 0: none planned */
	const char *error;
};
/* All of them, by target; in the screen's data arena. */
struct standing *view_standings(struct view *view);

#endif
