# Benchmarks, run by `make bench`: they print figures and judge nothing. Each adds a line of its own
# to the double-colon rule.
EXTRA_PROGRAMS += bench_scrape
EXTRA_DIST += tests/bench/bench-scrape
bench_scrape_SOURCES = tests/bench/bench_scrape.c
bench_scrape_LDADD = $(COLLECT_LIBS) $(QUERY_LIBS)

bench:: bench_scrape
	top_builddir='$(top_builddir)' $(srcdir)/tests/bench/bench-scrape
.PHONY: bench

EXTRA_PROGRAMS += bench_parse
EXTRA_DIST += tests/bench/bench-parse \
	tests/bench/victoriametrics/main.go tests/bench/prometheus/main.go \
	tests/bench/prometheus/go.mod tests/bench/prometheus/go.sum
bench_parse_SOURCES = tests/bench/bench_parse.c
bench_parse_LDADD = $(PARSE_LIBS)

bench:: bench_parse
	top_builddir='$(top_builddir)' $(srcdir)/tests/bench/bench-parse

EXTRA_DIST += tests/bench/bench-screen
if HAVE_VTERM
EXTRA_PROGRAMS += bench_screen
bench_screen_SOURCES = tests/bench/bench_screen.c
bench_screen_CFLAGS = $(AM_CFLAGS) $(VTERM_CFLAGS)
bench_screen_LDADD = $(VTERM_LIBS)
bench_screen_program = bench_screen
endif

bench:: hypercare $(bench_screen_program)
	top_builddir='$(top_builddir)' BENCH='$(BENCH)' $(srcdir)/tests/bench/bench-screen

EXTRA_PROGRAMS += bench_store
bench_store_SOURCES = tests/bench/bench_store.c
bench_store_LDADD = $(STORE_LIBS)

bench:: bench_store
	./bench_store
