# `make bench` builds BENCHES and runs tests/bench/run: one JSON object a line.
#   tests_bench_X_SOURCES = tests/bench/X.cc
#   tests_bench_X_LDADD = $(LINK_ENGINE)
BENCHES =
EXTRA_PROGRAMS += $(BENCHES)
CLEANFILES += $(BENCHES)
