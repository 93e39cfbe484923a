#include "store/db.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define LIST_DEFAULT 1000
#define PORTION      1000 /* rows of one read transaction: a long one would hold up checkpoints */

#define FIRST_FIELD 5 /* column of the first of entry_fields */
#define COLUMNS                                                                                   \
	"seq,wall_ms,kind,uid,chain,login,sudo_user,ssh_client,claimed,host,console,plan,target," \
	"action,about,reason,state,hash,detail"

/* ?1 after, ?2 since, ?3 kinds as " note ack ", ?4 plan, ?5 target, ?6 text as a pattern, ?7 how
 * many; "" is any. */
#define LIST_SQL                                                                                  \
	"SELECT " COLUMNS " FROM entry WHERE seq > ?1 AND wall_ms >= ?2"                          \
	" AND (?3 = '' OR instr(?3, ' ' || kind || ' '))"                                         \
	" AND (?4 = '' OR plan = ?4) AND (?5 = '' OR target = ?5)"                                \
	" AND (?6 = '' OR (kind || char(10) || login || char(10) || sudo_user || char(10) ||"     \
	" claimed || char(10) || plan || char(10) || target || char(10) || action || char(10) ||" \
	" about || char(10) || reason || char(10) || state || char(10) || detail)"                \
	" LIKE ?6 ESCAPE '\\') ORDER BY seq "

static const char *column(sqlite3_stmt *stmt, int i, bool *whole)
{
	const char *text = (const char *)sqlite3_column_text(stmt, i);

	if (!text)
		return "";
	/* Bytes after a NUL are none of ours. */
	*whole = *whole && (size_t)sqlite3_column_bytes(stmt, i) == strlen(text);
	return text;
}

/* An entry that borrows from the statement's row; says whether it is as we write one. */
static bool read_row(sqlite3_stmt *stmt, struct entry *ret_entry)
{
	const char *kind, *chain;
	bool whole = true;

	*ret_entry = (struct entry){.seq = sqlite3_column_int64(stmt, 0),
				    .wall_ms = sqlite3_column_int64(stmt, 1)};
	kind = column(stmt, 2, &whole);
	ret_entry->kind = entry_kind_by_word(kind);
	ret_entry->operator.uid =(uint32_t) sqlite3_column_int64(stmt, 3);
	chain = column(stmt, 4, &whole);
	whole = whole && strlen(chain) < sizeof(ret_entry->chain) && ret_entry->kind < ENTRY_KINDS;
	strncat(ret_entry->chain, chain, sizeof(ret_entry->chain) - 1);
	for (size_t i = 0; i < ENTRY_FIELDS; i++)
		entry_set_text(ret_entry, i, column(stmt, FIRST_FIELD + (int)i, &whole));
	return whole;
}

static void add_kinds(struct strbuf *out, unsigned kinds)
{
	for (int kind = 0; kinds && kind < ENTRY_KINDS; kind++)
		if (kinds & 1u << kind)
			strbuf_addf(out, "%s%s ", out->len ? "" : " ",
				    entry_kind_word((enum entry_kind)kind));
}

static void add_pattern(struct strbuf *out, const char *text)
{
	if (!text || !*text)
		return;
	strbuf_addch(out, '%');
	for (; *text; text++) {
		if (strchr("%_\\", *text))
			strbuf_addch(out, '\\');
		strbuf_addch(out, *text);
	}
	strbuf_addch(out, '%');
}

int db_list(struct db *db, const struct entry_filter *filter, struct entry_list *ret_list,
	    struct err *err)
{
	struct strbuf kinds = STRBUF_INIT, pattern = STRBUF_INIT;
	const char *texts[4];
	sqlite3_stmt *stmt = NULL;
	struct entry entry;
	int code = -1;

	add_kinds(&kinds, filter->kinds);
	add_pattern(&pattern, filter->text);
	texts[0] = kinds.buf;
	texts[1] = filter->plan ? filter->plan : "";
	texts[2] = filter->target ? filter->target : "";
	texts[3] = pattern.buf;
	if (db_prepare(db, filter->newest_first ? LIST_SQL "DESC LIMIT ?7" : LIST_SQL "LIMIT ?7",
		       &stmt, err))
		goto out;
	sqlite3_bind_int64(stmt, 1, filter->after_seq);
	sqlite3_bind_int64(stmt, 2, filter->since_ms);
	for (int i = 0; i < 4; i++)
		sqlite3_bind_text(stmt, 3 + i, texts[i], -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 7, filter->limit ? (int64_t)filter->limit : LIST_DEFAULT);
	while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
		read_row(stmt, &entry);
		entry_list_add(ret_list, entry_copy(&entry));
	}
	code = code == SQLITE_DONE ? 0 : db_fail(db, "cannot read", err);
out:
	sqlite3_finalize(stmt);
	strbuf_release(&kinds);
	strbuf_release(&pattern);
	return code;
}

static int break_at(int64_t seq, struct err *err, const char *what)
{
	return err_at(err, ERR_INVALID, seq > INT_MAX ? INT_MAX : (int)seq, 0,
		      "entry %" PRId64 " %s", seq, what);
}

/* What is checked from link to link. */
struct walk {
	int64_t last, anchor_seq;
	const char *anchor_hash;
	char chain[65];
};

static int check_link(struct walk *walk, const struct entry *entry, bool whole, struct err *err)
{
	struct strbuf detail = STRBUF_INIT;
	char chain[65];

	if (entry->seq != walk->last + 1)
		return break_at(walk->last + 1, err, "is missing");
	/* Another spelling of the same value would give the same hash. */
	entry_add_detail(entry, &detail);
	whole = whole && !strcmp(detail.buf, entry->detail);
	strbuf_release(&detail);
	entry_chain(entry, walk->chain, chain);
	if (!whole || strcmp(chain, entry->chain))
		return break_at(entry->seq, err, "is not what was written after the one before it");
	if (entry->seq == walk->anchor_seq && strcmp(chain, walk->anchor_hash))
		return break_at(entry->seq, err, "has another hash than the anchor");
	walk->last = entry->seq;
	memcpy(walk->chain, chain, sizeof(chain));
	return 0;
}

/* Walks on over at most PORTION rows; 1: there are more. */
static int walk_on(struct db *db, sqlite3_stmt *stmt, struct walk *walk, struct err *err)
{
	int rows = 0, code;

	sqlite3_bind_int64(stmt, 1, walk->last ? walk->last : INT64_MIN);
	while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct entry entry;
		bool whole = read_row(stmt, &entry);

		rows++;
		if (check_link(walk, &entry, whole, err)) {
			sqlite3_reset(stmt);
			return -1;
		}
	}
	if (code != SQLITE_DONE)
		db_fail(db, "cannot read", err);
	sqlite3_reset(stmt);
	return code != SQLITE_DONE ? -1 : rows == PORTION;
}

static int read_anchor(const char *anchor, struct walk *ret_walk, struct err *err)
{
	char *end;

	if (!anchor)
		return 0;
	ret_walk->anchor_seq = strtoll(anchor, &end, 10);
	ret_walk->anchor_hash = end + 1;
	if (ret_walk->anchor_seq < 1 || *end != ':' || strlen(end + 1) != 64 ||
	    end[1 + strspn(end + 1, "0123456789abcdef")])
		return err_set(err, ERR_INVALID,
			       "an anchor is SEQ:HASH, as journal anchor prints it");
	return 0;
}

int db_verify(struct db *db, const char *anchor, int64_t *ret_last, struct err *err)
{
	struct walk walk = {.chain = GENESIS};
	sqlite3_stmt *stmt = NULL;
	int code;

	if (read_anchor(anchor, &walk, err) ||
	    db_prepare(db, "SELECT " COLUMNS " FROM entry WHERE seq > ?1 ORDER BY seq LIMIT ?2",
		       &stmt, err))
		return -1;
	sqlite3_bind_int64(stmt, 2, PORTION);
	do
		code = walk_on(db, stmt, &walk, err);
	while (code > 0);
	if (!code && walk.last < walk.anchor_seq)
		code = break_at(walk.last + 1, err,
				"is missing: the end was cut off before the anchor");
	sqlite3_finalize(stmt);
	*ret_last = walk.last;
	return code;
}
