#include "query/query.h"

#include "base/decimal.h"
#include "base/strbuf.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Writes a number for people; text has 64 bytes. */
typedef void (*writer)(char *text, int width, double value);

/* As many decimals as fit, at most this many. */
static void write_decimals(char *text, int width, double value, int decimals)
{
	do
		snprintf(text, 64, "%.*f", decimals, value);
	while (strlen(text) > (size_t)width && decimals-- > 0);
	if (strlen(text) > (size_t)width)
		decimal_si(text, width < 32 ? width : 32, value);
}

static void write_si(char *text, int width, double value)
{
	decimal_si(text, width < 32 ? width : 32, value);
}

static void write_per_minute(char *text, int width, double value)
{
	write_si(text, width, value * 60);
}

static void write_per_hour(char *text, int width, double value)
{
	write_decimals(text, width, value * 3600, 2);
}

/* A request may cost a hundredth of a cent: two digits of that, too. */
static void write_money(char *text, int width, double value)
{
	double size = fabs(value);
	int digits = size >= 0.1 || size == 0 ? 2 : size >= 0.001 ? 4 : size >= 0.0001 ? 5 : 6;

	write_decimals(text, width, value, digits);
}

static void write_count(char *text, int width, double value)
{
	if (fabs(value) < 10000)
		write_decimals(text, width, value,
			       value == floor(value) || fabs(value) >= 100 ? 0 : 1);
	else
		write_si(text, width, value);
}

/* 0.12, 2.1, 12, 340; under 10 ms 4ms, .4ms. */
static void write_seconds(char *text, int width, double value)
{
	char number[64];

	if (value != 0 && fabs(value) < 0.01 && width >= 4) {
		write_decimals(number, width - 2, value * 1000, fabs(value) < 0.001 ? 1 : 0);
		snprintf(text, 64, "%.60sms", number);
		return;
	}
	write_decimals(text, width, value, fabs(value) < 1 ? 2 : fabs(value) < 10 ? 1 : 0);
}

static void write_duration(char *text, int width, double value)
{
	char number[16];

	(void)width;
	decimal_duration(number, (int64_t)fmin(fabs(value) * 1000, 1e15));
	snprintf(text, 64, "%s%s", value < 0 ? "-" : "", number);
}

static void write_ratio(char *text, int width, double value)
{
	write_decimals(text, width, value * 100, 1);
}

static void write_fine_ratio(char *text, int width, double value)
{
	write_decimals(text, width, value * 100, 2);
}

static void write_coarse_ratio(char *text, int width, double value)
{
	write_decimals(text, width, value * 100, 0);
}

static const writer unit_writers[UNIT_COUNT] = {
	[UNIT_NONE] = write_count,
	[UNIT_SECONDS] = write_seconds,
	[UNIT_BYTES] = write_si,
	[UNIT_REQUESTS] = write_si,
	[UNIT_TOKENS] = write_count,
	[UNIT_USD] = write_money,
	[UNIT_RATIO] = write_ratio,
	[UNIT_PER_SECOND] = write_per_minute,
	[UNIT_USD_PER_SECOND] = write_per_hour,
};

/* Measures that are read otherwise than their unit says. */
static const writer measure_writers[M_COUNT] = {
	[M_ERROR_RATIO] = write_fine_ratio,
	[M_504_RATIO] = write_fine_ratio,
	[M_AVAILABILITY] = write_fine_ratio,
	[M_UPSTREAM_SHARE] = write_coarse_ratio,
	[M_LIMIT_USED] = write_coarse_ratio,
	[M_BUDGET_USED] = write_coarse_ratio,
	[M_GATEWAY_ERRORS] = write_coarse_ratio,
	[M_UPSTREAM_ERRORS] = write_coarse_ratio,
	[M_CPU] = write_coarse_ratio,
	[M_UPTIME] = write_duration,
	[M_CERT_LEFT] = write_duration,
	[M_BUDGET_OUT] = write_duration,
};

static void write_value(char *text, int width, const struct figure *figure)
{
	writer write = measure_writers[figure->measure] ? measure_writers[figure->measure]
							: unit_writers[figure->unit];

	write(text, width > 1 ? width : 1, figure->value);
}

/* ".05" instead of "0.05". */
static const char *without_zero(const char *text)
{
	return text[0] == '0' && text[1] == '.' ? text + 1 : text;
}

/* Whether a number is written in this width as more than nothing but zeros. */
static bool write_average(char *text, int width, const char *prefix, const struct figure *figure)
{
	char number[64];

	write_value(number, width - (int)strlen(prefix) + (figure->value < 1), figure);
	snprintf(text, 64, "%s%.50s", prefix, without_zero(number));
	return strlen(text) <= (size_t)width && strtod(number, NULL) > 0;
}

/* "avg.05", or "a.05" where that is too wide; "avg 0" for what is nothing, or rounds to it. */
static void format_average(char *text, int width, const struct figure *figure)
{
	if (width >= 6 && write_average(text, width, "avg", figure))
		return;
	if (!write_average(text, width, "a", figure) && figure->value < 1)
		snprintf(text, 64, width >= 6 ? "avg 0" : "a 0");
}

static void format_above(char *text, int width, const struct figure *figure)
{
	char number[32];

	snprintf(number, sizeof(number), "%g", figure->value);
	snprintf(text, 64, ">%.30ss", without_zero(number));
	if (strlen(text) > (size_t)width)
		snprintf(text, 64, ">%.0fs", figure->value);
}

char *figure_format(char *buf, int width, const struct figure *figure)
{
	char text[64];
	int len;

	if (figure->quality & Q_NONE || isnan(figure->value))
		snprintf(text, sizeof(text), width < 3 ? "-" : "n/a");
	else if (figure->quality & Q_ABOVE)
		format_above(text, width, figure);
	else if (figure->quality & Q_AVERAGE)
		format_average(text, width, figure);
	else if (figure->quality & Q_COARSE) {
		write_value(text, width - 1, figure);
		strcat(text, "~");
	} else
		write_value(text, width, figure);
	len = (int)strlen(text);
	if (len > width)
		len = snprintf(text, sizeof(text), "%.*s", width, "########");
	memcpy(buf, text, (size_t)len + 1);
	return buf;
}

static const struct {
	enum quality quality;
	const char *text;
} reasons[] = {
	{Q_FILLING, "the window is still filling"},
	{Q_STALE, "its source is stale: this is the last known value"},
	{Q_ABOVE, "it lies in the last bucket, so the true value is above"},
	{Q_COARSE, "it is interpolated in a bucket wider than its lower bound"},
	{Q_AVERAGE, "the gateway exports an average only, no histogram"},
	{Q_LIFETIME, "it is from the counters' totals since the gateway started"},
	{Q_RESET, "a counter was reset in the window, which was added back"},
	{Q_OVERFLOW, "some series are counted in \"other\""},
};

static void add_source(struct strbuf *sb, const struct figure *figure, const struct model *model)
{
	struct source_status status;
	const struct target_info *info;

	if (figure->source >= model_source_count(model))
		return;
	status = model_source(model, figure->source);
	info = model_target(model, status.target);
	strbuf_addf(sb, ", from %s of %s", status.name, info ? info->name : "a removed target");
}

static const char *shown_unit(const struct figure *figure)
{
	static const char *const units[UNIT_COUNT] = {
		[UNIT_RATIO] = "%",
		[UNIT_PER_SECOND] = "per minute",
		[UNIT_USD_PER_SECOND] = "USD per hour",
	};

	if (figure->measure == M_BYTES_IN_RATE || figure->measure == M_BYTES_OUT_RATE)
		return "bytes per second";
	if (measure_writers[figure->measure] == write_duration)
		return "";
	return units[figure->unit] ? units[figure->unit] : unit_name((enum unit)figure->unit);
}

static void add_reasons(struct strbuf *sb, const struct figure *figure)
{
	const char *between = ". Note: ";

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (!(figure->quality & reasons[i].quality))
			continue;
		strbuf_addf(sb, "%s%s", between, reasons[i].text);
		between = "; ";
	}
}

void figure_explain(const struct figure *figure, const struct model *model, int64_t window_ms,
		    char *buf, size_t cap)
{
	const struct measure_info *info = measure_info((enum measure)figure->measure);
	struct strbuf sb = STRBUF_INIT;
	char number[64], n[32], covered[16], window[16], age[16];
	size_t len;

	figure_format(number, 12, figure);
	strbuf_addf(&sb, "%s = %s", info->name, info->formula);
	if (figure->quality & Q_NONE)
		strbuf_addf(&sb, ": n/a, no %s in the window", signal_info(info->signal)->name);
	else
		strbuf_addf(&sb, ": %s%s%s", number, *shown_unit(figure) ? " " : "",
			    shown_unit(figure));
	add_source(&sb, figure, model);
	if (figure->covered_ms > 0)
		strbuf_addf(&sb, ", n=%s over %s of %s", decimal_si(n, 6, figure->n),
			    decimal_duration(covered, figure->covered_ms),
			    decimal_duration(window, window_ms));
	if (figure->source != UINT32_MAX)
		strbuf_addf(&sb, ", %s old", decimal_duration(age, figure->age_ms));
	add_reasons(&sb, figure);
	strbuf_addch(&sb, '.');
	if (cap) {
		len = sb.len < cap ? sb.len : cap - 1;
		memcpy(buf, sb.buf, len);
		buf[len] = '\0';
	}
	strbuf_release(&sb);
}
