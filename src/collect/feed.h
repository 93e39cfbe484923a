/* One source of one target, from its schedule to its ticks. For the files of collect/ alone. */
#ifndef HC_COLLECT_FEED_H
#define HC_COLLECT_FEED_H

#include "collect/collect.h"
#include "collect/credential.h"
#include "collect/follow.h"
#include "collect/past.h"
#include "collect/poll.h"
#include "collect/schedule.h"

struct member;

struct feed {
	struct member *member; /* the target that it belongs to */
	const struct profile_source *spec;
	uint32_t number; /* the model's */
	struct schedule schedule;
	struct loop_timer timer;
	struct batch batch;
	struct poll poll;
	struct follow *follow; /* of a log, else NULL */
	struct clock begun;    /* the reading under way */
	int64_t last_ms;       /* mono time of the last tick */
	int64_t sample_ms;     /* wall time that a relayed answer was taken at, 0: none yet */
	int64_t relay_ms;      /* between two of them, as seen */
	struct past past;      /* of a metrics server, before its first tick */
	enum { PAST_UNREAD, PAST_READING, PAST_READ } past_state;
	uint32_t past_requests; /* for it, told with the first tick */
	uint64_t past_bytes;
	unsigned told; /* ticks and failures so far */
	bool started;  /* not while its first credential is awaited */
	bool running;
	bool waiting;  /* due, in the queue for a free slot */
	unsigned used; /* generation of the credential that the last reading had */
	struct feed *next_waiting;
};

/* A target and what was made for it. */
struct member {
	struct collect *collect;
	uint32_t number; /* the model's; UINT32_MAX: removed */
	const struct config_target *target;
	struct profile *profile;
	struct reach reach;
	struct credential reader;
	char *credential; /* header line or NULL */
	struct err credential_err;
	unsigned generation; /* of the credential: raised when it changes */
	bool retrying;       /* all its sources, once the credential is there */
	struct feed *sources;
	size_t nsources;
};

struct collect {
	struct loop *loop;
	struct http *http;
	struct eval *eval;
	struct model *model;
	struct collect_options options;
	struct collect_ops ops;
	void *ctx;
	struct pump pump;
	struct poll_env env;
	struct member **members;
	size_t nmembers, members_cap;
	size_t nsources; /* ever, for the spread of first reads */
	size_t in_flight;
	struct feed *first_waiting;
	struct feed **last_waiting;
	uint64_t random;
};

/* spec is the member's profile's. */
void feed_init(struct feed *feed, struct member *member, const struct profile_source *spec);
/* Sets the first read, or starts following the log; says that the credential is awaited. */
void feed_start(struct feed *feed);
/* The credential was read: starts what had to wait for it, and what was refused if it is new. */
void feed_renew(struct feed *feed);
void feed_release(struct feed *feed);
/* Reads now whatever waits or was stopped. */
void feed_retry(struct feed *feed);

/* Reads the target's credential anew; its feeds are renewed when it is there. */
void member_read_credential(struct member *member);

#endif
