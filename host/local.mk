# What the module and the daemon run on: loop, sockets, timer, control socket, configuration.
noinst_LTLIBRARIES += host/libhost.la

host_libhost_la_SOURCES = \
  host/cidr.cc host/cidr.h \
  host/config.cc host/config.h \
  host/config_table.cc host/config_table.h \
  host/config_text.cc \
  host/config_values.cc host/config_values.h \
  host/log.cc host/log.h \
  host/suites.cc host/suites.h \
  host/tenant.h
