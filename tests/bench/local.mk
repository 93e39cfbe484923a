# Benchmarks, run by `make bench`: they print figures and judge nothing. Each adds a line of its own
# to the double-colon rule.
EXTRA_PROGRAMS += bench_scrape
EXTRA_DIST += tests/bench/bench-scrape
bench_scrape_SOURCES = tests/bench/bench_scrape.c
bench_scrape_LDADD = $(COLLECT_LIBS)

bench:: bench_scrape
	top_builddir='$(top_builddir)' $(srcdir)/tests/bench/bench-scrape
.PHONY: bench
