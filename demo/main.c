/* demo-gateways: three simulated gateways and a prompt registry on loopback, for hypercare demo.
 * Prints "NAME URL" for each on standard output, then serves until standard input closes. */
#include "answers.h"
#include "base/alloc.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STEP_MS             50
#define BODY_MAX_BYTES      (64u << 10)
#define LOG_LINES_MAX_BYTES (64L << 20) /* the log begins anew beyond this */

struct server {
	const struct gateway *gateway;
	struct world *world;
	struct MHD_Daemon *daemon;
};

static double wall_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void answer_missing(struct answer *answer, const char *json)
{
	answer->status = MHD_HTTP_NOT_FOUND;
	answer->type = "application/json";
	strbuf_addstr(&answer->body, json);
}

static const char *query(void *ctx, const char *name)
{
	return MHD_lookup_connection_value(ctx, MHD_GET_ARGUMENT_KIND, name);
}

static enum MHD_Result reply(struct MHD_Connection *connection, struct answer *answer)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		answer->body.len, answer->body.buf, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
	result = MHD_queue_response(connection, (unsigned)answer->status, response);
	MHD_destroy_response(response);
	strbuf_release(&answer->body);
	return result;
}

/* Called once before the body, with each part of it, and once after it. */
static enum MHD_Result serve(void *ctx, struct MHD_Connection *connection, const char *url,
			     const char *method, const char *version, const char *upload,
			     size_t *upload_size, void **request)
{
	struct server *server = ctx;
	struct answer answer = {MHD_HTTP_OK, "application/json", STRBUF_INIT};
	struct strbuf *body = *request;
	struct question question = {
		.method = method, .path = url, .query = query, .ctx = connection};

	(void)version;
	if (!body) {
		*request = body = xcalloc(1, sizeof(*body));
		strbuf_init(body);
		return MHD_YES;
	}
	if (*upload_size) {
		if (body->len + *upload_size > BODY_MAX_BYTES)
			return MHD_NO;
		strbuf_add(body, upload, *upload_size);
		*upload_size = 0;
		return MHD_YES;
	}
	question.body = body->buf;
	question.body_len = body->len;
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && !server->gateway->changes) {
		answer.status = MHD_HTTP_METHOD_NOT_ALLOWED;
		strbuf_addstr(&answer.body,
			      "{\"message\":\"this gateway of the demo is only read\"}");
	} else {
		server->gateway->answer(server->world, &question, &answer);
	}
	return reply(connection, &answer);
}

static void forget(void *ctx, struct MHD_Connection *connection, void **request,
		   enum MHD_RequestTerminationCode why)
{
	struct strbuf *body = *request;

	(void)ctx, (void)connection, (void)why;
	if (body)
		strbuf_release(body);
	free(body);
}

static int start(struct server *server)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	const union MHD_DaemonInfo *info;

	server->daemon = MHD_start_daemon(
		MHD_USE_ERROR_LOG, 0, NULL, NULL, serve, server, MHD_OPTION_SOCK_ADDR, &address,
		MHD_OPTION_NOTIFY_COMPLETED, forget, NULL, MHD_OPTION_END);
	if (!server->daemon)
		return -1;
	info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
	printf("%s http://127.0.0.1:%u\n", server->gateway->name, info->port);
	return 0;
}

static FILE *open_log(char *folder, char *path, size_t cap)
{
	FILE *log;

	if (!mkdtemp(folder))
		return NULL;
	snprintf(path, cap, "%s/access.log", folder);
	log = fopen(path, "we");
	if (log)
		printf("edge-us file:%s\n", path);
	return log;
}

/* Serves and lets time pass until standard input closes. */
static void run(struct world *world, struct server *servers, size_t n)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	double began_s = wall_s();
	char drained[64];

	while (poll(&input, 1, STEP_MS) >= 0) {
		if (input.revents && read(STDIN_FILENO, drained, sizeof(drained)) <= 0)
			return;
		world_run(world, (wall_s() - began_s) * world->speed);
		if (world->access_log && ftell(world->access_log) > LOG_LINES_MAX_BYTES &&
		    !ftruncate(fileno(world->access_log), 0))
			rewind(world->access_log);
		for (size_t i = 0; i < n; i++)
			MHD_run(servers[i].daemon);
	}
}

static int usage(void)
{
	fputs("usage: demo-gateways [SCENARIO [SPEED [SEED]]]\n", stderr);
	return 2;
}

int main(int argc, char **argv)
{
	struct world world;
	struct server servers[] = {{&kong_gateway, &world, NULL},
				   {&litellm_gateway, &world, NULL},
				   {&mlflow_gateway, &world, NULL}};
	const size_t n = sizeof(servers) / sizeof(servers[0]);
	const char *tmp = getenv("TMPDIR");
	char folder[256], path[288];
	int scenario = argc > 1 ? atoi(argv[1]) : 0;
	double speed = argc > 2 ? atof(argv[2]) : 1;
	unsigned long seed = argc > 3 ? strtoul(argv[3], NULL, 10) : 1;

	if (argc > 4 || scenario < 0 || scenario >= INCIDENT_END || !(speed > 0 && speed <= 100))
		return usage();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	world_init(&world, seed, scenario, wall_s(), speed);
	for (size_t i = 0; i < n; i++)
		if (start(&servers[i])) {
			fputs("demo-gateways: no port can be had on 127.0.0.1\n", stderr);
			return 1;
		}
	snprintf(folder, sizeof(folder), "%s/hypercare-demo-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	world.access_log = open_log(folder, path, sizeof(path));
	puts("ready");
	fflush(stdout);
	run(&world, servers, n);
	for (size_t i = 0; i < n; i++)
		MHD_stop_daemon(servers[i].daemon);
	if (world.access_log) {
		fclose(world.access_log);
		unlink(path);
		rmdir(folder);
	}
	return 0;
}
