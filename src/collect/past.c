#include "collect/past.h"

#define RECENT_S     900 /* of which charts show more */
#define STEP_S       60
#define RECENT_STEP  15
#define INSTANTS     ((PAST_S - RECENT_S) / STEP_S + RECENT_S / RECENT_STEP)
#define PIECES       24
#define LABEL_BYTES  400 /* of a series in an answer */
#define SAMPLE_BYTES 40  /* [1764555555,"1234567.123456789"], */

static int64_t pieces(const struct past *past)
{
	return (INSTANTS / past->coarse + past->instants - 1) / past->instants;
}

void past_begin(struct past *past, int64_t now_s, uint32_t rows, uint64_t cap_bytes)
{
	uint64_t room = cap_bytes / 4 * 3 / (rows ? rows : 1);

	*past = (struct past){.next_s = now_s - PAST_S, .end_s = now_s, .coarse = 1, .instants = 1};
	if (room > LABEL_BYTES + SAMPLE_BYTES)
		past->instants = (uint32_t)((room - LABEL_BYTES) / SAMPLE_BYTES);
	while (pieces(past) > PIECES)
		past->coarse *= 2;
}

bool past_next(struct past *past, struct strbuf *query)
{
	bool recent = past->next_s >= past->end_s - RECENT_S;
	int64_t step_s = (recent ? RECENT_STEP : STEP_S) * past->coarse;
	int64_t until_s = recent ? past->end_s : past->end_s - RECENT_S, first_s = past->next_s;

	if (first_s >= past->end_s)
		return false;
	for (uint32_t n = 0; n < past->instants && past->next_s < until_s; n++)
		past->next_s += step_s;
	strbuf_addf(query, "&start=%lld&end=%lld&step=%lld", (long long)first_s,
		    (long long)(past->next_s - step_s), (long long)step_s);
	return true;
}
