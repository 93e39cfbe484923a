#include "app/headless.h"

#include <stdio.h>
#include <unistd.h>

#define LOOK_MS   100
#define SEARCH_MS 4000 /* so long an unreached target is waited for */

struct waiting {
	const struct headless *headless;
	struct session *session;
	struct loop_timer look;
	int64_t began_ms;
	bool shown;
};

static bool is_enough(const struct waiting *waiting, int64_t passed_ms)
{
	struct session_progress progress = session_progress(waiting->session);

	if (passed_ms >= waiting->headless->most_ms)
		return true;
	if (progress.searching)
		return false;
	if (session_journal(waiting->session) &&
	    !journal_caught_up(session_journal(waiting->session)))
		return false;
	if (waiting->headless->identify_only)
		return true;
	if (progress.failed == progress.targets)
		return passed_ms >= SEARCH_MS;
	return passed_ms >= waiting->headless->least_ms &&
	       progress.polled + progress.failed == progress.targets;
}

static void show(struct waiting *waiting, int64_t passed_ms)
{
	struct session_progress progress = session_progress(waiting->session);

	if (waiting->headless->quiet || !isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r%zu of %zu targets answer; %lld of %lld s \033[K",
		progress.targets - progress.failed - progress.searching, progress.targets,
		(long long)passed_ms / 1000, (long long)waiting->headless->least_ms / 1000);
	waiting->shown = true;
}

static void look(struct loop_timer *timer)
{
	struct waiting *waiting = timer->ctx;
	struct loop *loop = session_loop(waiting->session);
	int64_t now_ms = loop_now(loop).mono_ms;

	if (is_enough(waiting, now_ms - waiting->began_ms)) {
		loop_stop(loop);
		return;
	}
	show(waiting, now_ms - waiting->began_ms);
	loop_timer_set(loop, timer, now_ms + LOOK_MS);
}

struct session *headless_run(const struct headless *headless, struct config *config,
			     const struct options *options, struct err *err)
{
	bool tells = options->journal || (headless->tells_journal && *config->path);
	const struct session_ops ops = {.identify_only = headless->identify_only,
					.keeps_journal = headless->keeps_journal,
					.only = headless->only,
					.profile = headless->profile,
					.reads_journal = tells};
	struct waiting waiting = {.headless = headless};
	struct loop *loop;

	waiting.session = session_new(config, options, &ops, NULL, err);
	if (!waiting.session)
		return NULL;
	if (headless->begin && headless->begin(waiting.session, headless->ctx, err)) {
		session_free(waiting.session);
		return NULL;
	}
	loop = session_loop(waiting.session);
	loop_turn(loop, 0);
	waiting.began_ms = loop_now(loop).mono_ms;
	waiting.look = (struct loop_timer){.fire = look, .ctx = &waiting};
	session_start(waiting.session);
	loop_timer_set(loop, &waiting.look, waiting.began_ms + LOOK_MS);
	loop_run(loop);
	if (waiting.shown)
		fputs("\r\033[K", stderr);
	detect_run(session_detect(waiting.session), loop_now(loop));
	return waiting.session;
}
