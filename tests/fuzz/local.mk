# A fuzz target NAME is tests/fuzz/fuzz_NAME.c, which defines LLVMFuzzerTestOneInput(), and seeds in
# tests/fuzz/corpus/NAME/. It is built twice: always as replay_NAME, a test that hands it every file
# of its corpus, and with --enable-fuzz (CC=clang) as the libFuzzer program fuzz_NAME, which
# `make fuzz FUZZ_SECONDS=30` runs. To add one, copy the block of another, change the name and the
# libraries, and add the name to FUZZ_TARGETS. A crash is replayed by: replay_NAME FILE.
FUZZ_TARGETS = accesslog csv eval_protocol exposition yaml
FUZZ_SECONDS = 30
EXTRA_DIST += tests/fuzz/corpus

check_PROGRAMS += tests/fuzz/replay_accesslog
TESTS += tests/fuzz/replay_accesslog
tests_fuzz_replay_accesslog_SOURCES = tests/fuzz/fuzz_accesslog.c tests/fuzz/replay.c
tests_fuzz_replay_accesslog_LDADD = $(PARSE_LIBS)
if FUZZ
noinst_PROGRAMS += tests/fuzz/fuzz_accesslog
tests_fuzz_fuzz_accesslog_SOURCES = tests/fuzz/fuzz_accesslog.c
tests_fuzz_fuzz_accesslog_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_accesslog_LDADD = $(PARSE_LIBS)
endif

check_PROGRAMS += tests/fuzz/replay_csv
TESTS += tests/fuzz/replay_csv
tests_fuzz_replay_csv_SOURCES = tests/fuzz/fuzz_csv.c tests/fuzz/replay.c
tests_fuzz_replay_csv_LDADD = $(PARSE_LIBS)
if FUZZ
noinst_PROGRAMS += tests/fuzz/fuzz_csv
tests_fuzz_fuzz_csv_SOURCES = tests/fuzz/fuzz_csv.c
tests_fuzz_fuzz_csv_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_csv_LDADD = $(PARSE_LIBS)
endif

check_PROGRAMS += tests/fuzz/replay_eval_protocol
TESTS += tests/fuzz/replay_eval_protocol
tests_fuzz_replay_eval_protocol_SOURCES = tests/fuzz/fuzz_eval_protocol.c tests/fuzz/replay.c
tests_fuzz_replay_eval_protocol_LDADD = $(EVAL_LIBS)
if FUZZ
noinst_PROGRAMS += tests/fuzz/fuzz_eval_protocol
tests_fuzz_fuzz_eval_protocol_SOURCES = tests/fuzz/fuzz_eval_protocol.c
tests_fuzz_fuzz_eval_protocol_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_eval_protocol_LDADD = $(EVAL_LIBS)
endif

check_PROGRAMS += tests/fuzz/replay_exposition
TESTS += tests/fuzz/replay_exposition
tests_fuzz_replay_exposition_SOURCES = tests/fuzz/fuzz_exposition.c tests/fuzz/replay.c \
	tests/record.c tests/record.h
tests_fuzz_replay_exposition_LDADD = $(PARSE_LIBS)
if FUZZ
noinst_PROGRAMS += tests/fuzz/fuzz_exposition
tests_fuzz_fuzz_exposition_SOURCES = tests/fuzz/fuzz_exposition.c tests/record.c tests/record.h
tests_fuzz_fuzz_exposition_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_exposition_LDADD = $(PARSE_LIBS)
endif

check_PROGRAMS += tests/fuzz/replay_yaml
TESTS += tests/fuzz/replay_yaml
tests_fuzz_replay_yaml_SOURCES = tests/fuzz/fuzz_yaml.c tests/fuzz/replay.c
tests_fuzz_replay_yaml_LDADD = $(PARSE_LIBS)
if FUZZ
noinst_PROGRAMS += tests/fuzz/fuzz_yaml
tests_fuzz_fuzz_yaml_SOURCES = tests/fuzz/fuzz_yaml.c
tests_fuzz_fuzz_yaml_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_yaml_LDADD = $(PARSE_LIBS)
endif

# New inputs go to fuzz-corpus/ in the build folder, never into the sources.
if FUZZ
fuzz: $(FUZZ_TARGETS:%=fuzz-%)
$(FUZZ_TARGETS:%=fuzz-%): fuzz-%: $(noinst_PROGRAMS)
	@echo "fuzz $* for $(FUZZ_SECONDS) s"; mkdir -p fuzz-corpus/$* && \
	tests/fuzz/fuzz_$* -max_total_time=$(FUZZ_SECONDS) -timeout=10 -verbosity=0 \
		-print_final_stats=1 fuzz-corpus/$* $(srcdir)/tests/fuzz/corpus/$*
else
fuzz:
	@echo "configure with --enable-fuzz CC=clang first"; exit 1
endif
.PHONY: fuzz $(FUZZ_TARGETS:%=fuzz-%)
