#include "view/chart.h"

#include "base/utf8.h"

#include <math.h>
#include <string.h>

#define NOW_MARK   '|'
#define CHANGE     '^'
#define BLOCK_ONE  0x2581u /* lower one eighth block; the next seven follow */
#define BLOCK_FULL 0x2588u
#define LEVELS     8

static const char ascii_levels[] = "._:=+#";

/* Upper ends of the steps of a share. */
static const double share_steps[] = {0.001, 0.005, 0.02, 0.05, 0.10, 0.25, 0.5};

/* 0 for nothing at all, else 1 to LEVELS - 1. */
static int level_of(const struct trend *trend, double value)
{
	int level;

	if (!(value > 0))
		return 0;
	if (trend->scale == CHART_TOP) {
		level = (int)ceil(value / trend->top * (LEVELS - 1));
		return level < LEVELS - 1 ? level : LEVELS - 1;
	}
	for (level = 1; level < LEVELS - 1; level++)
		if (value < share_steps[level - 1])
			break;
	return level;
}

static uint32_t level_glyph(int level, bool ascii)
{
	int last = (int)sizeof(ascii_levels) - 2;

	if (!ascii)
		return BLOCK_ONE + (uint32_t)level;
	return (uint32_t)ascii_levels[(level * last + LEVELS - 2) / (LEVELS - 1)];
}

/* The value that belongs into a cell, and false where there is none or now is. */
static bool value_at(const struct trend *trend, int cells, int cell, size_t *ret_index)
{
	int64_t back = ((trend->last - cell) % cells + cells) % cells;

	if (back >= cells - 1 || (size_t)back >= trend->n)
		return false;
	*ret_index = trend->n - 1 - (size_t)back;
	return !isnan(trend->values[*ret_index]);
}

static int now_cell(const struct trend *trend, int cells)
{
	return (int)((trend->last + 1) % cells);
}

char *chart_line(char *buf, size_t cap, const struct trend *trend, int cells, bool ascii)
{
	size_t len = 0, index;
	int i;

	for (i = 0; i < cells && len + 5 <= cap; i++) {
		uint32_t glyph = ' ';

		if (i == now_cell(trend, cells))
			glyph = NOW_MARK;
		else if (value_at(trend, cells, i, &index))
			glyph = level_glyph(level_of(trend, (double)trend->values[index]), ascii);
		len += utf8_encode(glyph, buf + len);
	}
	buf[len] = '\0';
	return buf;
}

double chart_top(double value)
{
	double power;

	if (!(value > 0) || isinf(value))
		return 1;
	power = pow(10, floor(log10(value)));
	if (value <= power)
		return power;
	return value <= 2 * power ? 2 * power : value <= 5 * power ? 5 * power : 10 * power;
}

static void plot_column(struct area area, int column, double share)
{
	int rows = area.rows - 1, eighths = (int)ceil(share * rows * LEVELS), row;

	for (row = rows - 1; row >= 0 && eighths > 0; row--, eighths -= LEVELS) {
		int level = eighths >= LEVELS ? LEVELS - 1 : eighths - 1;

		area_fill(area, row, column, 1, level_glyph(level, area.frame->ascii), STYLE_SPARK);
	}
}

void chart_plot(struct area area, const struct trend *trend, const bool *marks)
{
	size_t index;
	int i;

	for (i = 0; i < area.columns; i++) {
		if (i == now_cell(trend, area.columns)) {
			int row;

			for (row = 0; row < area.rows - 1; row++)
				area_fill(area, row, i, 1, NOW_MARK, STYLE_DIM);
			continue;
		}
		if (!value_at(trend, area.columns, i, &index))
			continue;
		plot_column(area, i, fmin(1, (double)trend->values[index] / trend->top));
		if (marks && marks[index])
			area_fill(area, area.rows - 1, i, 1, CHANGE, STYLE_MARK);
	}
}

void chart_bar(struct area area, int row, int column, int columns, double share, enum style style)
{
	int full = share > 0 ? (int)ceil(fmin(1, share) * columns) : 0;

	area_fill(area, row, column, full, area.frame->ascii ? '#' : BLOCK_FULL, style);
}
