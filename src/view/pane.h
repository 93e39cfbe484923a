/* A pane: rows of one kind in a table, with a cursor that stays on its row while rows move. */
#ifndef HC_VIEW_PANE_H
#define HC_VIEW_PANE_H

#include "detect/detect.h"
#include "view/layout.h"
#include "view/table.h"

struct view;

/* What a row is, wherever it stands. */
struct identity {
	struct dims dims;
	uint32_t target;
	uint32_t id; /* of a finding or an event, else 0 */
};

bool identity_equal(const struct identity *a, const struct identity *b);

struct item {
	struct identity key;
	const struct row *row; /* figures, NULL where a pane has none */
	const float *trend;    /* of the column that is one, or NULL */
	size_t index;          /* of the finding, event or target */
	int worst;             /* 0: all is well; see worst_of() */
	bool child;            /* belongs to the row above it */
	double weight;         /* class of what makes it matter while all is well */
	double rank;           /* of the sort: the largest first, NaN last */
	const char *label;     /* of the sort, where keys are equal */
	bool bare;             /* most figures do not apply: no "n/a" */
	bool stale;
	int64_t age_ms;
};

enum cell_kind {
	CELL_TEXT,  /* what: a number of the pane's own */
	CELL_VALUE, /* what: a measure */
	CELL_WAS,
	CELL_TREND,
	CELL_SINCE /* time of the first sight of the row */
};

struct pane_column {
	struct table_column table;
	enum cell_kind kind;
	int what;
	int64_t step_ms; /* trend: the longest step */
};

/* Columns for panes that are at least so wide; the widest comes first. */
struct pane_layout {
	int least_columns;
	const struct pane_column *columns;
	size_t n;
};

struct pane;

struct pane_ops {
	const char *title;
	const char *tab;
	const struct pane_layout *layouts;
	size_t nlayouts;
	/* Whether the second layout takes the place of the first, where the pane has the screen to
	 * itself; or NULL. */
	bool (*spare)(const struct view *view);
	int titles_from;        /* columns from which the columns have titles */
	bool live;              /* loaded for every frame: findings and events */
	dim_mask by;            /* of queries */
	bool chained;           /* targets that are kept out of the totals have rows too */
	enum measure weight;    /* what makes a row matter while nothing is wrong */
	enum measure beside[4]; /* asked for too, for texts */
	size_t nbeside;
	enum signal signal; /* whose hint is shown while it is empty */
	/* Fills items; query_items() for most. */
	void (*load)(struct view *view, struct pane *pane);
	/* A row of a result that belongs here. */
	bool (*wants)(const struct view *view, const struct dims *dims);
	void (*text)(const struct view *view, const struct item *item, int what, int width,
		     char *buf, size_t cap);
	/* What a text column is sorted by where its text will not do; NaN: by the text. NULL: none
	 * is. */
	double (*number)(const struct view *view, const struct item *item, int what);
	enum style (*style)(const struct view *view, const struct item *item);
	void (*note)(const struct view *view, const struct pane *pane, char *buf, size_t cap);
	/* A line under the rows, or NULL. */
	void (*foot)(const struct view *view, const struct pane *pane, char *buf, size_t cap);
	/* What is said when there are no rows and nothing hides them. */
	const char *empty;
};

/* The class that a row's weight was in. */
struct kept_weight {
	struct dims dims;
	double weight;
};

struct pane {
	const struct pane_ops *ops;
	const struct pane_layout *layout; /* of the last drawing */
	bool loaded;
	bool full;          /* it has the screen to itself */
	struct item *items; /* in the screen's data arena */
	size_t n;
	dim_mask by;                /* of queries; ops->by unless load() says otherwise */
	enum query_clients clients; /* the same for clients */
	struct column asked[QUERY_COLUMNS];
	size_t nasked;
	size_t nwas;      /* rows with a problem in the last answer */
	int64_t trend_ms; /* the step of the trend that is shown */
	struct row total;
	size_t all;    /* before limits */
	size_t hidden; /* by the filter */
	bool has_cursor;
	bool touched; /* it was in focus: from then on the cursor follows its row */
	struct identity cursor;
	size_t at;
	size_t top, left;
	size_t shown;             /* rows in the last drawing */
	void *extra;              /* of the pane's own, in the data arena */
	struct kept_weight *kept; /* of the last rows */
	size_t kept_cap;
	struct map kept_index;
	bool sorted; /* by sort, else by problem */
	enum cell_kind sort_kind;
	int sort_what;
	bool ascending;
};

extern const struct pane_ops problems_pane, routes_pane, limited_pane, ai_pane, targets_pane,
	timeline_pane, journal_pane;

/* Loads the rows when they are not there, and puts the cursor back on its row. */
void pane_load(struct view *view, struct pane *pane, int columns);
void pane_draw(struct view *view, struct pane *pane, struct area area, bool focused);
/* The item under the cursor, or NULL. */
const struct item *pane_item(const struct pane *pane);
void pane_move(struct pane *pane, long rows);
/* Goes to the row of this index. */
void pane_go(struct pane *pane, size_t at);

/* Asks for the figures of the pane's columns, grouped by pane->by, and sorts the rows. */
void query_items(struct view *view, struct pane *pane);
/* Gathers what the columns, the order and the texts need. */
void query_ask(struct pane *pane);
/* The same question grouped otherwise; items in the data arena, unsorted. */
struct item *query_by(struct view *view, struct pane *pane, dim_mask by, size_t *ret_n);
/* The instant at which the step that is being filled ends. */
struct clock view_step_end(const struct view *view, int64_t step_ms);
/* Gives items their weight; keep: remembers it for the next time. */
void items_weigh(struct pane *pane, struct item *items, size_t n, bool keep);
/* Sorts items by the pane's order; those of a live pane stay as they are until a column is
 * chosen. */
void items_sort(struct view *view, const struct pane *pane, struct item *items, size_t n);
/* The figure of a column of this kind, or NULL when the pane does not ask for it. */
const struct figure *row_figure(const struct pane *pane, const struct row *row, enum cell_kind kind,
				int what);
/* The text of a cell that is a figure or a trend. */
void item_cell(const struct view *view, const struct pane *pane, const struct item *item,
	       const struct pane_column *column, int width, char *buf, size_t cap);

/* "by problem", "by p95". */
void pane_order(const struct pane *pane, char *buf, size_t cap);
/* A line under the rows: "+3 more". */
void pane_more(const struct view *view, const struct pane *pane, char *buf, size_t cap);
/* 4 crit, 3 warn, 2 pending, 1 unjudged, 0 all well. */
int worst_of(const struct finding *finding, bool unjudged);
enum style worst_style(int worst);
/* Column `NAME` of the widest layout, by its title; NULL when there is none. */
const struct pane_column *pane_column_named(const struct pane *pane, const char *title);

#endif
