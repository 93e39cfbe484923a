#include "app/job.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define REAP_MS 20 /* between looks at whether it has ended, once its output has */

static void end_group(struct job *job)
{
	kill(-job->pid, SIGKILL);
	while (waitpid(job->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	job->pid = 0;
}

static void close_output(struct job *job)
{
	if (job->output.fd < 0)
		return;
	loop_fd_remove(job->loop, &job->output);
	close(job->output.fd);
	job->output.fd = -1;
}

static void finish(struct job *job)
{
	close_output(job);
	loop_timer_stop(job->loop, &job->timer);
	job->changed(job->ctx);
}

static void stop_because(struct job *job, const char *why)
{
	end_group(job);
	snprintf(job->why, sizeof(job->why), "%s", why);
	finish(job);
}

static void describe_end(struct job *job, int status)
{
	double seconds = (double)(loop_now(job->loop).mono_ms - job->started_ms) / 1000;

	if (WIFSIGNALED(status))
		snprintf(job->why, sizeof(job->why), "ended by signal %d after %.1f s",
			 WTERMSIG(status), seconds);
	else
		snprintf(job->why, sizeof(job->why), "ended with %d after %.1f s",
			 WEXITSTATUS(status), seconds);
}

static void on_time(struct loop_timer *timer)
{
	struct job *job = timer->ctx;
	int64_t now_ms = loop_now(job->loop).mono_ms;
	int status;

	if (job->output.fd < 0 && waitpid(job->pid, &status, WNOHANG) == job->pid) {
		job->pid = 0;
		describe_end(job, status);
		finish(job);
	} else if (now_ms - job->started_ms >= JOB_MS) {
		stop_because(job, "ended by us: it took longer than a minute");
	} else {
		loop_timer_set(job->loop, timer, now_ms + REAP_MS);
	}
}

static void on_output(struct loop_fd *handle, short revents)
{
	struct job *job = handle->ctx;
	char block[4096];
	ssize_t n = read(handle->fd, block, sizeof(block));

	(void)revents;
	if (n > 0) {
		strbuf_add(&job->text, block, (size_t)n);
		if (job->text.len >= JOB_BYTES)
			stop_because(job, "ended by us: it wrote more than 256 KiB");
		else
			job->changed(job->ctx);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		close_output(job);
		loop_timer_set(job->loop, &job->timer, loop_now(job->loop).mono_ms);
	}
}

void job_init(struct job *job, struct loop *loop, void (*changed)(void *ctx), void *ctx)
{
	*job = (struct job){.loop = loop, .changed = changed, .ctx = ctx, .text = STRBUF_INIT};
	job->output = (struct loop_fd){.fd = -1, .ready = on_output, .ctx = job};
	job->timer = (struct loop_timer){.fire = on_time, .ctx = job};
}

void job_release(struct job *job)
{
	if (job->pid)
		end_group(job);
	if (job->loop) {
		close_output(job);
		loop_timer_stop(job->loop, &job->timer);
	}
	strbuf_release(&job->text);
}

static int spawn(pid_t *ret_pid, int output, char *const *argv, char *const *environment)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int code;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
	posix_spawnattr_init(&attributes);
	/* no terminal: it can neither ask there nor draw over the screen */
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attributes, &none);
	code = posix_spawnp(ret_pid, argv[0], &actions, &attributes, argv, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return code;
}

int job_start(struct job *job, char *const *argv, char *const *environment, struct err *err)
{
	int ends[2], code;

	if (job->pid)
		return err_set(err, ERR_REFUSED, "a command of yours still runs");
	if (pipe2(ends, O_CLOEXEC))
		return err_set(err, ERR_IO, "no pipe: %s", strerror(errno));
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	code = spawn(&job->pid, ends[1], argv, environment);
	close(ends[1]);
	if (code) {
		close(ends[0]);
		job->pid = 0;
		return err_set(err, ERR_IO, "%.80s cannot be run: %s", argv[0], strerror(code));
	}
	job->output.fd = ends[0];
	job->started_ms = loop_now(job->loop).mono_ms;
	job->why[0] = '\0';
	job->text.len = 0;
	loop_fd_set(job->loop, &job->output, POLLIN);
	loop_timer_set(job->loop, &job->timer, job->started_ms + JOB_MS);
	return 0;
}
