/* What the client and the helper say to each other: length-prefixed frames, encoded and decoded
 * without I/O. Both ends are one program on one machine, so numbers are in native order; each
 * side still trusts nothing that the other sends. */
#ifndef HC_EVAL_PROTOCOL_H
#define HC_EVAL_PROTOCOL_H

#include "base/err.h"
#include "base/strbuf.h"
#include "eval/eval.h"

#include <stddef.h>
#include <stdint.h>

#define FRAME_BYTES       (24u << 20) /* the longest payload */
#define FRAME_MEMBERS     256         /* of a row */
#define FRAME_EXPRESSIONS EVAL_EXPRESSIONS
#define FRAME_VARS        64

enum frame_kind { FRAME_PROGRAM = 1, FRAME_RUN, FRAME_ROW, FRAME_DONE };

/* One frame; data is borrowed from the buffer that it was found in. */
struct frame {
	enum frame_kind kind;
	uint32_t id; /* of the program, else of the job */
	const char *data;
	size_t len;
};

struct frame_text {
	const char *text; /* terminated, and may hold NULs before its end */
	size_t len;
};

struct frame_pair {
	struct frame_text name;
	struct frame_text value;
};

struct frame_run {
	uint32_t program;
	uint32_t expression; /* its place in the program */
	size_t nvars;
	struct frame_pair vars[FRAME_VARS];
	struct frame_text json;
};

/* Looks for a frame at the start of buf: 1 and *ret_taken bytes, 0 when more bytes are needed, -1
 * when this is no frame. */
int frame_next(const char *buf, size_t len, struct frame *ret_frame, size_t *ret_taken);

/* Append one whole frame to sb. The caller keeps to the caps above. */
void frame_put_program(struct strbuf *sb, uint32_t id, const struct frame_pair *expressions,
		       size_t n);
void frame_put_run(struct strbuf *sb, uint32_t id, const struct frame_run *run);
void frame_put_row(struct strbuf *sb, uint32_t id, const struct eval_value *values, size_t n);
void frame_put_done(struct strbuf *sb, uint32_t id, enum err_code code, const char *msg);

/* Read the payload of a frame of that kind. Texts are borrowed from the frame. -1 when it breaks
 * a cap or does not fill its frame exactly. */
int frame_get_program(const struct frame *frame,
		      struct frame_pair ret_expressions[FRAME_EXPRESSIONS], size_t *ret_n);
int frame_get_run(const struct frame *frame, struct frame_run *ret_run);
int frame_get_row(const struct frame *frame, struct eval_value ret_values[FRAME_MEMBERS],
		  size_t *ret_n);
int frame_get_done(const struct frame *frame, enum err_code *ret_code, struct frame_text *ret_msg);

#endif
