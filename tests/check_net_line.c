/* Line protocols over TCP and unix sockets: one command a connection. */
#include "net/change.h"
#include "net/line.h"

#include <check.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct loop *loop;
static int listener;
static int stop[2];
static pthread_t server;
static char dir[32], path[64], by_unix[80], by_tcp[80];

/* Answers one connection after the other, as their command says. */
static void answer(int fd)
{
	char command[128];
	char block[4096];
	ssize_t n = recv(fd, command, sizeof(command) - 1, 0);
	struct linger reset = {.l_onoff = 1, .l_linger = 0};
	struct pollfd wait[] = {{.fd = stop[0], .events = POLLIN}, {.fd = fd, .events = POLLRDHUP}};

	command[n > 0 ? n : 0] = '\0';
	memset(block, 'x', sizeof(block));
	if (!strcmp(command, "show stat\n"))
		send(fd, "# pxname\nweb,1\n\n", 16, MSG_NOSIGNAL);
	else if (!strcmp(command, "show denied\n"))
		send(fd, "Permission denied\n", 18, MSG_NOSIGNAL);
	else if (!strcmp(command, "show endless\n"))
		while (send(fd, block, sizeof(block), MSG_NOSIGNAL) > 0)
			;
	else if (!strcmp(command, "show stall\n") && send(fd, "# px", 4, MSG_NOSIGNAL) > 0)
		poll(wait, 2, -1);
	else if (!strcmp(command, "show silent\n"))
		poll(wait, 2, -1);
	else if (!strcmp(command, "show reset\n"))
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	else if (!strcmp(command, "set server be/s1 state drain\n"))
		send(fd, "\n", 1, MSG_NOSIGNAL);
	else if (!strcmp(command, "set silent\n"))
		poll(wait, 2, -1);
	else if (!strcmp(command, "set reset\n"))
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
}

static void *serve(void *arg)
{
	struct pollfd fds[] = {{.fd = stop[0], .events = POLLIN},
			       {.fd = listener, .events = POLLIN}};

	(void)arg;
	while (poll(fds, 2, -1) > 0 && !fds[0].revents)
		answer(accept(listener, NULL, NULL));
	return NULL;
}

static void listen_at(bool unix_socket)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	socklen_t len = sizeof(in);

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	listener = socket(unix_socket ? AF_UNIX : AF_INET, SOCK_STREAM, 0);
	if (unix_socket) {
		ck_assert_int_eq(bind(listener, (struct sockaddr *)&un, sizeof(un)), 0);
	} else {
		ck_assert_int_eq(bind(listener, (struct sockaddr *)&in, sizeof(in)), 0);
		ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&in, &len), 0);
		snprintf(by_tcp, sizeof(by_tcp), "tcp:127.0.0.1:%d", ntohs(in.sin_port));
	}
	ck_assert_int_eq(listen(listener, 8), 0);
	ck_assert_int_eq(pipe(stop), 0);
	ck_assert_int_eq(pthread_create(&server, NULL, serve, NULL), 0);
}

static void setup(void)
{
	snprintf(dir, sizeof(dir), "/tmp/hcXXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/sock", dir);
	snprintf(by_unix, sizeof(by_unix), "unix:%s", path);
	loop = loop_new();
}

static void teardown(void)
{
	loop_free(loop);
	unlink(path);
	rmdir(dir);
}

static void end_server(void)
{
	close(stop[1]);
	pthread_join(server, NULL);
	close(listener);
	close(stop[0]);
}

static struct strbuf body = STRBUF_INIT;
static struct err result;
static uint64_t result_bytes;
static bool done;
static struct line_request *request;
static bool cancel_in_body;

static int on_body(void *ctx, const char *data, size_t len, struct err *err)
{
	(void)ctx;
	if (cancel_in_body) {
		line_cancel(request);
		request = NULL;
		return 0;
	}
	strbuf_add(&body, data, len);
	return strncmp(body.buf, "Permission", 10) ? 0
						   : err_set(err, ERR_AUTH, "not allowed there");
}

static void on_done(void *ctx, const struct err *err, double seconds, uint64_t bytes)
{
	(void)ctx;
	ck_assert(seconds >= 0);
	result = *err;
	result_bytes = bytes;
	done = true;
	request = NULL;
}

static const struct line_ops ops = {.body = on_body, .done = on_done};

static void ask(const char *address, const char *command, struct http_limits limits)
{
	struct line_spec spec = {.address = address, .command = command, .limits = limits};

	done = false;
	request = line_start(loop, &spec, &ops, NULL, &result);
	while (request)
		loop_turn(loop, -1);
}

START_TEST(an_answer_is_read_to_its_end)
{
	listen_at(_i);
	for (int i = 0; i < 3; i++) {
		strbuf_clear(&body);
		ask(_i ? by_unix : by_tcp, "show stat", (struct http_limits){0});
		ck_assert_msg(done && result.code == ERR_OK, "%s", result.msg);
		ck_assert_str_eq(body.buf, "# pxname\nweb,1\n\n");
		ck_assert_uint_eq(result_bytes, 16);
	}
	end_server();
	strbuf_release(&body);
}
END_TEST

static const struct {
	const char *command;
	struct http_limits limits;
	enum err_code code;
	const char *text;
} faults[] = {
	{"show denied", {0}, ERR_AUTH, "not allowed there"},
	{"show endless", {.body_bytes = 1024 * 1024}, ERR_LIMIT, "answer larger than 1 MiB"},
	{"show stall", {.stall_ms = 100}, ERR_TIMEOUT, "stalled: 4 bytes came, then nothing"},
	{"show stall",
	 {.timeout_ms = 100, .stall_ms = 1000},
	 ERR_TIMEOUT,
	 "answer not complete within"},
	{"show silent", {.stall_ms = 100}, ERR_TIMEOUT, "connected, but no answer within"},
	{"show reset", {0}, ERR_TRUNCATED, "answer ended early"},
};

START_TEST(what_goes_wrong)
{
	listen_at(false);
	ask(by_tcp, faults[_i].command, faults[_i].limits);
	ck_assert(done);
	ck_assert_msg(result.code == faults[_i].code, "%d: %s", result.code, result.msg);
	ck_assert_msg(strstr(result.msg, faults[_i].text), "%s", result.msg);
	end_server();
	strbuf_release(&body);
}
END_TEST

START_TEST(nobody_there)
{
	ask(by_unix, "show stat", (struct http_limits){0});
	ck_assert_int_eq(result.code, ERR_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(result.msg, "no such socket"));
	/* The port was another's that has just gone. */
	listen_at(false);
	end_server();
	ask(by_tcp, "show stat", (struct http_limits){0});
	ck_assert_int_eq(result.code, ERR_REFUSED);
	/* Not a name at all, so that nobody is asked for it. */
	ask("tcp:a..b:80", "show stat", (struct http_limits){0});
	ck_assert_int_eq(result.code, ERR_RESOLVE);
	ck_assert_ptr_nonnull(strstr(result.msg, "a..b does not resolve"));
}
END_TEST

START_TEST(cancelled_from_its_own_body)
{
	listen_at(false);
	cancel_in_body = true;
	ask(by_tcp, "show stall", (struct http_limits){0});
	ck_assert(!done);
	end_server();
}
END_TEST

START_TEST(cancelled_at_once)
{
	struct line_spec spec = {.address = by_unix, .command = "show stat"};

	line_cancel(line_start(loop, &spec, &ops, NULL, &result));
	loop_turn(loop, 0);
	ck_assert(!done);
}
END_TEST

static const struct {
	const char *address, *command;
} refusals[] = {
	{"unix:/x", "show stat\nset weight a/b 0"},
	{"unix:/x", "show stat;set weight a/b 0"},
	{"unix:/x", "show\x7f"},
	{"unix:/x", ""},
	{"unix:/x", "set server be/s1 state maint"},
	{"unix:/x", "shown"},
	{"unix:/x", "@1 del acl #0 10.0.0.1"},
	{"unix:relative", "show stat"},
	{"tcp:127.0.0.1", "show stat"},
	{"tcp:127.0.0.1:0", "show stat"},
	{"tcp:127.0.0.1:65536", "show stat"},
	{"tcp:127.0.0.1:80x", "show stat"},
	{"tcp::80", "show stat"},
	{"http://127.0.0.1", "show stat"},
};

START_TEST(refused_before_connecting)
{
	struct line_spec spec = {.address = refusals[_i].address, .command = refusals[_i].command};

	ck_assert_ptr_null(line_start(loop, &spec, &ops, NULL, &result));
	ck_assert_int_eq(result.code, ERR_INVALID);
	ck_assert_uint_gt(strlen(result.msg), 0);
}
END_TEST

static struct change_result changed;
static char changed_body[64];

static void on_changed(void *ctx, const struct change_result *what)
{
	(void)ctx;
	changed = *what;
	snprintf(changed_body, sizeof(changed_body), "%.*s", (int)what->len, what->body);
	done = true;
}

static const struct {
	const char *command;
	enum change_fate fate;
	const char *answer;
} changes[] = {
	{"set server be/s1 state drain", CHANGE_ANSWERED, "\n"},
	{"set silent", CHANGE_UNKNOWN, ""},
	{"set reset", CHANGE_UNKNOWN, ""},
	{"set closed", CHANGE_UNKNOWN, ""},
};

START_TEST(a_command_that_changes)
{
	static const struct change_ops change_ops = {.done = on_changed};
	struct change_spec spec = {.command = changes[_i].command, .limits.timeout_ms = 200};

	listen_at(false);
	spec.address = by_tcp;
	done = false;
	ck_assert_ptr_nonnull(change_start(NULL, loop, &spec, &change_ops, NULL, &result));
	while (!done)
		loop_turn(loop, -1);
	ck_assert_int_eq(changed.fate, changes[_i].fate);
	ck_assert_str_eq(changed_body, changes[_i].answer);
	end_server();
	done = false;
	ck_assert_ptr_nonnull(change_start(NULL, loop, &spec, &change_ops, NULL, &result));
	while (!done)
		loop_turn(loop, -1);
	ck_assert_int_eq(changed.fate, CHANGE_UNSENT);
}
END_TEST

static const char *const bad_changes[] = {"",
					  "prompt",
					  "prompt i",
					  "add acl #0 10.0.0.1;del acl #0",
					  "add acl #0 <<\n10.0.0.1\n",
					  "add acl #0 <<",
					  "set map #0 a\rb",
					  "set map #0 a\x7f"};

START_TEST(a_command_that_is_more_than_one)
{
	static const struct change_ops change_ops = {.done = on_changed};
	struct change_spec spec = {.address = by_unix, .command = bad_changes[_i]};

	ck_assert_ptr_null(change_start(NULL, loop, &spec, &change_ops, NULL, &result));
	ck_assert_int_eq(result.code, ERR_INVALID);
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof(*(table))))

int main(void)
{
	Suite *suite = suite_create("line");
	TCase *tcase = tcase_create("line");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, an_answer_is_read_to_its_end, 0, 2);
	tcase_add_loop_test(tcase, a_command_that_changes, 0, COUNT(changes));
	tcase_add_loop_test(tcase, a_command_that_is_more_than_one, 0, COUNT(bad_changes));
	tcase_add_loop_test(tcase, what_goes_wrong, 0, COUNT(faults));
	tcase_add_test(tcase, nobody_there);
	tcase_add_test(tcase, cancelled_from_its_own_body);
	tcase_add_test(tcase, cancelled_at_once);
	tcase_add_loop_test(tcase, refused_before_connecting, 0, COUNT(refusals));
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
