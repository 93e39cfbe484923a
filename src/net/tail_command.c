#include "net/logtail_private.h"

#include "base/alloc.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BACKOFF_FIRST_MS 1000
#define BACKOFF_LAST_MS  30000
#define STEADY_MS        60000 /* one that ran as long starts with the first back-off again */
#define QUIET_MS         2000  /* one that lives as long without a word is taken to be well */
#define REAP_MS          20
#define REAPS_TERM       25
#define REAPS_KILL       100
#define SAID_BYTES       ((size_t)512)
#define SHOWN_BYTES      120

extern char **environ;

static void close_fd(struct logtail *tail, struct loop_fd *handle)
{
	if (handle->fd < 0)
		return;
	loop_fd_remove(tail->loop, handle);
	close(handle->fd);
	handle->fd = -1;
}

/* The last line that it wrote to stderr, sanitised. */
static void last_said(const struct tail_command *command, char *shown)
{
	size_t end = command->said.len, start;

	while (end && strchr("\r\n ", command->said.buf[end - 1]))
		end--;
	for (start = end; start && command->said.buf[start - 1] != '\n'; start--)
		;
	utf8_sanitise(shown, SHOWN_BYTES, command->said.buf + start, end - start);
}

static void on_restart(struct loop_timer *timer);

static void retry_later(struct logtail *tail, const char *why)
{
	struct tail_command *command = &tail->command;
	int64_t now_ms = loop_now(tail->loop).mono_ms;
	char name[60], shown[SHOWN_BYTES];

	utf8_sanitise(name, sizeof(name), command->argv[0], strlen(command->argv[0]));
	last_said(command, shown);
	if (now_ms - command->started_ms >= STEADY_MS)
		command->backoff_ms = BACKOFF_FIRST_MS;
	tail_state(tail, ERR_IO, "%s %s%s%s: started again in %lld s", name, why,
		   *shown ? ": " : "", shown, (long long)(command->backoff_ms / 1000));
	tail->timer.fire = on_restart;
	loop_timer_set(tail->loop, &tail->timer, now_ms + command->backoff_ms);
	command->backoff_ms = command->backoff_ms * 2 < BACKOFF_LAST_MS ? command->backoff_ms * 2
									: BACKOFF_LAST_MS;
}

static void on_complaint(struct loop_fd *handle, short revents)
{
	struct logtail *tail = handle->ctx;
	struct strbuf *said = &tail->command.said;
	char buf[SAID_BYTES];
	ssize_t n = read(handle->fd, buf, sizeof(buf));

	(void)revents;
	if (n <= 0) {
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			close_fd(tail, handle);
		return;
	}
	strbuf_add(said, buf, (size_t)n);
	if (said->len > SAID_BYTES)
		strbuf_consume(said, said->len - SAID_BYTES);
}

static void describe_end(int status, char *why, size_t cap)
{
	if (WIFSIGNALED(status))
		snprintf(why, cap, "was ended by signal %d", WTERMSIG(status));
	else
		snprintf(why, cap, "ended with %d", WEXITSTATUS(status));
}

/* Its output has ended; its end follows soon, or is helped. The group is told before its leader
 * is reaped, while nobody else can have its number. */
static void on_reap(struct loop_timer *timer)
{
	struct logtail *tail = timer->ctx;
	struct tail_command *command = &tail->command;
	siginfo_t info = {0};
	char why[40];
	int status = 0;

	tail_enter(tail);
	if (waitid(P_PID, (id_t)command->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	    info.si_pid == 0) {
		if (++command->reaps >= REAPS_TERM)
			kill(-command->pid, command->reaps < REAPS_KILL ? SIGTERM : SIGKILL);
		loop_timer_set(tail->loop, timer, loop_now(tail->loop).mono_ms + REAP_MS);
	} else {
		kill(-command->pid, SIGTERM);
		waitpid(command->pid, &status, 0);
		command->pid = 0;
		describe_end(status, why, sizeof(why));
		if (command->complaints.fd >= 0)
			on_complaint(&command->complaints, POLLIN);
		close_fd(tail, &command->complaints);
		retry_later(tail, why);
	}
	tail_leave(tail);
}

static void on_output(struct loop_fd *handle, short revents)
{
	struct logtail *tail = handle->ctx;
	struct tail_command *command = &tail->command;
	ssize_t n;

	(void)revents;
	tail_enter(tail);
	n = tail_read(tail, handle->fd);
	if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR))) {
		tail_state(tail, ERR_OK, "following the output of a command");
	} else if (!tail->stopped) {
		line_splitter_end(&tail->lines);
		close_fd(tail, &command->out);
		command->reaps = 0;
		tail->timer.fire = on_reap;
		loop_timer_set(tail->loop, &tail->timer, loop_now(tail->loop).mono_ms + REAP_MS);
	}
	tail_leave(tail);
}

/* posix_spawn is safe beside other threads. The command gets a process group of its own, so that
 * what it starts ends with it, and no signal of ours. */
static int spawn(char *const *argv, int out, int complaints, pid_t *ret_pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, defaults;
	int error;

	sigemptyset(&none);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, complaints, STDERR_FILENO);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
						POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	error = posix_spawnp(ret_pid, argv[0], &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return error;
}

static void watch(struct logtail *tail, struct loop_fd *handle, int fd,
		  void (*ready)(struct loop_fd *handle, short revents))
{
	fcntl(fd, F_SETFL, O_NONBLOCK);
	*handle = (struct loop_fd){.fd = fd, .ready = ready, .ctx = tail};
	loop_fd_set(tail->loop, handle, POLLIN);
}

static int run(struct logtail *tail)
{
	struct tail_command *command = &tail->command;
	int out[2], complaints[2], error;

	if (pipe2(out, O_CLOEXEC) < 0)
		return errno;
	if (pipe2(complaints, O_CLOEXEC) < 0) {
		close(out[0]);
		close(out[1]);
		return EMFILE;
	}
	error = spawn(command->argv, out[1], complaints[1], &command->pid);
	close(out[1]);
	close(complaints[1]);
	if (error) {
		command->pid = 0;
		close(out[0]);
		close(complaints[0]);
		return error;
	}
	watch(tail, &command->out, out[0], on_output);
	watch(tail, &command->complaints, complaints[0], on_complaint);
	return 0;
}

static void on_quiet(struct loop_timer *timer)
{
	struct logtail *tail = timer->ctx;

	tail_enter(tail);
	tail_state(tail, ERR_OK, "following the output of a command");
	tail_leave(tail);
}

static void on_restart(struct loop_timer *timer)
{
	struct logtail *tail = timer->ctx;
	struct strbuf *said = &tail->command.said;
	int error;

	tail_enter(tail);
	strbuf_clear(said);
	tail->command.started_ms = loop_now(tail->loop).mono_ms;
	error = run(tail);
	if (error) {
		strbuf_addstr(said, strerror(error));
		retry_later(tail, "cannot be started");
	} else {
		timer->fire = on_quiet;
		loop_timer_set(tail->loop, timer, tail->command.started_ms + QUIET_MS);
	}
	tail_leave(tail);
}

static int start_command(struct logtail *tail, const struct logtail_spec *spec, struct err *err)
{
	struct tail_command *command = &tail->command;
	size_t n = 0;

	command->out.fd = command->complaints.fd = -1;
	strbuf_init(&command->said);
	while (spec->command[n])
		n++;
	command->argv = xcalloc(n + 1, sizeof(*command->argv));
	for (size_t i = 0; i < n; i++)
		command->argv[i] = xstrdup(spec->command[i]);
	if (!n || !*command->argv[0])
		return err_set(err, ERR_INVALID, "the command is empty");
	command->backoff_ms = BACKOFF_FIRST_MS;
	tail->timer.fire = on_restart;
	loop_timer_set(tail->loop, &tail->timer, loop_now(tail->loop).mono_ms);
	return 0;
}

/* Ends the command and what it started. Waits at most some ms; a process that the kernel holds
 * longer is left to init. */
static void end_process(struct tail_command *command)
{
	struct timespec ms = {.tv_nsec = 1000000};

	if (!command->pid)
		return;
	kill(-command->pid, SIGKILL);
	for (int i = 0; i < 5 && waitpid(command->pid, NULL, WNOHANG) == 0; i++)
		nanosleep(&ms, NULL);
}

static void stop_command(struct logtail *tail)
{
	struct tail_command *command = &tail->command;

	close_fd(tail, &command->out);
	close_fd(tail, &command->complaints);
	end_process(command);
	for (char **arg = command->argv; arg && *arg; arg++)
		free(*arg);
	free(command->argv);
	strbuf_release(&command->said);
}

const struct tail_kind tail_command_kind = {.start = start_command, .stop = stop_command};
