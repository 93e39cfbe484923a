/* How each measure is computed: an operation over one to three operands. For the files of query/
 * alone. */
#ifndef HC_QUERY_FORMULA_H
#define HC_QUERY_FORMULA_H

#include "query/measure.h"

#include <stdbool.h>
#include <stdint.h>

/* Which series of a signal count, by code, origin or type. */
enum pick {
	PICK_ALL,
	PICK_CODED, /* all, from a source that tells codes */
	PICK_EXACT, /* all, from a source that tells exact codes, not only classes */
	PICK_2XX,
	PICK_4XX, /* without 429 */
	PICK_5XX,
	PICK_429,
	PICK_504,
	PICK_DENIED,   /* 401 and 403 */
	PICK_5XX_MADE, /* from a source that tells who made the answer */
	PICK_5XX_GATEWAY,
	PICK_5XX_UPSTREAM,
	PICK_FAILED, /* 4xx without 429, and 5xx */
	PICK_TOKENS, /* input and output, of which the other types are parts */
	PICK_INPUT,
	PICK_OUTPUT,
	PICK_ID, /* of what is told apart by type */
	PICK_AGENT,
	PICK_COUNT
};

struct pick_info {
	dim_mask dims; /* that a source must tell */
	bool exact;    /* its codes must not be classes */
	/* NULL: all do */
	bool (*matches)(const char *code, const char *origin, const char *type);
};
const struct pick_info *pick_info(enum pick pick);

enum operand_kind {
	OPERAND_INCREASE,
	OPERAND_HISTOGRAM,
	OPERAND_LEVEL,   /* the newest values, folded as their signal says */
	OPERAND_PAIRED,  /* the same, of series whose partner signal has a value too */
	OPERAND_ABOVE_0, /* how many series have a newest value over 0 */
	OPERAND_SERIES,  /* how many series have a newest value */
	OPERAND_VALUES   /* how many different values of a dim had an increase */
};

/* One way to get at an operand; the sum over its signals. */
struct choice {
	uint8_t nsignals;   /* 0: there is no such choice */
	uint8_t signals[2]; /* enum signal */
	uint8_t pick;       /* enum pick */
};

/* Each target answers by the choice whose series tell most of what is asked about; between equals
 * by the first. The same requests seen twice are thus never added up. */
struct operand {
	enum operand_kind kind;
	struct choice choices[2];
	uint8_t partner; /* OPERAND_PAIRED: enum signal */
	uint8_t dim;     /* OPERAND_VALUES: enum dim */
};

enum operation {
	OP_RATE,          /* increase of a per second */
	OP_INCREASE,      /* increase of a */
	OP_RATIO,         /* increase of a / increase of b */
	OP_COMPLEMENT,    /* 1 - that */
	OP_QUANTILE,      /* of the histogram a */
	OP_AVERAGE,       /* sum of the histogram a / its count */
	OP_TIME_SHARE,    /* sum of the histogram a / sum of the histogram b */
	OP_LEVEL,         /* a */
	OP_SINCE,         /* now - a */
	OP_UNTIL,         /* a - now */
	OP_USED,          /* 1 - level a / level b */
	OP_RATE_OF_LEVEL, /* increase of a per second / level b */
	OP_RUN_OUT        /* level a / increase of b per second */
};

#define FORMULA_OPERANDS 2

struct formula {
	enum operation operation;
	const struct operand *operands[FORMULA_OPERANDS]; /* NULL: fewer */
	double q;
};
const struct formula *formula_of(enum measure measure);

#endif
