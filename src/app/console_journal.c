#include "app/console_journal.h"

#include <inttypes.h>
#include <stdio.h>

/* All words after the name. */
static void join(int argc, const char *const *argv, struct strbuf *ret_text)
{
	for (int i = 1; i < argc; i++)
		strbuf_addf(ret_text, "%s%s", i > 1 ? " " : "", argv[i]);
}

static void written(void *ctx, int64_t seq, const struct err *err)
{
	struct console *console = ctx;

	if (err)
		console_say(console, true, "not written into the journal: %s", err->msg);
	else if (seq)
		console_say(console, false, "entry %" PRId64 " of the journal", seq);
}

int run_note(struct console *console, int argc, const char *const *argv, struct err *err)
{
	struct strbuf text = STRBUF_INIT;

	if (argc < 2)
		return err_set(err, ERR_INVALID, "note wants a text");
	join(argc, argv, &text);
	journal_note(session_journal(console->session), "", text.buf, written, console);
	strbuf_release(&text);
	return 0;
}

int run_ack(struct console *console, int argc, const char *const *argv, struct err *err)
{
	const struct detect *detect = session_detect(console->session);
	struct scene scene = console_scene(console);
	uint32_t id = screen_finding(console->screen, &scene);
	struct strbuf reason = STRBUF_INIT;
	int code = err_set(err, ERR_NOT_FOUND, "there is no problem under the cursor");

	join(argc, argv, &reason);
	for (size_t i = 0; id && i < detect_count(detect); i++) {
		const struct finding *finding = detect_finding(detect, i);

		if (finding->id == id)
			code = journal_ack(session_journal(console->session), finding, reason.buf,
					   written, console, err);
	}
	strbuf_release(&reason);
	return code;
}
