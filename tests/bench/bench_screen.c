/*
 * Replays what a program wrote to its terminal and counts what it had to: for each refresh the
 * cells that changed and the runs in which they lie, where a run ends at a cell that stayed or at
 * the end of a line.
 *
 * usage: bench_screen ROWS COLUMNS <RECORDING
 *
 * The recording is a sequence of refreshes, each a line with its length in bytes and then the
 * bytes. The first is what the screen starts from. Prints "BYTES CELLS RUNS" for each of the
 * others.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vterm.h>

struct replay {
	VTerm *vterm;
	VTermScreen *screen;
	VTermScreenCell *before;
	int rows;
	int columns;
};

static VTermScreenCell cell_at(const struct replay *replay, int row, int column)
{
	VTermScreenCell cell;

	memset(&cell, 0, sizeof(cell));
	vterm_screen_get_cell(replay->screen, (VTermPos){.row = row, .col = column}, &cell);
	return cell;
}

static bool same_cell(const VTermScreenCell *a, const VTermScreenCell *b)
{
	return memcmp(a->chars, b->chars, sizeof(a->chars)) == 0 && a->width == b->width &&
	       a->attrs.bold == b->attrs.bold && a->attrs.reverse == b->attrs.reverse &&
	       a->attrs.underline == b->attrs.underline && a->attrs.italic == b->attrs.italic &&
	       vterm_color_is_equal(&a->fg, &b->fg) && vterm_color_is_equal(&a->bg, &b->bg);
}

/* Takes the screen as it is now for the next comparison. */
static void count_changes(struct replay *replay, int *ret_cells, int *ret_runs)
{
	*ret_cells = *ret_runs = 0;
	for (int row = 0; row < replay->rows; row++) {
		bool running = false;

		for (int column = 0; column < replay->columns; column++) {
			VTermScreenCell now = cell_at(replay, row, column);
			VTermScreenCell *before = &replay->before[row * replay->columns + column];
			bool changed = !same_cell(&now, before);

			*ret_cells += changed;
			*ret_runs += changed && !running;
			running = changed;
			*before = now;
		}
	}
}

static int feed(struct replay *replay, size_t length)
{
	char bytes[4096];

	while (length) {
		size_t want = length < sizeof(bytes) ? length : sizeof(bytes);

		if (fread(bytes, 1, want, stdin) != want)
			return -1;
		vterm_input_write(replay->vterm, bytes, want);
		length -= want;
	}
	vterm_screen_flush_damage(replay->screen);
	return 0;
}

static int play(struct replay *replay)
{
	bool first = true;
	char line[32];

	while (fgets(line, sizeof(line), stdin)) {
		size_t length = strtoul(line, NULL, 10);
		int cells, runs;

		if (feed(replay, length))
			return -1;
		count_changes(replay, &cells, &runs);
		if (!first)
			printf("%zu %d %d\n", length, cells, runs);
		first = false;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct replay replay = {0};
	int code;

	if (argc == 3) {
		replay.rows = atoi(argv[1]);
		replay.columns = atoi(argv[2]);
	}
	if (replay.rows <= 0 || replay.columns <= 0) {
		fprintf(stderr, "usage: bench_screen ROWS COLUMNS <RECORDING\n");
		return 2;
	}
	replay.before =
		calloc((size_t)replay.rows * (size_t)replay.columns, sizeof(*replay.before));
	replay.vterm = vterm_new(replay.rows, replay.columns);
	if (!replay.before || !replay.vterm)
		return 1;
	vterm_set_utf8(replay.vterm, 1);
	replay.screen = vterm_obtain_screen(replay.vterm);
	vterm_screen_enable_altscreen(replay.screen, 1);
	vterm_screen_reset(replay.screen, 1);
	code = play(&replay) ? 1 : 0;
	vterm_free(replay.vterm);
	free(replay.before);
	return code;
}
