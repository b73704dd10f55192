# The Kernel port on Linux: the only place with libnl-3.
noinst_LTLIBRARIES += xfrm/libxfrm_port.la

xfrm_libxfrm_port_la_SOURCES = \
  xfrm/algorithms.cc xfrm/algorithms.h xfrm/events.cc xfrm/events.h xfrm/handles.cc xfrm/handles.h xfrm/installer.cc xfrm/installer.h \
  xfrm/kernel.cc xfrm/kernel.h \
  xfrm/message.cc xfrm/message.h xfrm/messages.cc xfrm/messages.h xfrm/netlink.cc xfrm/netlink.h \
  xfrm/ours.cc xfrm/ours.h xfrm/parse.cc xfrm/parse.h xfrm/protection.cc xfrm/protection.h \
  xfrm/sockets.cc xfrm/sockets.h xfrm/specs.h xfrm/startup.cc xfrm/state.h
