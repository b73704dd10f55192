# Replays through Unbound's testbound load a second object: the same shim and query code, with a
# synchronous engine whose outcome a test file scripts.
if UNBOUND
check_LTLIBRARIES += tests/replay/latchkey_replay.la
tests_replay_latchkey_replay_la_SOURCES = $(SHIM_SOURCES) unbound-module/module.cc \
  unbound-module/open_gate.h tests/replay/scripted_gate.cc
tests_replay_latchkey_replay_la_CPPFLAGS = $(AM_CPPFLAGS) $(UNBOUND_CPPFLAGS) -DLATCHKEY_REPLAY
tests_replay_latchkey_replay_la_LDFLAGS = $(AM_LDFLAGS) $(MODULE_LINK_OPTIONS) -rpath /nowhere
tests_replay_latchkey_replay_la_LIBADD = $(MODULE_LIBS)
endif
# tests/replay/run prints "ok NAME", "not ok NAME why" or "skip NAME reason" a line; it gets
# LATCHKEY_SRCDIR, LATCHKEY_BUILDDIR and LATCHKEY_UNBOUND_SOURCE (testbound, testdata/).
