# The Kernel port on Linux: the only place with libnl-3.
noinst_LTLIBRARIES += xfrm/libxfrm_port.la

nodist_EXTRA_xfrm_libxfrm_port_la_SOURCES = no_source_yet.cc
xfrm_libxfrm_port_la_SOURCES =
