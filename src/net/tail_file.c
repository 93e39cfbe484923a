#include "net/logtail_private.h"

#include "base/alloc.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOK_MS     250
#define QUIET_LOOKS 4 /* a rotated file is left after so many looks without new bytes */
#define SHOWN_BYTES 160

static void show_path(const struct logtail *tail, char *shown)
{
	utf8_sanitise(shown, SHOWN_BYTES, tail->file.path, strlen(tail->file.path));
}

/* All followed files are looked at in the same turn, so that many do not mean many wake-ups. */
static void look_again(struct logtail *tail, bool at_once)
{
	int64_t now_ms = loop_now(tail->loop).mono_ms;

	loop_timer_set(tail->loop, &tail->timer,
		       at_once ? now_ms : (now_ms / LOOK_MS + 1) * LOOK_MS);
}

static void close_file(struct tail_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

static void tell_unopened(struct logtail *tail, int error)
{
	char shown[SHOWN_BYTES];

	show_path(tail, shown);
	if (error == ENOENT)
		tail_state(tail, ERR_NOT_FOUND, "%s is not there: waiting for it to appear", shown);
	else if (error == EACCES)
		tail_state(tail, ERR_IO, "%s may not be read: check its owner and group", shown);
	else
		tail_state(tail, ERR_IO, "%s cannot be read: %s", shown, strerror(error));
}

static void open_file(struct logtail *tail)
{
	struct tail_file *file = &tail->file;
	struct stat st;
	char shown[SHOWN_BYTES];

	file->fd = open(file->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (file->fd < 0 || fstat(file->fd, &st) < 0) {
		/* One that appears later is new from its first line on. */
		file->from_end = file->from_end && errno != ENOENT;
		tell_unopened(tail, errno);
		return;
	}
	show_path(tail, shown);
	if (!S_ISREG(st.st_mode)) {
		close_file(file);
		tail_state(tail, ERR_INVALID, "%s is no file: use command: or stdin for it", shown);
		return;
	}
	file->device = st.st_dev;
	file->inode = st.st_ino;
	file->offset = file->from_end ? lseek(file->fd, 0, SEEK_END) : 0;
	file->from_end = false;
	file->quiet = 0;
	tail_state(tail, ERR_OK, "following %s", shown);
}

enum fate { SAME, GONE, REPLACED };

/* What has become of the open file's name. */
static enum fate fate_of(const struct tail_file *file)
{
	struct stat st;

	if (stat(file->path, &st) < 0)
		return errno == ENOENT ? GONE : SAME;
	return st.st_dev == file->device && st.st_ino == file->inode ? SAME : REPLACED;
}

static bool was_cut(const struct tail_file *file)
{
	struct stat st;

	return fstat(file->fd, &st) == 0 && st.st_size < file->offset;
}

/* Read to its end: was it cut, or has its name another file now? Writers go on with the old one
 * until they open the new one, so it is left only when it has been quiet for some looks, and only
 * for another. */
static void look_for_change(struct logtail *tail, bool grew)
{
	struct tail_file *file = &tail->file;
	enum fate fate = fate_of(file);
	char shown[SHOWN_BYTES];

	show_path(tail, shown);
	if (was_cut(file)) {
		line_splitter_drop(&tail->lines);
		file->offset = lseek(file->fd, 0, SEEK_SET);
		tail_state(tail, ERR_OK, "%s was truncated: following it from its start", shown);
		return;
	}
	file->quiet = fate != SAME && !grew ? file->quiet + 1 : 0;
	if (file->quiet < QUIET_LOOKS)
		return;
	if (fate == GONE) {
		tell_unopened(tail, ENOENT);
		return;
	}
	line_splitter_end(&tail->lines);
	close_file(file);
	tail_state(tail, ERR_OK, "%s was rotated: following the new one", shown);
	if (!tail->stopped)
		open_file(tail);
}

static void on_look(struct loop_timer *timer)
{
	struct logtail *tail = timer->ctx;
	struct tail_file *file = &tail->file;
	ssize_t n = 0;
	off_t before;

	tail_enter(tail);
	if (file->fd < 0)
		open_file(tail);
	if (file->fd >= 0) {
		before = file->offset;
		n = tail_read(tail, file->fd);
		file->offset = lseek(file->fd, 0, SEEK_CUR);
		if (n < 0 && errno != EINTR)
			tell_unopened(tail, errno);
		else if (n == 0 && !tail->stopped)
			look_for_change(tail, file->offset != before);
	}
	look_again(tail, n > 0);
	tail_leave(tail);
}

static int start_file(struct logtail *tail, const struct logtail_spec *spec, struct err *err)
{
	(void)err;
	tail->file = (struct tail_file){
		.path = xstrdup(spec->file), .fd = -1, .from_end = !spec->from_start};
	tail->timer.fire = on_look;
	look_again(tail, true);
	return 0;
}

static void stop_file(struct logtail *tail)
{
	close_file(&tail->file);
	free(tail->file.path);
}

const struct tail_kind tail_file_kind = {.start = start_file, .stop = stop_file};
