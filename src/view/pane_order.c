/* The order of rows: worst first, then by about how much they matter, or by a column. */
#include "base/alloc.h"
#include "view/state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_WEIGHT (-100.0)
#define SLACK     0.2

/* Where ranks are equal, rows stand by target, then by name, so that they stay where they are. */
static const char *item_label(struct view *view, const struct pane *pane, const struct item *item,
			      bool by_text)
{
	char buf[TABLE_CELL] = "";

	pane->ops->text(view, item, by_text ? pane->sort_what : 0, TABLE_CELL, buf, sizeof(buf));
	return arena_printf(pane->ops->live ? &view->screen->draw : &view->screen->data, "%08x %s",
			    by_text ? 0 : item->key.target, buf);
}

/* Weights fall into classes of a factor of eight, and a row changes its class only when it is well
 * inside the other: rows do not change places with every refresh. */
static double class_of(const struct figure *figure, double before)
{
	double exact;

	if (!figure || figure->quality & Q_NONE || !(figure->value > 0))
		return NO_WEIGHT;
	exact = log2(figure->value) / 3;
	if (before > NO_WEIGHT && exact > before - SLACK && exact < before + 1 + SLACK)
		return before;
	return floor(exact);
}

static bool is_kept(const void *ctx, uint32_t value, const void *key)
{
	return dims_equal(&((const struct pane *)ctx)->kept[value].dims, key);
}

static double kept_class(const struct pane *pane, const struct dims *dims)
{
	uint32_t at =
		map_find(&pane->kept_index, hash_bytes(dims, sizeof(*dims)), is_kept, pane, dims);

	return at == MAP_NONE ? NO_WEIGHT : pane->kept[at].weight;
}

/* Remembers the classes of these rows for the next time; those of rows that went are forgotten. */
static void keep_classes(struct pane *pane, const struct item *items, size_t n)
{
	size_t i;

	map_clear(&pane->kept_index);
	pane->kept = xgrow(pane->kept, &pane->kept_cap, n, sizeof(*pane->kept));
	for (i = 0; i < n; i++) {
		const struct dims *dims = &items[i].key.dims;

		pane->kept[i] = (struct kept_weight){*dims, items[i].weight};
		map_add(&pane->kept_index, hash_bytes(dims, sizeof(*dims)), (uint32_t)i);
	}
}

void items_weigh(struct pane *pane, struct item *items, size_t n, bool keep)
{
	size_t i;

	for (i = 0; i < n; i++)
		items[i].weight =
			class_of(row_figure(pane, items[i].row, CELL_VALUE, (int)pane->ops->weight),
				 kept_class(pane, &items[i].key.dims));
	if (keep)
		keep_classes(pane, items, n);
}

static double text_number(const struct view *view, const struct pane *pane, const struct item *item)
{
	return pane->ops->number ? pane->ops->number(view, item, pane->sort_what) : NAN;
}

static double sort_rank(const struct view *view, const struct pane *pane, const struct item *item)
{
	const struct figure *figure;
	double number;

	if (!pane->sorted)
		return item->worst * 1000 + item->weight;
	if (pane->sort_kind == CELL_TEXT) {
		number = text_number(view, pane, item);
		return isnan(number) ? 0 : pane->ascending ? -number : number;
	}
	figure = row_figure(pane, item->row, pane->sort_kind, pane->sort_what);
	if (!figure || figure->quality & Q_NONE)
		return NAN;
	return pane->ascending ? -figure->value : figure->value;
}

static int compare_items(const void *left, const void *right)
{
	const struct item *a = left, *b = right;

	if (isnan(a->rank) != isnan(b->rank))
		return isnan(a->rank) ? 1 : -1;
	if (a->rank > b->rank || a->rank < b->rank)
		return a->rank > b->rank ? -1 : 1;
	return strcmp(a->label, b->label);
}

static void reverse(struct item *items, size_t n)
{
	size_t i;

	for (i = 0; i < n / 2; i++) {
		struct item item = items[i];

		items[i] = items[n - 1 - i];
		items[n - 1 - i] = item;
	}
}

void items_sort(struct view *view, const struct pane *pane, struct item *items, size_t n)
{
	bool by_text = pane->sorted && pane->sort_kind == CELL_TEXT && n &&
		       isnan(text_number(view, pane, &items[0]));
	size_t i;

	if (pane->ops->live && !pane->sorted)
		return;
	for (i = 0; i < n; i++) {
		items[i].rank = sort_rank(view, pane, &items[i]);
		items[i].label = item_label(view, pane, &items[i], by_text);
	}
	qsort(items, n, sizeof(*items), compare_items);
	if (by_text && pane->ascending)
		reverse(items, n);
}
