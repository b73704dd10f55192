# The operator's commands: a thin main over a library that the tests link too.
noinst_LTLIBRARIES += control/libcontrol.la
control_libcontrol_la_SOURCES = \
  control/client.cc control/client.h \
  control/json_fields.cc control/json_fields.h \
  control/keygen.cc control/keygen.h \
  control/sessions_text.cc control/sessions_text.h \
  control/status_text.cc control/status_text.h

# latchkeyd, but for its main.
noinst_LTLIBRARIES += control/libdaemon.la
control_libdaemon_la_SOURCES = \
  control/daemon/connections.cc control/daemon/connections.h \
  control/daemon/daemon.cc control/daemon/daemon.h \
  control/daemon/daemon_status.cc control/daemon/daemon_status.h \
  control/daemon/privileges.cc control/daemon/privileges.h \
  control/daemon/reload.cc control/daemon/reload.h \
  control/daemon/setup.cc control/daemon/setup.h \
  control/daemon/summary.cc control/daemon/summary.h \
  control/daemon/words.cc control/daemon/words.h

bin_PROGRAMS += control/latchkeyctl
control_latchkeyctl_SOURCES = control/latchkeyctl.cc
control_latchkeyctl_LDADD = control/libcontrol.la $(LINK_IPSECKEY) $(LINK_HOST)

sbin_PROGRAMS += control/latchkeyd
control_latchkeyd_SOURCES = control/latchkeyd.cc
control_latchkeyd_LDADD = control/libdaemon.la control/libcontrol.la $(LINK_IPSECKEY) $(LINK_HOST)

# latchkey.yaml(5) is printed by `latchkeyctl config manual`, latchkeyd.yaml(5) by `latchkeyd --config-manual`; tests compare.
dist_man_MANS = docs/latchkeyctl.8 docs/latchkey.yaml.5 docs/latchkeyd.8 docs/latchkeyd.yaml.5
