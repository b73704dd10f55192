# `make bench` builds BENCHES and runs tests/bench/run: one JSON object a line. A bench program:
# add it to BENCHES and say
#   tests_bench_X_SOURCES = tests/bench/X.cc
#   tests_bench_X_LDADD = $(LINK_ENGINE)
BENCHES = tests/bench/engine_cpu tests/bench/responder_load tests/bench/delay_line
tests_bench_engine_cpu_SOURCES = tests/bench/engine_cpu.cc tests/bench/crypto_floor.cc \
  tests/bench/crypto_floor.h tests/bench/measure.h
tests_bench_engine_cpu_LDADD = tests/libsupport.la $(LINK_ENGINE)
tests_bench_responder_load_SOURCES = tests/bench/responder_load.cc tests/bench/crypto_floor.cc \
  tests/bench/crypto_floor.h tests/bench/measure.h
tests_bench_responder_load_LDADD = $(LINK_ENGINE)
# Delays frames where the kernel has no netem.
tests_bench_delay_line_SOURCES = tests/bench/delay_line.cc
EXTRA_PROGRAMS += $(BENCHES)
CLEANFILES += $(BENCHES)

# Preloaded where the kernel has no ESP (tests/bench/run, tests/tsan/run); without sanitizers.
check_LTLIBRARIES += tests/bench/pretend_esp.la
tests_bench_pretend_esp_la_SOURCES = tests/bench/pretend_esp.cc
tests_bench_pretend_esp_la_CXXFLAGS = $(WARNING_FLAGS)
tests_bench_pretend_esp_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere

bench: all tests/bench/pretend_esp.la tests/test_responder $(BENCHES)
	LATCHKEY_BUILDDIR='$(abs_top_builddir)' $(srcdir)/tests/bench/run
.PHONY: bench
EXTRA_DIST += tests/bench/latency.py tests/bench/resolver.sh tests/bench/run tests/bench/tunnels.sh tests/bench/world.sh
