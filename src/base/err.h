/* Errors as values. */
#ifndef HC_BASE_ERR_H
#define HC_BASE_ERR_H

enum err_code {
	ERR_OK,
	ERR_INVALID,    /* input that does not follow its format */
	ERR_LIMIT,      /* a size, depth or count cap was passed */
	ERR_NOT_FOUND,  /* no such file, target, profile, name */
	ERR_IO,         /* the operating system refused */
	ERR_TIMEOUT,    /* a deadline passed */
	ERR_REFUSED,    /* nothing listens there */
	ERR_RESOLVE,    /* the name does not resolve */
	ERR_TLS,        /* certificate or handshake */
	ERR_AUTH,       /* 401 or 403 */
	ERR_STATUS,     /* another HTTP status than the one wanted */
	ERR_TRUNCATED,  /* the answer ended early */
	ERR_UNSUPPORTED /* understood, but not done here */
};

/* The text is one sentence without a final point, already sanitised. Lines and columns count
 * from 1; 0 means unknown. */
struct err {
	enum err_code code;
	int line;
	int column;
	char msg[256];
};

/* Fills err (which may be NULL) and returns -1, so that a caller can return it. */
int err_set(struct err *err, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same, with a place in the input. */
int err_at(struct err *err, enum err_code code, int line, int column, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* Puts "context: " before the text of an error already set; returns -1. */
int err_prefix(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Writes "FILE:LINE:COLUMN: msg", leaving out what is unknown, into buf; returns buf. */
const char *err_where(const struct err *err, const char *file, char *buf, unsigned long cap);

#endif
