# What the module and the daemon run on: loop, sockets, timer, control socket, configuration.
noinst_LTLIBRARIES += host/libhost.la

nodist_EXTRA_host_libhost_la_SOURCES = no_source_yet.cc
host_libhost_la_SOURCES =
