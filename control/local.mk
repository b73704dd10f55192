# The operator's commands: a thin main over a library that the tests link too.
noinst_LTLIBRARIES += control/libcontrol.la
control_libcontrol_la_SOURCES = \
  control/client.cc control/client.h \
  control/explain_text.cc control/explain_text.h \
  control/json_fields.cc control/json_fields.h \
  control/keygen.cc control/keygen.h \
  control/policy_explain.cc control/policy_explain.h \
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
  control/daemon/refused_clients.cc control/daemon/refused_clients.h \
  control/daemon/summary.cc control/daemon/summary.h \
  control/daemon/words.cc control/daemon/words.h

bin_PROGRAMS += control/latchkeyctl
control_latchkeyctl_SOURCES = control/complaint.h control/latchkeyctl.cc
control_latchkeyctl_LDADD = control/libcontrol.la $(LINK_IPSECKEY) $(LINK_HOST)

sbin_PROGRAMS += control/latchkeyd
control_latchkeyd_SOURCES = control/latchkeyd.cc
control_latchkeyd_LDADD = control/libdaemon.la control/libcontrol.la $(LINK_IPSECKEY) $(LINK_HOST)

# iketool: see inside IKE. No network, no root. libcapture: what a capture holds, down to IKE messages.
noinst_LTLIBRARIES += control/libcapture.la control/libiketool.la
control_libcapture_la_SOURCES = \
  control/inspect/datagrams.cc control/inspect/datagrams.h \
  control/inspect/formats.h \
  control/inspect/frames.cc control/inspect/frames.h \
  control/inspect/ip.cc control/inspect/ip.h \
  control/inspect/ip_fragments.cc control/inspect/ip_fragments.h \
  control/inspect/pcap.cc control/inspect/pcapng.cc control/inspect/snoop.cc

control_libiketool_la_SOURCES = \
  control/inspect/algorithms.cc control/inspect/algorithms.h \
  control/inspect/answer.h \
  control/inspect/auth_verify.cc control/inspect/auth_verify.h \
  control/inspect/decode.cc control/inspect/decode.h \
  control/inspect/decoder.cc control/inspect/decoder.h \
  control/inspect/ipseckey_json.cc control/inspect/ipseckey_json.h \
  control/inspect/json.cc control/inspect/json.h \
  control/inspect/kdf.cc control/inspect/kdf.h \
  control/inspect/kdf_vector.cc control/inspect/kdf_vector.h \
  control/inspect/keyring.cc control/inspect/keyring.h \
  control/inspect/names.cc control/inspect/names.h \
  control/inspect/octets.cc control/inspect/octets.h \
  control/inspect/payload_json.cc control/inspect/payload_json.h \
  control/inspect/response_file.cc \
  control/inspect/sa_opener.cc control/inspect/sa_opener.h \
  control/inspect/wireshark_table.cc \
  control/inspect/wycheproof.cc control/inspect/wycheproof.h \
  control/inspect/wycheproof_exchange.cc control/inspect/wycheproof_group.h \
  control/inspect/wycheproof_signature.cc control/inspect/wycheproof_symmetric.cc
LINK_IKETOOL = control/libiketool.la control/libcapture.la $(LINK_IPSECKEY) ike-engine/libike_legacy.la $(LINK_ENGINE)

bin_PROGRAMS += control/iketool
control_iketool_SOURCES = control/iketool.cc
control_iketool_LDADD = $(LINK_IKETOOL)

# latchkey.yaml(5) is printed by `latchkeyctl config manual`, latchkeyd.yaml(5) by `latchkeyd --config-manual`; tests compare.
dist_man_MANS = docs/iketool.1 docs/latchkeyctl.8 docs/latchkey.yaml.5 docs/latchkeyd.8 docs/latchkeyd.yaml.5
