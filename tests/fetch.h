/* One read at a time, driven to its end; for tests. */
#ifndef HC_TESTS_FETCH_H
#define HC_TESTS_FETCH_H

#include "net/read.h"

/* What came of the last fetch; everything a copy. */
struct fetch {
	struct read_result result;
	struct strbuf body;
	char content_type[64], server[64], location[128], etag[64], next_page[16], head[512],
		via_proxy[64];
	bool refused; /* read_start() said no; result.err says why */
	bool done;
	int (*take)(const char *data, size_t len, struct err *err); /* NULL: into body */
};

void fetch_init(struct fetch *fetch);
void fetch_release(struct fetch *fetch);

/* Starts the read and turns the loop until it is done. */
void fetch_run(struct fetch *fetch, struct loop *loop, struct http *http,
	       const struct read_spec *spec);

/* Starts only; the caller turns the loop until fetch->done. */
struct read_request *fetch_start(struct fetch *fetch, struct http *http,
				 const struct read_spec *spec);

#endif
