# libFuzzer targets, built with --enable-fuzzers only: add tests/fuzz/X_fuzz to FUZZ_TARGETS.
#   tests_fuzz_X_fuzz_SOURCES = tests/fuzz/X_fuzz.cc
#   tests_fuzz_X_fuzz_LDADD = $(LINK_WIRE)
#   tests_fuzz_X_fuzz_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_FLAGS)
FUZZ_TARGETS =
if FUZZERS
check_PROGRAMS += $(FUZZ_TARGETS)
endif

print-fuzz-targets:
	@echo $(FUZZ_TARGETS)
.PHONY: print-fuzz-targets
