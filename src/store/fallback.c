#include "store/fallback.h"

#include "base/sha256.h"
#include "base/utf8.h"
#include "store/canonical.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <syslog.h>
#include <unistd.h>

#define SYSLOG_BYTES 7000 /* of an entry; what most daemons take in one message is 8 KiB */
#define SHOWN_BYTES  2000 /* of a line that cannot be read */

static int fail(const char *path, struct err *err)
{
	return err_set(err, ERR_IO, "cannot write %s: %s", path, strerror(errno));
}

/* A line that was cut by a crash is ended, so that the next one stands alone. */
static void end_line(int fd, off_t size, struct strbuf *text)
{
	char last = '\n';

	if (size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n')
		strbuf_addch(text, '\n');
}

static void add_lines(struct strbuf *text, struct entry *const *entries, size_t n, uint64_t *count)
{
	for (size_t i = 0; i < n; i++) {
		strbuf_addf(text, "{\"n\":%" PRIu64 ",\"entry\":", ++*count);
		entry_canonical(entries[i], text);
		strbuf_addstr(text, "}\n");
	}
}

static void tell_syslog(struct entry *const *entries, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct strbuf json = STRBUF_INIT;

		entry_canonical(entries[i], &json);
		syslog(LOG_USER | LOG_NOTICE, "hypercare journal: %.*s", SYSLOG_BYTES, json.buf);
		strbuf_release(&json);
	}
}

static int sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[4096];
	int fd, code;

	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1,
		 slash ? path : ".");
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	code = fsync(fd);
	close(fd);
	return code;
}

int fallback_add(const char *path, struct entry *const *entries, size_t n, uint64_t *count,
		 struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	int fd, code = -1;
	off_t size;

	tell_syslog(entries, n);
	if (db_make_folder(path, err))
		return -1;
	fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(path, err);
	if (flock(fd, LOCK_EX) || (size = lseek(fd, 0, SEEK_END)) < 0) {
		fail(path, err);
		goto out;
	}
	end_line(fd, size, &text);
	add_lines(&text, entries, n, count);
	errno = ENOSPC;
	if (write(fd, text.buf, text.len) != (ssize_t)text.len || fsync(fd) ||
	    (!size && sync_folder(path))) {
		fail(path, err);
		if (ftruncate(fd, size))
			err_prefix(err, "and an incomplete line stays");
		goto out;
	}
	code = 0;
out:
	close(fd);
	strbuf_release(&text);
	return code;
}

/* Says in its detail where the entry has been. */
static struct entry *say_imported(const struct entry *entry, const char *path)
{
	json_t *detail = json_loads(entry->detail, 0, NULL);
	struct entry changed = *entry, *copy;
	char *text;

	json_object_set_new(detail, "imported_from", json_string(path));
	text = json_dumps(detail, JSON_COMPACT);
	changed.detail = text;
	copy = entry_prepare(&changed);
	free(text);
	json_decref(detail);
	return copy;
}

static struct entry *unreadable(const char *line)
{
	char shown[SHOWN_BYTES];
	struct strbuf detail = STRBUF_INIT;
	struct entry note = {.kind = ENTRY_NOTE,
			     .reason = "a line of the fallback file that cannot be read"};
	struct entry *copy;

	utf8_sanitise(shown, sizeof(shown), line, strlen(line));
	strbuf_addstr(&detail, "{\"line\":");
	canonical_add_string(&detail, shown);
	strbuf_addch(&detail, '}');
	note.detail = detail.buf;
	copy = entry_prepare(&note);
	strbuf_release(&detail);
	return copy;
}

static struct entry *read_line(const char *line, const char *path)
{
	json_t *object = json_loads(line, 0, NULL);
	char *json = json_dumps(json_object_get(object, "entry"), JSON_COMPACT);
	struct entry *entry = json ? entry_from_json(json) : NULL, *told;

	if (!entry)
		entry = unreadable(line);
	told = say_imported(entry, path);
	free(entry);
	free(json);
	json_decref(object);
	return told;
}

static int import_line(const char *line, const char *path, struct db *db, struct err *err)
{
	char id[SHA256_HEX];
	struct entry *entry;
	bool is_new;
	int code;

	sha256_hex(line, strlen(line), id);
	if (db_mark_imported(db, id, &is_new, err))
		return -1;
	if (!is_new)
		return 0;
	entry = read_line(line, path);
	code = db_insert(db, entry, err);
	free(entry);
	return code;
}

static int import_all(FILE *file, const char *path, struct db *db, struct err *err)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	int code = 0;

	while (!code && (len = getline(&line, &cap, file)) > 0) {
		line[len - (line[len - 1] == '\n')] = '\0';
		if (*line)
			code = import_line(line, path, db, err);
	}
	free(line);
	return code;
}

static int import_locked(FILE *file, const char *path, struct db *db, struct err *err)
{
	if (db_begin(db, err))
		return -1;
	if (import_all(file, path, db, err) || db_commit(db, err)) {
		db_rollback(db);
		return -1;
	}
	/* Where this fails the lines are found again, and known. */
	if (ftruncate(fileno(file), 0) || fsync(fileno(file)))
		return fail(path, err);
	return 0;
}

int fallback_import(const char *path, struct db *db, struct err *err)
{
	int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC), code = 0;
	struct stat st;
	FILE *file;

	if (fd < 0)
		return errno == ENOENT ? 0 : fail(path, err);
	if (!(file = fdopen(fd, "r+"))) {
		close(fd);
		return fail(path, err);
	}
	if (flock(fd, LOCK_EX) || fstat(fd, &st))
		code = fail(path, err);
	else if (!S_ISREG(st.st_mode) || (st.st_uid != geteuid() && st.st_uid != 0))
		code = err_set(err, ERR_INVALID, "%s is not a file of ours", path);
	else if (st.st_size)
		code = import_locked(file, path, db, err);
	fclose(file);
	return code;
}
