#include "app/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static int pipe_fds[2] = {-1, -1};
static volatile sig_atomic_t pending[NSIG];
static const int *caught;

static void note(int number)
{
	int saved = errno;

	pending[number] = 1;
	if (write(pipe_fds[1], "", 1) < 0)
		errno = 0; /* a full pipe already says that something came */
	errno = saved;
}

static void set_action(int number, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};

	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

int signals_open(const int *signals)
{
	if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK))
		return -1;
	caught = signals;
	for (const int *at = signals; *at; at++)
		set_action(*at, note);
	return pipe_fds[0];
}

void signals_close(void)
{
	for (const int *at = caught; at && *at; at++)
		set_action(*at, SIG_DFL);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	pipe_fds[0] = pipe_fds[1] = -1;
}

int signals_next(void)
{
	char drained[64];

	while (read(pipe_fds[0], drained, sizeof(drained)) == (ssize_t)sizeof(drained))
		continue;
	for (int number = 1; number < NSIG; number++)
		if (pending[number]) {
			pending[number] = 0;
			return number;
		}
	return 0;
}

void signals_stop_here(void)
{
	set_action(SIGTSTP, SIG_DFL);
	raise(SIGTSTP);
	set_action(SIGTSTP, note);
}
