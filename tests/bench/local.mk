# `make bench` builds BENCHES and runs tests/bench/run: one JSON object a line. A bench program:
# add it to BENCHES and say
#   tests_bench_X_SOURCES = tests/bench/X.cc
#   tests_bench_X_LDADD = $(LINK_ENGINE)
BENCHES =
EXTRA_PROGRAMS += $(BENCHES)
CLEANFILES += $(BENCHES)

bench: all $(BENCHES)
	LATCHKEY_BUILDDIR='$(abs_top_builddir)' $(srcdir)/tests/bench/run
.PHONY: bench
