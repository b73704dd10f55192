# libgate: the C++ part of the module, without Unbound. latchkey.so: the shim and all the rest.
# libipseckey: the record's two forms, names, and what is decided about them; for libgate and for control/.
noinst_LTLIBRARIES += unbound-module/libgate.la unbound-module/libipseckey.la

unbound_module_libipseckey_la_SOURCES = \
  unbound-module/address_rules.cc unbound-module/address_rules.h \
  unbound-module/ipseckey_record.cc unbound-module/ipseckey_record.h \
  unbound-module/ipseckey_text.cc unbound-module/ipseckey_text.h \
  unbound-module/name_wire.cc unbound-module/name_wire.h \
  unbound-module/names.cc unbound-module/names.h \
  unbound-module/policy.cc unbound-module/policy.h \
  unbound-module/reverse_name.cc unbound-module/reverse_name.h \
  unbound-module/verdict.cc unbound-module/verdict.h \
  unbound-module/zone_tokens.cc unbound-module/zone_tokens.h

# A question's story, with what it needs of its resolver and worker; then the engine thread's side of the gate.
unbound_module_libgate_la_SOURCES = \
  unbound-module/decision.h \
  unbound-module/decisions.cc unbound-module/decisions.h \
  unbound-module/explain.cc unbound-module/explain.h \
  unbound-module/extended_errors.h \
  unbound-module/host.cc unbound-module/host.h \
  unbound-module/ipseckey.cc unbound-module/ipseckey.h \
  unbound-module/private_names.cc unbound-module/private_names.h \
  unbound-module/query.cc unbound-module/query.h \
  unbound-module/query_account.cc unbound-module/query_cache.cc unbound-module/query_doors.cc \
  unbound-module/query_gateways.cc unbound-module/query_group.cc unbound-module/query_place.cc \
  unbound-module/race.cc unbound-module/race.h \
  unbound-module/startup.cc unbound-module/startup.h \
  unbound-module/svcb.cc unbound-module/svcb.h \
  unbound-module/shim.h \
  unbound-module/bound.h unbound-module/budget.cc unbound-module/budget.h \
  unbound-module/failed_peers.cc unbound-module/failed_peers.h \
  unbound-module/gate.cc unbound-module/gate.h \
  unbound-module/held_questions.cc unbound-module/held_questions.h \
  unbound-module/key_set.cc unbound-module/key_set.h \
  unbound-module/leases.cc unbound-module/leases.h \
  unbound-module/peers.cc unbound-module/peers.h \
  unbound-module/peers_tunnel.cc unbound-module/peers_view.cc \
  unbound-module/production_gate.cc \
  unbound-module/refusals.cc unbound-module/refusals.h \
  unbound-module/status.cc unbound-module/status.h \
  unbound-module/tunnel_json.cc unbound-module/tunnel_json.h \
  unbound-module/want.h

if UNBOUND
# The shim is C and alone includes Unbound's headers ("config.h" there is Unbound's, ours is
# "latchkey-config.h": build-ids, API drift).
SHIM_SOURCES = unbound-module/shim.c unbound-module/shim_answer.c unbound-module/shim_cache.c \
  unbound-module/shim_front.c unbound-module/shim_unbound.h
pkgmodulelib_LTLIBRARIES += unbound-module/latchkey.la
unbound_module_latchkey_la_SOURCES = $(SHIM_SOURCES) unbound-module/module.cc \
  unbound-module/open_gate.cc unbound-module/open_gate.h
unbound_module_latchkey_la_CPPFLAGS = $(AM_CPPFLAGS) $(UNBOUND_CPPFLAGS)
# Only the six entry points are visible; the object stays mapped after dlclose (a reload keeps
# the engine's thread). Each library once: libtool takes all of each into the object.
unbound_module_latchkey_la_LDFLAGS = $(AM_LDFLAGS) $(MODULE_LINK_OPTIONS)
unbound_module_latchkey_la_LIBADD = $(MODULE_LIBS)
endif

MODULE_LINK_OPTIONS = -module -avoid-version -shared -Wl,-z,nodelete -Wl,-Bsymbolic \
  -Wl,--version-script=$(top_srcdir)/unbound-module/exports.map
EXTRA_DIST += unbound-module/exports.map
MODULE_LIBS = unbound-module/libgate.la unbound-module/libipseckey.la host/libhost.la xfrm/libxfrm_port.la \
  ike-engine/libike_api.la ike-engine/libike_session.la ike-engine/libike_policy.la \
  ike-engine/libike_crypto.la ike-engine/libike_wire.la ike-engine/libike_base.la \
  $(LDNS_LIBS) $(LIBEVENT_LIBS) $(YAML_CPP_LIBS) $(LIBNL_XFRM_LIBS) $(LIBNL_LIBS) $(OPENSSL_LIBS) $(FMT_LIBS)
