# The operator's commands: a thin main over a library that the tests link too.
noinst_LTLIBRARIES += control/libcontrol.la
control_libcontrol_la_SOURCES = \
  control/client.cc control/client.h \
  control/keygen.cc control/keygen.h \
  control/status_text.cc control/status_text.h

bin_PROGRAMS += control/latchkeyctl
control_latchkeyctl_SOURCES = control/latchkeyctl.cc
control_latchkeyctl_LDADD = control/libcontrol.la $(LINK_IPSECKEY) $(LINK_HOST)

# latchkey.yaml(5) is printed by `latchkeyctl config manual`; a test compares.
dist_man_MANS = docs/latchkeyctl.8 docs/latchkey.yaml.5
