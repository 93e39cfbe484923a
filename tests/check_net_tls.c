/* TLS that is right, and every way in which it is not; openssl(1) makes the certificates and
 * serves. */
#include "fault_server.h"
#include "fetch.h"

#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SKIP 77

static char dir[] = "/tmp/hctlsXXXXXX";
static struct loop *loop;
static struct http *http;
static struct fetch fetch;
static struct http_options origin;
static struct read_spec spec;
static char url[64];
static pid_t server;
static int port;

/* Two CAs, and certificates for 127.0.0.1, for another name and of yesterday, each signed by the
 * first; and one that signed itself. */
static const char make_certificates[] =
	"set -e; cd \"$1\"; key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'\n"
	"openssl req -x509 $key -keyout ca.key -out ca.pem -subj /CN=ca -days 30\n"
	"openssl req -x509 $key -keyout other-ca.key -out other-ca.pem -subj /CN=other -days 30\n"
	"openssl req -x509 $key -keyout self.key -out self.pem -subj /CN=self -days 30"
	" -addext subjectAltName=IP:127.0.0.1\n"
	"sign() { openssl req $key -keyout $1.key -out $1.csr -subj /CN=$1\n"
	" echo subjectAltName=$2 >$1.ext\n"
	" openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days $3"
	" -extfile $1.ext -out $1.pem; }\n"
	"sign good IP:127.0.0.1 30; sign named DNS:gw.example 30; sign expired IP:127.0.0.1 -1\n"
	"sign client DNS:client.example 30\n"
	"openssl x509 -in self.pem -pubkey -noout | openssl pkey -pubin -outform der |"
	" openssl dgst -sha256 -binary | openssl enc -base64 >self.pin\n"
	"TZ=UTC date -d \"$(openssl x509 -in expired.pem -noout -enddate | cut -d= -f2)\" +%F"
	" >expired.date\n";

static int run_script(const char *script)
{
	pid_t pid = fork();
	int status = 1, null;

	if (pid == 0) {
		null = open("/dev/null", O_RDWR);
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execl("/bin/sh", "sh", "-c", script, "sh", dir, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return status;
}

static char *in_dir(char *buf, size_t cap, const char *name)
{
	snprintf(buf, cap, "%s/%s", dir, name);
	return buf;
}

/* s_server says its port when it listens. */
static int read_port(int fd)
{
	char text[512] = "";
	size_t len = 0;
	char *colon;

	while (len + 1 < sizeof(text)) {
		ssize_t n = read(fd, text + len, sizeof(text) - len - 1);

		if (n <= 0)
			return 0;
		len += (size_t)n;
		text[len] = '\0';
		if ((colon = strstr(text, "ACCEPT ")) && strchr(colon, '\n'))
			return atoi(strrchr(colon, ':') + 1);
	}
	return 0;
}

static void serve(const char *name, bool wants_client)
{
	char cert[64], key[64], ca[64], file[32];
	int out[2];

	snprintf(file, sizeof(file), "%s.pem", name);
	in_dir(cert, sizeof(cert), file);
	snprintf(file, sizeof(file), "%s.key", name);
	in_dir(key, sizeof(key), file);
	in_dir(ca, sizeof(ca), "ca.pem");
	ck_assert_int_eq(pipe(out), 0);
	server = fork();
	if (server == 0) {
		dup2(open("/dev/null", O_RDWR), STDIN_FILENO);
		dup2(STDIN_FILENO, STDERR_FILENO);
		dup2(out[1], STDOUT_FILENO);
		close(out[0]);
		execlp("openssl", "openssl", "s_server", "-www", "-accept", "127.0.0.1:0", "-cert",
		       cert, "-key", key, wants_client ? "-Verify" : "-no_ticket",
		       wants_client ? "1" : (char *)NULL, "-verify_return_error", "-CAfile", ca,
		       (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	port = read_port(out[0]);
	close(out[0]);
	ck_assert_int_gt(port, 0);
	snprintf(url, sizeof(url), "https://127.0.0.1:%d", port);
}

static void setup(void)
{
	signal(SIGPIPE, SIG_IGN);
	loop = loop_new();
	http = http_new(loop);
	fetch_init(&fetch);
	origin = (struct http_options){.url = url};
	spec = (struct read_spec){.origin = &origin, .path = "/"};
	server = 0;
}

static void teardown(void)
{
	fetch_release(&fetch);
	http_free(http);
	loop_free(loop);
	if (server) {
		kill(server, SIGKILL);
		waitpid(server, NULL, 0);
	}
}

static void get(enum err_code code, const char *text)
{
	fetch_run(&fetch, loop, http, &spec);
	ck_assert_msg(fetch.result.err.code == code, "%d: %s", fetch.result.err.code,
		      fetch.result.err.msg);
	ck_assert_msg(strstr(fetch.result.err.msg, text), "\"%s\" has no \"%s\"",
		      fetch.result.err.msg, text);
}

static char *read_line(char *buf, size_t cap, const char *name)
{
	char path[64];
	FILE *f = fopen(in_dir(path, sizeof(path), name), "r");

	ck_assert_ptr_nonnull(f);
	ck_assert_ptr_nonnull(fgets(buf, (int)cap, f));
	fclose(f);
	buf[strcspn(buf, "\n")] = '\0';
	return buf;
}

/* cacert is a file of the folder, or NULL for the system's. */
static const struct {
	const char *certificate, *cacert;
	bool insecure;
	enum err_code code;
	const char *text;
} cases[] = {
	{"good", "ca.pem", false, ERR_OK, ""},
	{"good", "other-ca.pem", false, ERR_TLS, "signed by a CA that this machine does not trust"},
	{"good", NULL, false, ERR_TLS, "signed by a CA that this machine does not trust"},
	{"good", "missing.pem", false, ERR_TLS, "missing.pem cannot be read: check --cacert"},
	{"named", "ca.pem", false, ERR_TLS,
	 "certificate is for another name (DNS:gw.example): use that name"},
	{"self", NULL, false, ERR_TLS,
	 "self-signed certificate: pass --cacert FILE or --pinnedpubkey"},
	{"self", "self.pem", false, ERR_OK, ""},
	{"self", NULL, true, ERR_OK, ""},
};

START_TEST(certificates)
{
	char ca[64];

	serve(cases[_i].certificate, false);
	if (cases[_i].cacert)
		origin.cacert = in_dir(ca, sizeof(ca), cases[_i].cacert);
	origin.insecure = cases[_i].insecure;
	spec.credential = "Authorization: Bearer x";
	get(cases[_i].code, cases[_i].text);
	ck_assert_int_eq(fetch.result.status, cases[_i].code ? 0 : 200);
}
END_TEST

START_TEST(expired)
{
	char ca[64], date[16], text[64];

	serve("expired", false);
	origin.cacert = in_dir(ca, sizeof(ca), "ca.pem");
	snprintf(text, sizeof(text), "certificate expired on %s: have it renewed",
		 read_line(date, sizeof(date), "expired.date"));
	get(ERR_TLS, text);
}
END_TEST

START_TEST(pinned)
{
	char pin[128], hash[64];

	serve("self", false);
	snprintf(pin, sizeof(pin), "sha256//%s", read_line(hash, sizeof(hash), "self.pin"));
	origin.pinnedpubkey = pin;
	get(ERR_OK, "");
	pin[10] = pin[10] == 'A' ? 'B' : 'A';
	get(ERR_TLS, "the server's key is not the one of --pinnedpubkey");
}
END_TEST

START_TEST(by_its_name_with_resolve)
{
	char ca[64], resolve[64];

	serve("named", false);
	snprintf(url, sizeof(url), "https://gw.example:%d", port);
	snprintf(resolve, sizeof(resolve), "gw.example:%d:127.0.0.1", port);
	origin.cacert = in_dir(ca, sizeof(ca), "ca.pem");
	origin.resolve = resolve;
	get(ERR_OK, "");
}
END_TEST

START_TEST(client_certificate)
{
	char ca[64], cert[64], key[64];

	serve("good", true);
	origin.cacert = in_dir(ca, sizeof(ca), "ca.pem");
	get(ERR_TLS, "wants a client certificate: pass --cert and --key");
	origin.cert = in_dir(cert, sizeof(cert), "client.pem");
	origin.key = in_dir(key, sizeof(key), "missing.key");
	get(ERR_TLS, "check --cert and --key");
	origin.key = in_dir(key, sizeof(key), "client.key");
	get(ERR_OK, "");
}
END_TEST

START_TEST(plain_http_to_a_tls_port)
{
	char text[64];

	serve("good", false);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d", port);
	snprintf(text, sizeof(text), "port %d speaks TLS: try https://127.0.0.1:%d", port, port);
	get(ERR_TLS, text);
}
END_TEST

START_TEST(tls_to_a_plain_port)
{
	struct fault_server *plain = fault_server_start(NULL);
	char text[64];

	port = fault_server_port(plain);
	snprintf(url, sizeof(url), "https://127.0.0.1:%d", port);
	snprintf(text, sizeof(text), "port %d does not speak TLS: try http://127.0.0.1:%d", port,
		 port);
	get(ERR_TLS, text);
	http_free(http);
	fault_server_stop(plain);
	http = http_new(loop);
}
END_TEST

START_TEST(cancelled_while_the_port_is_looked_at)
{
	struct read_request *request;

	serve("self", false);
	request = fetch_start(&fetch, http, &spec);
	/* The handshake fails after some turns; wherever it is, it can be cancelled. */
	for (int i = 0; i < _i && !fetch.done; i++)
		loop_turn(loop, 20);
	if (!fetch.done)
		read_cancel(request);
}
END_TEST

static Suite *tls_suite(void)
{
	Suite *suite = suite_create("tls");
	TCase *tcase = tcase_create("tls");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, certificates, 0, (int)(sizeof(cases) / sizeof(*cases)));
	tcase_add_test(tcase, expired);
	tcase_add_test(tcase, pinned);
	tcase_add_test(tcase, by_its_name_with_resolve);
	tcase_add_test(tcase, client_certificate);
	tcase_add_test(tcase, plain_http_to_a_tls_port);
	tcase_add_test(tcase, tls_to_a_plain_port);
	tcase_add_loop_test(tcase, cancelled_while_the_port_is_looked_at, 0, 8);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	SRunner *runner;
	int failed;

	if (run_script("command -v openssl")) {
		puts("skipped: needs openssl(1)");
		return SKIP;
	}
	if (!mkdtemp(dir) || run_script(make_certificates)) {
		puts("openssl(1) could not make the certificates");
		return EXIT_FAILURE;
	}
	runner = srunner_create(tls_suite());
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	run_script("rm -rf \"$1\"");
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
