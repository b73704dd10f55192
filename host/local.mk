# What the module and the daemon run on: loop, sockets, timer, control socket, configuration.
noinst_LTLIBRARIES += host/libhost.la

host_libhost_la_SOURCES = \
  host/address_pool.cc host/address_pool.h \
  host/cidr.cc host/cidr.h \
  host/common_config.h host/common_keys.h \
  host/config.cc host/config.h \
  host/config_keys.h \
  host/config_page.cc host/config_page.h \
  host/config_reader.cc host/config_reader.h \
  host/config_table.cc host/config_table.h \
  host/config_text.cc \
  host/config_values.cc host/config_values.h \
  host/control_replies.cc host/control_replies.h \
  host/control_socket.cc host/control_socket.h \
  host/daemon_config.cc host/daemon_config.h \
  host/daemon_config_table.cc host/daemon_config_table.h \
  host/daemon_config_text.cc \
  host/engine_settings.cc host/engine_settings.h \
  host/engine_thread.cc host/engine_thread.h \
  host/entry_keys.cc host/entry_keys.h \
  host/gateway_entry.cc host/gateway_entry.h \
  host/identity_text.cc host/identity_text.h \
  host/log.cc host/log.h \
  host/loop.cc host/loop.h \
  host/own_addresses.cc host/own_addresses.h \
  host/placed.h \
  host/policy_group.cc host/policy_group.h \
  host/secret_file.cc host/secret_file.h \
  host/suites.cc host/suites.h \
  host/tenant.h \
  host/text_file.cc host/text_file.h \
  host/udp.cc host/udp.h
