#include "config/secret.h"

#include "base/alloc.h"
#include "base/base64.h"
#include "base/strbuf.h"
#include "config/config.h"
#include "config/load.h"
#include "parse/slurp.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECRET_BYTES 16384

static const struct {
	const char *word;
	enum secret_from from;
} origins[] = {{"env:", SECRET_ENV}, {"file:", SECRET_FILE}, {"credential:", SECRET_CREDENTIAL}};

static int refuse(struct err *err)
{
	return err_set(err, ERR_INVALID,
		       "a credential is given by reference, not by value: bearer:env:NAME, "
		       "basic:file:PATH, header:X-API-KEY:env:NAME or bearer:credential:NAME");
}

static bool is_header_name(const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!strchr("-_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
			    name[i]))
			return false;
	return len > 0;
}

/* Reads "bearer", "basic" or "header:NAME" and returns what follows it, or NULL. */
static const char *parse_scheme(const char *text, struct secret_ref *ref)
{
	size_t len;

	if (!strncmp(text, "bearer", 6)) {
		ref->scheme = SECRET_BEARER;
		return text + 6;
	}
	if (!strncmp(text, "basic", 5)) {
		ref->scheme = SECRET_BASIC;
		return text + 5;
	}
	if (strncmp(text, "header:", 7))
		return NULL;
	len = strcspn(text + 7, ":");
	if (!is_header_name(text + 7, len))
		return NULL;
	ref->scheme = SECRET_HEADER;
	ref->header = xstrndup(text + 7, len);
	return text + 7 + len;
}

int secret_parse(const char *text, struct secret_ref *ret_ref, struct err *err)
{
	struct secret_ref ref = {0};
	const char *rest = parse_scheme(text, &ref);

	for (size_t i = 0; rest && *rest == ':' && i < sizeof(origins) / sizeof(origins[0]); i++) {
		size_t len = strlen(origins[i].word);

		if (strncmp(rest + 1, origins[i].word, len) || !rest[1 + len])
			continue;
		ref.from = origins[i].from;
		ref.name = xstrdup(rest + 1 + len);
		*ret_ref = ref;
		return 0;
	}
	secret_release(&ref);
	return refuse(err);
}

int secret_parse_command(const char *scheme, char **command, bool owned, struct secret_ref *ret_ref,
			 struct err *err)
{
	struct secret_ref ref = {.from = SECRET_COMMAND};
	const char *rest = parse_scheme(scheme, &ref);

	if (!rest || *rest || !command[0] || !owned) {
		secret_release(&ref);
		return owned ? refuse(err)
			     : err_set(err, ERR_INVALID,
				       "auth_command runs only from a file that is your own and "
				       "that "
				       "nobody else can write: chmod go-w");
	}
	ref.command = command;
	*ret_ref = ref;
	return 0;
}

void secret_release(struct secret_ref *ref)
{
	free(ref->name);
	free(ref->header);
	words_free(ref->command);
	*ref = (struct secret_ref){0};
}

static void wipe(char *text, size_t len)
{
#ifdef HAVE_EXPLICIT_BZERO
	explicit_bzero(text, len);
#else
	volatile char *at = text;

	while (len--)
		*at++ = 0;
#endif
}

static int read_file(const char *path, struct strbuf *out, struct err *err)
{
	struct stat st;

	if (slurp(path, SECRET_BYTES, out, &st, err))
		return err_prefix(err, "credential file %.80s", path);
	if (st.st_mode & (S_IRWXG | S_IRWXO) || (st.st_uid != geteuid() && st.st_uid != 0))
		return err_set(err, ERR_INVALID,
			       "credential file %.80s can be read by others: chmod 600 it", path);
	return 0;
}

static int read_credential(const char *name, struct strbuf *out, struct err *err)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	struct strbuf path = STRBUF_INIT;
	int result;

	if (!folder || *folder != '/' || strchr(name, '/'))
		return err_set(err, ERR_NOT_FOUND,
			       "no systemd credential %.60s: LoadCredential= gives it to a unit",
			       name);
	strbuf_addf(&path, "%s/%s", folder, name);
	result = slurp(path.buf, SECRET_BYTES, out, NULL, err);
	strbuf_release(&path);
	return result;
}

/* Credentials that came by the environment. They are moved out of it, so that commands do not
 * inherit them and /proc does not show them. */
static struct kept {
	char *name, *value;
} * kept;
static size_t nkept;

static const char *take_variable(const char *name)
{
	char *value = getenv(name);
	size_t i = 0;

	while (i < nkept && strcmp(kept[i].name, name))
		i++;
	if (!value)
		return i < nkept ? kept[i].value : NULL;
	if (i == nkept) {
		kept = xreallocarray(kept, ++nkept, sizeof(*kept));
		kept[i] = (struct kept){.name = xstrdup(name)};
	}
	secret_wipe(kept[i].value);
	kept[i].value = xstrdup(value);
	wipe(value, strlen(value));
	unsetenv(name);
	return kept[i].value;
}

void secret_claim(const struct secret_ref *ref)
{
	if (ref->scheme != SECRET_NONE && ref->from == SECRET_ENV)
		take_variable(ref->name);
}

static int read_value(const struct secret_ref *ref, struct strbuf *out, struct err *err)
{
	const char *value;

	switch (ref->from) {
	case SECRET_ENV:
		value = take_variable(ref->name);
		if (!value || !*value)
			return err_set(err, ERR_NOT_FOUND,
				       "the variable %.60s is not set: export it and start again",
				       ref->name);
		strbuf_addstr(out, value);
		return 0;
	case SECRET_FILE:
		return read_file(ref->name, out, err);
	case SECRET_CREDENTIAL:
		return read_credential(ref->name, out, err);
	case SECRET_COMMAND:
		break;
	}
	return err_set(err, ERR_UNSUPPORTED, "a command is not waited for here");
}

static int check_value(const struct strbuf *value, struct err *err)
{
	if (!value->len)
		return err_set(err, ERR_INVALID, "the credential is empty");
	for (size_t i = 0; i < value->len; i++)
		if ((unsigned char)value->buf[i] < 0x20 || value->buf[i] == 0x7f)
			return err_set(err, ERR_INVALID, "the credential has a control byte in it");
	return 0;
}

/* The header line of a value, which may end with its line. */
static char *header_of(const struct secret_ref *ref, struct strbuf *value, struct err *err)
{
	struct strbuf header = STRBUF_INIT;
	char *result;

	while (value->len && strchr("\r\n", value->buf[value->len - 1]))
		strbuf_truncate(value, value->len - 1);
	if (check_value(value, err))
		return NULL;
	strbuf_grow(&header, 2 * SECRET_BYTES);
	if (ref->scheme == SECRET_HEADER)
		strbuf_addf(&header, "%s: %s", ref->header, value->buf);
	else if (ref->scheme == SECRET_BEARER)
		strbuf_addf(&header, "Authorization: Bearer %s", value->buf);
	else { /* the value is "user:password" (RFC 7617) */
		strbuf_addstr(&header, "Authorization: Basic ");
		base64_add(&header, value->buf, value->len);
	}
	result = xstrdup(header.buf);
	wipe(header.buf, header.len);
	strbuf_release(&header);
	return result;
}

char *secret_header(const struct secret_ref *ref, struct err *err)
{
	struct strbuf value = STRBUF_INIT;
	char *result = NULL;

	strbuf_grow(&value, SECRET_BYTES + 1024); /* so that no copy stays behind */
	if (!read_value(ref, &value, err))
		result = header_of(ref, &value, err);
	wipe(value.buf, value.len);
	strbuf_release(&value);
	return result;
}

struct secret_command {
	const struct secret_ref *ref;
	pid_t pid; /* 0: has ended */
	int fd;    /* -1: its output has ended */
	struct strbuf value;
};

static pid_t spawn(char **command, int *ret_fd)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		setsid(); /* no terminal: it can neither ask there nor draw over the screen */
		dup2(null, STDIN_FILENO);
		dup2(ends[1], STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execvp(command[0], command);
		_exit(127);
	}
	close(ends[1]);
	*ret_fd = ends[0];
	if (pid < 0)
		close(ends[0]);
	else
		fcntl(ends[0], F_SETFL, O_NONBLOCK);
	return pid;
}

struct secret_command *secret_command_start(const struct secret_ref *ref, struct err *err)
{
	struct secret_command *command = xcalloc(1, sizeof(*command));

	command->ref = ref;
	command->pid = spawn(ref->command, &command->fd);
	if (command->pid < 0) {
		err_set(err, ERR_IO, "auth_command cannot be run: %s", strerror(errno));
		free(command);
		return NULL;
	}
	strbuf_init(&command->value);
	strbuf_grow(&command->value, SECRET_BYTES + 2048); /* so that no copy stays behind */
	return command;
}

int secret_command_fd(const struct secret_command *command)
{
	return command->fd;
}

static void end_output(struct secret_command *command)
{
	close(command->fd);
	command->fd = -1;
}

/* Takes what is there; -1 when it is too much or cannot be read. */
static int read_output(struct secret_command *command)
{
	char block[1024];
	ssize_t n;

	while (command->fd >= 0) {
		n = read(command->fd, block, sizeof(block));
		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -1;
		if (n == 0) {
			end_output(command);
			return 0;
		}
		strbuf_add(&command->value, block, (size_t)n);
		wipe(block, sizeof(block));
		if (command->value.len > SECRET_BYTES)
			return -1;
	}
	return 0;
}

int secret_command_turn(struct secret_command *command, char **ret_header, struct err *err)
{
	int status = 0;
	pid_t ended;

	if (read_output(command))
		return err_set(err, ERR_INVALID, "auth_command %.80s prints no credential",
			       command->ref->command[0]);
	if (command->fd >= 0)
		return 1;
	ended = waitpid(command->pid, &status, WNOHANG);
	if (ended == 0)
		return 1;
	command->pid = 0;
	if (ended < 0 || !WIFEXITED(status) || WEXITSTATUS(status))
		return err_set(err, ERR_IO, "auth_command %.80s failed", command->ref->command[0]);
	*ret_header = header_of(command->ref, &command->value, err);
	return *ret_header ? 0 : -1;
}

/* It was killed just now, so that it is not waited for longer than a moment. */
static void reap(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}

void secret_command_stop(struct secret_command *command)
{
	if (!command)
		return;
	if (command->fd >= 0)
		end_output(command);
	if (command->pid) {
		kill(-command->pid, SIGKILL);
		kill(command->pid, SIGKILL); /* it may not lead its group yet */
		reap(command->pid);
	}
	wipe(command->value.buf, command->value.len);
	strbuf_release(&command->value);
	free(command);
}

void secret_wipe(char *header)
{
	if (header)
		wipe(header, strlen(header));
	free(header);
}
