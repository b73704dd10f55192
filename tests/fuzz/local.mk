# libFuzzer targets, built with --enable-fuzzers only. tests/fuzz/run runs them.
FUZZ_TARGETS = tests/fuzz/wire_fuzz tests/fuzz/ipseckey_fuzz tests/fuzz/datagram_fuzz tests/fuzz/responder_fuzz \
  tests/fuzz/capture_fuzz tests/fuzz/json_fuzz
if FUZZERS
check_PROGRAMS += $(FUZZ_TARGETS)
endif
EXTRA_DIST += tests/fuzz/run tests/fuzz/corpus tests/fuzz/mutants/auth_unverified.sed tests/fuzz/mutants/child_after_growth.sed \
  tests/fuzz/mutants/fragment_number.sed tests/fuzz/mutants/gateway_accepted.sed \
  tests/fuzz/mutants/ip_header_overrun.sed tests/fuzz/mutants/lease_of_a_refused_child.sed \
  tests/fuzz/mutants/null_auth_unverified.sed \
  tests/fuzz/mutants/reader_overrun.sed
FUZZ_LINK_FLAGS = $(AM_LDFLAGS) $(FUZZ_FLAGS)

tests_fuzz_wire_fuzz_SOURCES = tests/fuzz/wire_fuzz.cc
tests_fuzz_wire_fuzz_LDADD = $(LINK_WIRE)
tests_fuzz_wire_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)

tests_fuzz_ipseckey_fuzz_SOURCES = tests/fuzz/ipseckey_fuzz.cc
tests_fuzz_ipseckey_fuzz_LDADD = $(LINK_GATE)
tests_fuzz_ipseckey_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)

tests_fuzz_datagram_fuzz_SOURCES = tests/fuzz/datagram_fuzz.cc tests/fuzz/payload_edits.h tests/sim/credentials.cc \
  tests/sim/credentials.h tests/sim/world.cc tests/sim/world.h
tests_fuzz_datagram_fuzz_LDADD = tests/libsupport.la $(LINK_ENGINE)
tests_fuzz_datagram_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)

tests_fuzz_responder_fuzz_SOURCES = tests/fuzz/responder_fuzz.cc tests/fuzz/payload_edits.h tests/sim/credentials.cc \
  tests/sim/credentials.h tests/sim/stranger.cc tests/sim/stranger.h tests/sim/world.cc tests/sim/world.h
tests_fuzz_responder_fuzz_LDADD = tests/libsupport.la $(LINK_ENGINE)
tests_fuzz_responder_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)

tests_fuzz_capture_fuzz_SOURCES = tests/fuzz/capture_fuzz.cc
tests_fuzz_capture_fuzz_LDADD = $(LINK_IKETOOL)
tests_fuzz_capture_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)

tests_fuzz_json_fuzz_SOURCES = tests/fuzz/json_fuzz.cc
tests_fuzz_json_fuzz_LDADD = $(LINK_IKETOOL)
tests_fuzz_json_fuzz_LDFLAGS = $(FUZZ_LINK_FLAGS)

print-fuzz-targets:
	@echo $(FUZZ_TARGETS)

# One source with a planted bug, MUTANT_SOURCE, becomes the fuzz program MUTANT_OUT. Its object stands in
# front of the libraries, so the linker leaves the honest one where it is.
fuzz-mutant:
	$(CXX) $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) $(CPPFLAGS) $(AM_CXXFLAGS) $(CXXFLAGS) -fPIC \
	  -c $(MUTANT_SOURCE) -o $(MUTANT_OUT).o
	$(LIBTOOL) --silent --tag=CXX --mode=link $(CXX) $(AM_CXXFLAGS) $(CXXFLAGS) $(FUZZ_LINK_FLAGS) -o $(MUTANT_OUT) \
	  $(tests_fuzz_$(MUTANT_TARGET)_OBJECTS) $(MUTANT_OUT).o $(tests_fuzz_$(MUTANT_TARGET)_LDADD) $(LIBS)
.PHONY: print-fuzz-targets fuzz-mutant
