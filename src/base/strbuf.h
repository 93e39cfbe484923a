/* A growing byte string, always terminated. */
#ifndef HC_BASE_STRBUF_H
#define HC_BASE_STRBUF_H

#include <stdarg.h>
#include <stddef.h>

struct strbuf {
	char *buf; /* never NULL after init */
	size_t len;
	size_t cap;
};

#define STRBUF_INIT              \
	{                        \
		(char *)"", 0, 0 \
	}

void strbuf_init(struct strbuf *sb);
void strbuf_release(struct strbuf *sb);
void strbuf_clear(struct strbuf *sb);

/* Makes room for extra more bytes and the terminator. */
void strbuf_grow(struct strbuf *sb, size_t extra);

void strbuf_add(struct strbuf *sb, const void *data, size_t len);
void strbuf_addstr(struct strbuf *sb, const char *s);
void strbuf_addch(struct strbuf *sb, char c);
void strbuf_addchars(struct strbuf *sb, char c, size_t n);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list args)
	__attribute__((format(printf, 2, 0)));

/* Drops the first n bytes. */
void strbuf_consume(struct strbuf *sb, size_t n);

/* Cuts to len bytes, which must not be more than there are. */
void strbuf_truncate(struct strbuf *sb, size_t len);

/* Returns the bytes, which the caller frees, and leaves sb empty. */
char *strbuf_detach(struct strbuf *sb);

#endif
