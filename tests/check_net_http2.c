/* HTTP/2, in clear text and over TLS, with nginx. */
#include "fetch.h"

#include <check.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SKIP 77

static char dir[] = "/tmp/hch2XXXXXX";
static pid_t nginx;
static int port, tls_port;

static int free_port(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(fd, (struct sockaddr *)&in, sizeof(in)) ||
	    getsockname(fd, (struct sockaddr *)&in, &len))
		return 0;
	close(fd);
	return ntohs(in.sin_port);
}

static int make_certificate(void)
{
	char command[256];

	snprintf(command, sizeof(command),
		 "cd %s && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 "
		 "-nodes -keyout key -out crt -subj /CN=h2 2>/dev/null && cat crt key >pem",
		 dir);
	return system(command);
}

static void start_nginx(void)
{
	char path[64], prefix[64];
	FILE *f;

	port = free_port();
	tls_port = free_port();
	snprintf(path, sizeof(path), "%s/conf", dir);
	f = fopen(path, "w");
	fprintf(f,
		"daemon off; master_process off; pid %s/pid; error_log %s/error;\n"
		"events {}\n"
		"http { access_log off; client_body_temp_path %s/a; proxy_temp_path %s/b;\n"
		"fastcgi_temp_path %s/c; uwsgi_temp_path %s/d; scgi_temp_path %s/e;\n"
		"server { listen 127.0.0.1:%d http2; listen 127.0.0.1:%d ssl http2;\n"
		"ssl_certificate %s/pem; ssl_certificate_key %s/pem;\n"
		"location / { return 200 \"$server_protocol $request_uri\"; } } }\n",
		dir, dir, dir, dir, dir, dir, dir, port, tls_port, dir, dir);
	fclose(f);
	snprintf(prefix, sizeof(prefix), "%s/", dir);
	nginx = fork();
	if (nginx == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execlp("nginx", "nginx", "-p", prefix, "-c", path, (char *)NULL);
		_exit(127);
	}
}

/* Over TLS, and in clear text where libcurl can, all requests share one connection. */
START_TEST(spoken_from_the_start)
{
	struct loop *loop = loop_new();
	struct http *http = http_new(loop);
	char url[64];
	struct http_options origin = {.url = url, .http2 = true, .insecure = true};
	struct read_spec spec = {.origin = &origin, .path = "/a/../b"};
	bool clear_is_kept = curl_version_info(CURLVERSION_NOW)->version_num >= 0x080000;
	struct fetch fetch;

	fetch_init(&fetch);
	snprintf(url, sizeof(url), "%s://127.0.0.1:%d", _i ? "https" : "http",
		 _i ? tls_port : port);
	/* Until it listens. */
	do
		fetch_run(&fetch, loop, http, &spec);
	while (fetch.result.err.code == ERR_REFUSED);
	for (int i = 0; i < 20; i++) {
		fetch_run(&fetch, loop, http, &spec);
		ck_assert_msg(fetch.result.err.code == ERR_OK, "%s", fetch.result.err.msg);
		ck_assert_str_eq(fetch.body.buf, "HTTP/2.0 /a/../b");
		ck_assert(!fetch.result.unverified);
		ck_assert(fetch.result.reused || (!_i && !clear_is_kept));
	}
	fetch_release(&fetch);
	http_free(http);
	loop_free(loop);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("http2");
	TCase *tcase = tcase_create("http2");
	SRunner *runner = srunner_create(suite);
	int failed = 1;
	char command[256];

	if (system("command -v openssl >/dev/null && command -v nginx >/dev/null && nginx -V 2>&1 "
		   "| grep -q "
		   "http_v2_module") ||
	    !(curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_HTTP2)) {
		puts("skipped: needs nginx, openssl and a libcurl with HTTP/2");
		srunner_free(runner);
		return SKIP;
	}
	tcase_set_timeout(tcase, 30);
	tcase_add_loop_test(tcase, spoken_from_the_start, 0, 2);
	suite_add_tcase(suite, tcase);
	if (mkdtemp(dir) && make_certificate() == 0) {
		start_nginx();
		srunner_run_all(runner, CK_ENV);
		failed = srunner_ntests_failed(runner);
		kill(nginx, SIGKILL);
		waitpid(nginx, NULL, 0);
		snprintf(command, sizeof(command), "rm -rf %s", dir);
		failed += system(command) != 0;
	}
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
