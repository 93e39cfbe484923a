#include "eval/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKER_BYTES (512ul << 20) /* address space on top of what the program has mapped */

extern char **environ;

/* An order with the descriptor that may come with it. */
union rights {
	struct cmsghdr align;
	char space[CMSG_SPACE(sizeof(int))];
};

int keeper_order(int control, char order, int fd)
{
	union rights rights = {0};
	struct iovec bytes = {&order, 1};
	struct msghdr msg = {.msg_iov = &bytes, .msg_iovlen = 1};
	ssize_t n;

	if (fd >= 0) {
		msg.msg_control = rights.space;
		msg.msg_controllen = sizeof(rights.space);
		struct cmsghdr *head = CMSG_FIRSTHDR(&msg);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	}
	do
		n = sendmsg(control, &msg, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == 1 ? 0 : -1;
}

/* Returns the order, or -1 at the end; *ret_fd is -1 when none came with it. */
static int receive_order(int control, int *ret_fd)
{
	union rights rights = {0};
	char order;
	struct iovec bytes = {&order, 1};
	struct msghdr msg = {.msg_iov = &bytes,
			     .msg_iovlen = 1,
			     .msg_control = rights.space,
			     .msg_controllen = sizeof(rights.space)};
	ssize_t n;

	do
		n = recvmsg(control, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	*ret_fd = -1;
	if (n != 1)
		return -1;
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);
	if (head && head->cmsg_type == SCM_RIGHTS)
		memcpy(ret_fd, CMSG_DATA(head), sizeof(*ret_fd));
	return order;
}

/* Relative to what is mapped already, which is much under a sanitizer. */
static void cap_memory(void)
{
	unsigned long pages = 0;
	FILE *statm = fopen("/proc/self/statm", "re");

	if (!statm)
		return;
	if (fscanf(statm, "%lu", &pages) == 1) {
		rlim_t cap = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + WORKER_BYTES;
		setrlimit(RLIMIT_AS, &(struct rlimit){cap, cap});
	}
	fclose(statm);
}

static pid_t fork_worker(int control, int fd)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(control);
	cap_memory();
	helper_serve(fd);
	_exit(0);
}

static void end_worker(pid_t *pid)
{
	if (*pid <= 0)
		return;
	kill(*pid, SIGKILL);
	while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
		;
	*pid = 0;
}

/* Leaves nothing of the program that jq could reach: no environment, no terminal, no files. */
static void become_bare(int control)
{
	static char *nothing[1];
	struct sigaction ignore = {.sa_handler = SIG_IGN}, normal = {.sa_handler = SIG_DFL};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (char **at = environ; *at; at++)
		explicit_bzero(*at, strlen(*at));
	environ = nothing;
	setsid();
	prctl(PR_SET_NAME, "hypercare-jq");
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGABRT, &normal, NULL);
	sigaction(SIGCHLD, &normal, NULL);
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	for (int fd = 0; fd <= 2; fd++)
		dup2(null, fd);
	for (int fd = 3; fd < 1024; fd++)
		if (fd != control)
			close(fd);
}

static void keeper_serve(int control)
{
	pid_t worker = 0;
	int order, fd;

	while ((order = receive_order(control, &fd)) >= 0) {
		end_worker(&worker);
		if (order == KEEPER_START && fd >= 0)
			worker = fork_worker(control, fd);
		if (fd >= 0)
			close(fd);
	}
	end_worker(&worker);
}

int keeper_start(void)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		/* A grandchild, so that nobody has to wait for it. */
		if (fork() == 0) {
			become_bare(pair[1]);
			keeper_serve(pair[1]);
		}
		_exit(0);
	}
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return -1;
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return pair[0];
}
