/* What outlives the program: the journal, an append-only chain of what was planned, done, noted
 * and acknowledged, in SQLite behind one writer thread. Nothing outside store/ knows SQL, and no
 * call here waits for the disk: answers come back through store_fd() and store_turn(). */
#ifndef HC_STORE_STORE_H
#define HC_STORE_STORE_H

#include "base/err.h"
#include "base/strbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

enum entry_kind {
	ENTRY_INTENT,   /* a plan is about to be sent */
	ENTRY_OUTCOME,  /* what came of it: confirmed, already, rejected, unknown, partial */
	ENTRY_REFUSAL,  /* a plan that was not let through, and why */
	ENTRY_WATCH,    /* recovered, or not */
	ENTRY_REQUEST,  /* a plan asks for a second operator, by the hash of its requests */
	ENTRY_APPROVAL, /* he approves that hash; or the glass is broken, with a reason */
	ENTRY_NOTE,     /* m, :note, hypercare note */
	ENTRY_FIX,      /* :fix */
	ENTRY_ACK,      /* acknowledged until it clears */
	ENTRY_KINDS
};
const char *entry_kind_word(enum entry_kind kind);
enum entry_kind entry_kind_by_word(const char *word); /* ENTRY_KINDS: no such */

/* Who did it. The login is that of the uid, looked up; the others are claimed. */
struct operator
{
	const char *login;
	uint32_t uid;
	const char *sudo_user; /* "" without; so are the next */
	const char *ssh_client;
	const char *claimed; /* --operator */
	const char *host;
	const char *console; /* name of this process, unique: "HOST:PID:START" */
};

/* Strings are sanitised before they come here and hold no secret. */
struct entry {
	int64_t seq;     /* 1, 2, ...; set by the store */
	int64_t wall_ms; /* set by the caller */
	enum entry_kind kind;
	struct operator operator;
	const char *plan;   /* plan it belongs to, "" without: "20261123-143207-4f2a" */
	const char *target; /* name, "" without */
	const char *action; /* name, "" without */
	const char *about;  /* what a pane may mark: "client:203.0.113.9", "prompt:balance" */
	const char *reason; /* reason or ticket */
	const char *state;  /* of an outcome or watch: "confirmed" ... */
	const char *hash;   /* of the exact requests, hex, "" without */
	const char
		*detail; /* a JSON object: parameters, requests (secrets masked), before, after */
	char chain[65];  /* SHA-256 over the entry before's and this entry's canonical JSON (RFC
			    8785), hex; set by the store */
};

struct store_options {
	const char *path;     /* PROJECT.journal.db; its folder is made, 0700 */
	const char *fallback; /* file for entries that cannot be written there, or NULL */
	bool read_only;       /* nothing is made, imported or written: for looking */
	bool sync_off;        /* never for a journal that matters: for benchmarks */
};

/* Opens or makes the journal on the writer's thread; what goes wrong comes with the first answer.
 * Entries found in the fallback file are imported into the chain first. */
struct store *store_new(const struct store_options *options, struct err *err);
void store_free(struct store *store); /* takes NULL; waits for what was asked to be written */

int store_fd(const struct store *store); /* to be polled for POLLIN; for life */
void store_turn(struct store *store);    /* calls back for what is finished */

/* Where it stands, for the banner: "" when well, else a sentence. */
const char *store_trouble(const struct store *store);

typedef void store_done(void *ctx, int64_t seq, const struct err *err);
/* Appends in one BEGIN IMMEDIATE transaction that is on disk when done is called without err. Where
 * the database refuses, the entry goes to syslog and to the fallback file, done gets seq 0 and no
 * err, and store_trouble() says so; with neither done gets err. The entry is copied. */
void store_append(struct store *store, const struct entry *entry, store_done *done, void *ctx);

/* Which entries; zero and NULL mean any. */
struct entry_filter {
	int64_t after_seq;
	int64_t since_ms;
	unsigned kinds;                   /* mask of 1 << kind */
	const char *plan, *target, *text; /* text: anywhere in it, without case */
	size_t limit;                     /* 0: 1000 */
	bool newest_first;
};
struct entry_ops {
	void (*entry)(void *ctx, const struct entry *entry); /* borrowed for the call */
	store_done *done;
};
void store_list(struct store *store, const struct entry_filter *filter, const struct entry_ops *ops,
		void *ctx);

/* Calls entry() for all that come after seq, whoever wrote them, as they come: looks once a second,
 * cheaply (PRAGMA data_version). A negative seq begins with so many of the newest. done is called
 * once, when all that was there has been told. One follower a store. */
void store_follow(struct store *store, int64_t after_seq, const struct entry_ops *ops, void *ctx);

/* Exactly one of all consoles gets a name: done has seq 1 for it, 0 for the others. */
void store_claim(struct store *store, const char *name, const struct operator* by, store_done *done,
		 void *ctx);

/* Reads the chain from its start: done has the last seq when it is whole; else err, whose line is
 * the seq of the first broken link. anchor: "SEQ:HASH" that the chain must hold too, or NULL. */
void store_verify(struct store *store, const char *anchor, store_done *done, void *ctx);

/* Bytes that are hashed for an entry: canonical JSON after RFC 8785. */
void entry_canonical(const struct entry *entry, struct strbuf *ret_json);

#endif
