# What tests share: the test responder (over wire/ and crypto/, never session/), the simulator,
# readers of vectors. tests/sim/ belongs here too.
check_LTLIBRARIES += tests/libsupport.la

nodist_EXTRA_tests_libsupport_la_SOURCES = no_source_yet.cc
tests_libsupport_la_SOURCES =
