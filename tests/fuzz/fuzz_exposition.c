/* Any bytes, as two scrapes of one source: what the parser makes of the second, in pieces and
 * knowing the lines of the first, is what one without memory makes of it whole. The first byte
 * chooses the format, whether some families are unwanted, and caps; the second one the size of the
 * pieces; a byte 0 parts the scrapes. */
#include "../record.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same(const struct record *a, int rc_a, const struct record *b, int rc_b)
{
	if (rc_a != rc_b)
		abort();
	if (rc_a == 0 && strcmp(a->samples.buf, b->samples.buf) != 0)
		abort();
	if (rc_a < 0 && (a->err.code != b->err.code || a->err.line != b->err.line ||
			 a->err.column != b->err.column))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const wanted[] = {"a", "h", "kong_http_requests_total", NULL};
	const char *first = (const char *)data + 2, *second, *end = (const char *)data + size;
	struct exposition_options options = {0};
	struct record fresh, used;
	int rc;

	if (size < 2)
		return 0;
	options.openmetrics = data[0] & 1;
	options.line_bytes = data[0] & 4 ? 40 : 0;
	options.max_series = data[0] & 8 ? 3 : 0;
	second = memchr(first, '\0', size - 2);
	second = second ? second + 1 : first;
	record_init(&fresh);
	record_init(&used);
	fresh.wanted = used.wanted = data[0] & 2 ? wanted : NULL;
	record_scrape(&used, &options, first, strnlen(first, size - 2), 0);
	rc = record_scrape(&fresh, &options, second, (size_t)(end - second), 0);
	for (int pass = 0; pass < 2; pass++)
		check_same(&fresh, rc, &used,
			   record_scrape(&used, &options, second, (size_t)(end - second), data[1]));
	record_release(&fresh);
	record_release(&used);
	return 0;
}
