# What tests share: the test responder (over wire/ and crypto/, never session/), the simulator,
# readers of vectors. tests/sim/ belongs here too.
check_LTLIBRARIES += tests/libsupport.la

tests_libsupport_la_SOURCES = \
  tests/support/behaviour.h tests/support/dns_key.h \
  tests/support/fake_kernel.h tests/support/names.h tests/support/octets.h tests/support/pki.cc \
  tests/support/pki.h tests/support/seeded_random.h tests/support/responder.cc tests/support/responder.h \
  tests/support/responder_auth.cc tests/support/responder_create_child.cc tests/support/responder_init.cc tests/support/sealing.cc \
  tests/support/sealing.h tests/support/selectors.h tests/support/signing.cc tests/support/signing.h \
  tests/support/toy_kem.cc tests/support/toy_kem.h \
  tests/support/vectors.cc tests/support/vectors.h

# The responder as a program, for namespaces and benches: --help says how. `make tests/test_responder`.
check_PROGRAMS += tests/test_responder
tests_test_responder_SOURCES = tests/responder/main.cc
tests_test_responder_LDADD = tests/libsupport.la $(LINK_HOST)

EXTRA_DIST += tests/support/mutants.sh
