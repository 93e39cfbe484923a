#include "app/gateways.h"

#include "base/strbuf.h"
#include "config/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM "demo-gateways"

static void run_child(const struct options *options, const int input[2], const int output[2])
{
	char scenario[24], speed[32], seed[24];
	char *folder = paths_installed(PATHS_PROGRAMS);
	struct strbuf path = STRBUF_INIT;

	dup2(input[0], STDIN_FILENO);
	dup2(output[1], STDOUT_FILENO);
	strbuf_addf(&path, "%s/" PROGRAM, folder);
	snprintf(scenario, sizeof(scenario), "%ld", options->scenario);
	snprintf(speed, sizeof(speed), "%g", options->speed);
	snprintf(seed, sizeof(seed), "%ld", options->seed);
	execl(path.buf, PROGRAM, scenario, speed, seed, (char *)NULL);
	fprintf(stderr, "hypercare: cannot run %s: %s\n", path.buf, strerror(errno));
	_exit(127);
}

/* Takes "NAME URL" lines until "ready". */
static int read_targets(FILE *lines, struct config *config, struct err *err)
{
	char line[512];

	while (fgets(line, sizeof(line), lines)) {
		char *url = strchr(line, ' ');
		struct config_target *target;

		line[strcspn(line, "\n")] = '\0';
		if (!strcmp(line, "ready"))
			return 0;
		if (!url)
			break;
		*url++ = '\0';
		target = config_add_target(config, line, url);
		target->guard = CONFIG_RW;
		target->interval_ms = 1000;
	}
	return err_set(err, ERR_IO, "the simulated gateways did not start");
}

int gateways_start(struct gateways *gateways, const struct options *options, struct config *config,
		   struct err *err)
{
	int input[2], output[2], result;
	FILE *lines;

	if (pipe2(input, O_CLOEXEC) || pipe2(output, O_CLOEXEC))
		return err_set(err, ERR_IO, "no pipe can be had: %s", strerror(errno));
	gateways->pid = fork();
	if (gateways->pid == 0)
		run_child(options, input, output);
	close(input[0]);
	close(output[1]);
	gateways->input = input[1];
	gateways->output = output[0];
	if (gateways->pid < 0)
		return err_set(err, ERR_IO, "no process can be had: %s", strerror(errno));
	lines = fdopen(dup(output[0]), "r");
	result = read_targets(lines, config, err);
	fclose(lines);
	if (result)
		gateways_stop(gateways);
	return result;
}

void gateways_stop(struct gateways *gateways)
{
	close(gateways->input);
	close(gateways->output);
	waitpid(gateways->pid, NULL, 0);
}
