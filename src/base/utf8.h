/* Text from outside: the one sanitiser, and how wide text is on a screen. */
#ifndef HC_BASE_UTF8_H
#define HC_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_REPLACEMENT 0xfffdu

/* Decodes one code point of s[0..len), len > 0, into *ret_cp (U+FFFD when malformed, overlong or
 * a surrogate) and returns the bytes it took, at least 1. */
size_t utf8_decode(const char *s, size_t len, uint32_t *ret_cp);

/* Writes the code point to buf, which has room for 4 bytes; returns how many. */
size_t utf8_encode(uint32_t cp, char *buf);

/* Columns that one printable code point takes: 0, 1 or 2. */
int utf8_cp_width(uint32_t cp);

/* Columns of a sanitised string. */
int utf8_width(const char *s);

/* The bytes of the longest start of a sanitised string that fits into columns; *ret_width, when
 * not NULL, is how many it really takes. */
size_t utf8_fit(const char *s, int columns, int *ret_width);

/* Copies foreign bytes into dst, at most cap bytes with the terminator, as text that is inert in
 * every sink: valid UTF-8; what is Cc, Cf, Zl, Zp, Co, Cs or Cn, ignorable by default (variation
 * selectors, fillers such as U+3164), U+2800 or malformed is written as \xNN or <U+NNNN>, a mark
 * that has no base too; at most two combining marks on a base; U+FFFD where terminals disagree
 * about the width. Never cut within a code point, its marks or an escape. Applied to its own
 * result it changes nothing. Returns the length. */
size_t utf8_sanitise(char *dst, size_t cap, const char *src, size_t len);

#endif
