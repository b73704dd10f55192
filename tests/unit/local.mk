# One gtest program per layer, a mirror of the tree: add its X_test.cc files, which mirror the tree
# (tests/unit/ike-engine/wire/notify_test.cc, tests/unit/xfrm/messages_test.cc), to its list.
# A program's link line is its layer's. A new program: copy a block and name it in UNIT_TESTS.
UNIT_TESTS = tests/unit/base_test tests/unit/wire_test tests/unit/crypto_test tests/unit/policy_test \
  tests/unit/session_test tests/unit/engine_test tests/unit/xfrm_test tests/unit/host_test \
  tests/unit/gate_test tests/unit/control_test tests/unit/iketool_test tests/unit/support_test \
  tests/sim/hostile_test tests/sim/story_test
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
GTEST_LINK = $(GMOCK_LIBS) -lgtest_main $(GTEST_LIBS)

print-unit-tests:
	@echo $(UNIT_TESTS)
.PHONY: print-unit-tests

tests_unit_base_test_SOURCES = \
  tests/unit/ike-engine/base/address_test.cc tests/unit/ike-engine/base/base64_test.cc \
  tests/unit/ike-engine/base/bytes_test.cc \
  tests/unit/ike-engine/base/secret_test.cc tests/unit/ike-engine/base/strong_test.cc
tests_unit_base_test_LDADD = $(LINK_BASE) $(GTEST_LINK)

tests_unit_wire_test_SOURCES = tests/unit/ike-engine/captured_messages.h \
  tests/unit/ike-engine/wire/captures_test.cc tests/unit/ike-engine/wire/cert_test.cc \
  tests/unit/ike-engine/wire/delete_test.cc \
  tests/unit/ike-engine/wire/header_test.cc tests/unit/ike-engine/wire/message_test.cc \
  tests/unit/ike-engine/wire/notify_test.cc tests/unit/ike-engine/wire/payloads_test.cc \
  tests/unit/ike-engine/wire/sa_test.cc tests/unit/ike-engine/wire/ts_test.cc
tests_unit_wire_test_LDADD = tests/libsupport.la control/libcapture.la $(LINK_WIRE) $(GTEST_LINK)

tests_unit_crypto_test_SOURCES = \
  tests/unit/ike-engine/crypto/certificate_chain_test.cc \
  tests/unit/ike-engine/crypto/certificate_test.cc tests/unit/ike-engine/crypto/digest_test.cc \
  tests/unit/ike-engine/crypto/encryption_test.cc \
  tests/unit/ike-engine/crypto/ike_keys_test.cc tests/unit/ike-engine/crypto/key_exchange_test.cc \
  tests/unit/ike-engine/crypto/legacy_test.cc tests/unit/ike-engine/crypto/modes_test.cc \
  tests/unit/ike-engine/crypto/prf_test.cc tests/unit/ike-engine/crypto/private_key_test.cc \
  tests/unit/ike-engine/crypto/public_key_test.cc \
  tests/unit/ike-engine/crypto/recorded_sessions_test.cc \
  tests/unit/ike-engine/crypto/rsa_forgeries_test.cc \
  tests/unit/ike-engine/crypto/shared_secret_test.cc \
  tests/unit/ike-engine/crypto/signature_test.cc
tests_unit_crypto_test_LDADD = tests/libsupport.la $(LINK_LEGACY) $(GTEST_LINK)

tests_unit_policy_test_SOURCES = \
  tests/unit/ike-engine/policy/additional_test.cc tests/unit/ike-engine/policy/agreement_test.cc tests/unit/ike-engine/policy/choice_test.cc tests/unit/ike-engine/policy/proposals_test.cc \
  tests/unit/ike-engine/policy/suites_test.cc \
  tests/unit/ike-engine/policy/traffic_selectors_test.cc
tests_unit_policy_test_LDADD = $(LINK_POLICY) $(GTEST_LINK)

tests_unit_session_test_SOURCES = \
  tests/unit/ike-engine/session/auth_payloads_test.cc tests/unit/ike-engine/session/captures_test.cc \
  tests/unit/ike-engine/session/collision_test.cc tests/unit/ike-engine/session/cookies_test.cc \
  tests/unit/ike-engine/session/creation_payloads_test.cc tests/unit/ike-engine/session/fragments_test.cc \
  tests/unit/ike-engine/session/init_payloads_test.cc \
  tests/unit/ike-engine/session/inner_address_test.cc tests/unit/ike-engine/session/intermediate_test.cc tests/unit/ike-engine/session/jitter_test.cc tests/unit/ike-engine/session/lifetime_test.cc \
  tests/unit/ike-engine/session/bare_context.h tests/unit/ike-engine/session/leases_test.cc \
  tests/unit/ike-engine/session/nat_test.cc \
  tests/unit/ike-engine/session/proof_test.cc tests/unit/ike-engine/session/protect_test.cc \
  tests/unit/ike-engine/session/responder_test.cc tests/unit/ike-engine/session/table_test.cc \
  tests/unit/ike-engine/session/timers_test.cc tests/unit/ike-engine/session/trust_test.cc \
  tests/unit/ike-engine/session/unknown_sa_test.cc tests/unit/ike-engine/session/window_test.cc
tests_unit_session_test_LDADD = tests/libsupport.la control/libcapture.la $(LINK_SESSION) $(LINK_LEGACY) $(GTEST_LINK)

tests_unit_engine_test_SOURCES = \
  tests/sim/behind_gateway_test.cc tests/sim/certificates_test.cc tests/sim/creation_demands_test.cc tests/sim/demands_test.cc \
  tests/sim/elsewhere_test.cc tests/sim/established_test.cc tests/sim/forged_copy_test.cc tests/sim/handshake_test.cc \
  tests/sim/intermediate_demands_test.cc tests/sim/intermediate_test.cc tests/sim/pair.cc tests/sim/pair.h tests/sim/ppk_test.cc \
  tests/sim/refusals_test.cc tests/sim/responder_demands_test.cc tests/sim/responder_test.cc \
  tests/sim/rules_test.cc tests/sim/schemes_test.cc tests/sim/stranger.cc tests/sim/stranger.h tests/sim/suites_test.cc tests/sim/weather.h \
  tests/sim/census.cc tests/sim/census.h tests/sim/telling.cc tests/sim/telling.h tests/sim/town.h \
  tests/sim/weather_test.cc tests/sim/wire_watch.cc tests/sim/wire_watch.h \
  tests/sim/world.cc tests/sim/world.h \
  tests/unit/ike-engine/api/engine_test.cc
# The life of an established IKE SA.
tests_unit_engine_test_SOURCES += \
  tests/sim/answer_creation_test.cc tests/sim/both_begin_test.cc tests/sim/collisions_test.cc \
  tests/sim/come_again_test.cc tests/sim/complaints_test.cc tests/sim/creations.cc tests/sim/creations.h \
  tests/sim/credentials.cc tests/sim/credentials.h tests/sim/crossed_ike_test.cc \
  tests/sim/deletes_test.cc tests/sim/errors_test.cc tests/sim/first_child_test.cc \
  tests/sim/forgotten_test.cc tests/sim/initial_contact_test.cc tests/sim/lease_test.cc \
  tests/sim/leased_test.cc tests/sim/life_test.cc tests/sim/limits_test.cc tests/sim/moving_test.cc \
  tests/sim/narrowing_test.cc tests/sim/orders.cc tests/sim/orders.h tests/sim/pulse_test.cc \
  tests/sim/rekey_child_test.cc tests/sim/rekey_ike_test.cc tests/sim/rekeying.cc tests/sim/rekeying.h \
  tests/sim/request_child_test.cc
tests_unit_engine_test_LDADD = tests/libsupport.la $(LINK_ENGINE) $(GTEST_LINK)

tests_unit_xfrm_test_SOURCES = \
  tests/unit/xfrm/clients_test.cc tests/unit/xfrm/demands.h tests/unit/xfrm/expiry_test.cc \
  tests/unit/xfrm/fake_kernel.cc tests/unit/xfrm/fake_kernel.h tests/unit/xfrm/host_kernel_test.cc \
  tests/unit/xfrm/kernel_fixture.h tests/unit/xfrm/kernel_test.cc tests/unit/xfrm/lab_hosts.cc \
  tests/unit/xfrm/lab_hosts.h tests/unit/xfrm/messages_test.cc tests/unit/xfrm/parse_test.cc \
  tests/unit/xfrm/replacement_test.cc
tests_unit_xfrm_test_LDADD = $(LINK_XFRM) $(GTEST_LINK)

# The kernel port on a kernel with ESP; tests/lab/scenarios/xfrm_port runs it.
check_PROGRAMS += tests/unit/xfrm_lab
tests_unit_xfrm_lab_SOURCES = \
  tests/unit/xfrm/lab_cases.h tests/unit/xfrm/lab_claims.cc tests/unit/xfrm/lab_claims.h \
  tests/unit/xfrm/lab_clients.cc tests/unit/xfrm/lab_expiries.cc tests/unit/xfrm/lab_hosts.cc \
  tests/unit/xfrm/lab_hosts.h tests/unit/xfrm/lab_replacements.cc tests/unit/xfrm/lab_stream.cc \
  tests/unit/xfrm/lab_stream.h tests/unit/xfrm/xfrm_lab.cc
tests_unit_xfrm_lab_LDADD = $(LINK_XFRM)

tests_unit_host_test_SOURCES = \
  tests/unit/host/address_pool_test.cc tests/unit/host/cidr_test.cc tests/unit/host/config_test.cc \
  tests/unit/host/control_replies_test.cc tests/unit/host/control_socket_test.cc \
  tests/unit/host/daemon_config_test.cc \
  tests/unit/host/identity_text_test.cc \
  tests/unit/host/policy_group_test.cc tests/unit/host/log_test.cc tests/unit/host/loop_test.cc tests/unit/host/secret_file_test.cc \
  tests/unit/host/suites_test.cc tests/unit/host/udp_test.cc
tests_unit_host_test_LDADD = tests/libsupport.la $(LINK_HOST) $(GTEST_LINK)

tests_unit_gate_test_SOURCES = \
  tests/unit/unbound-module/address_rules_test.cc \
  tests/unit/unbound-module/budget_test.cc tests/unit/unbound-module/failed_peers_test.cc \
  tests/unit/unbound-module/gate_test.cc tests/unit/unbound-module/held_questions_test.cc \
  tests/unit/unbound-module/leases_test.cc \
  tests/unit/unbound-module/peers_test.cc tests/unit/unbound-module/peers_rollover_test.cc \
  tests/unit/unbound-module/peers_attack_test.cc tests/unit/unbound-module/peers_gateway_test.cc \
  tests/unit/unbound-module/peers_key_removed_test.cc tests/unit/unbound-module/peers_lease_test.cc \
  tests/unit/unbound-module/peers_cache_test.cc tests/unit/unbound-module/gate_cache_test.cc \
  tests/unit/unbound-module/query_cache_test.cc \
  tests/unit/unbound-module/peers_story.h \
  tests/unit/unbound-module/decisions_test.cc tests/unit/unbound-module/explain_test.cc \
  tests/unit/unbound-module/fake_services.h \
  tests/unit/unbound-module/ipseckey_test.cc \
  tests/unit/unbound-module/ipseckey_text_test.cc \
  tests/unit/unbound-module/ipseckey_vectors_test.cc \
  tests/unit/unbound-module/policy_test.cc tests/unit/unbound-module/private_names_test.cc \
  tests/unit/unbound-module/query_group_test.cc tests/unit/unbound-module/query_dns64_test.cc \
  tests/unit/unbound-module/query_story.h tests/unit/unbound-module/query_test.cc \
  tests/unit/unbound-module/query_flood_test.cc tests/unit/unbound-module/query_gateway_test.cc \
  tests/unit/unbound-module/query_promise_test.cc \
  tests/unit/unbound-module/race_test.cc \
  tests/unit/unbound-module/reverse_name_test.cc tests/unit/unbound-module/startup_test.cc \
  tests/unit/unbound-module/svcb_test.cc \
  tests/unit/unbound-module/verdict_test.cc tests/unit/unbound-module/wire_name.h
tests_unit_gate_test_LDADD = tests/libsupport.la $(LINK_GATE) $(GTEST_LINK)

tests_unit_control_test_SOURCES = \
  tests/unit/control/client_test.cc tests/unit/control/explain_text_test.cc \
  tests/unit/control/policy_explain_test.cc tests/unit/control/keygen_test.cc tests/unit/control/manual_test.cc \
  tests/unit/control/daemon/connections_test.cc tests/unit/control/daemon/daemon_test.cc \
  tests/unit/control/daemon/fake_services.h tests/unit/control/daemon/privileges_test.cc \
  tests/unit/control/daemon/reload_test.cc tests/unit/control/daemon/setup_test.cc \
  tests/unit/control/sessions_text_test.cc tests/unit/control/status_text_test.cc
tests_unit_control_test_LDADD = tests/libsupport.la control/libdaemon.la control/libcontrol.la $(LINK_IPSECKEY) $(LINK_HOST) $(GTEST_LINK)

tests_unit_iketool_test_SOURCES = \
  tests/unit/control/inspect/auth_verify_test.cc tests/unit/control/inspect/capture_files.h \
  tests/unit/control/inspect/datagrams_test.cc tests/unit/control/inspect/decode_vectors_test.cc \
  tests/unit/control/inspect/decoder_test.cc tests/unit/control/inspect/frames_test.cc \
  tests/unit/control/inspect/ipseckey_json_test.cc tests/unit/control/inspect/json_test.cc \
  tests/unit/control/inspect/kdf_test.cc tests/unit/control/inspect/keyring_test.cc \
  tests/unit/control/inspect/octets_test.cc tests/unit/control/inspect/payload_json_test.cc \
  tests/unit/control/inspect/wycheproof_test.cc tests/unit/control/iketool_test.cc \
  tests/unit/control/iketool_tcpdump_test.cc tests/unit/control/iketool_vectors_test.cc \
  tests/unit/control/run_iketool.h tests/unit/control/tcpdump_secrets.h
tests_unit_iketool_test_LDADD = tests/libsupport.la $(LINK_IKETOOL) $(GTEST_LINK)
# It runs the program, too.
EXTRA_tests_unit_iketool_test_DEPENDENCIES = control/iketool

tests_unit_support_test_SOURCES = tests/unit/support/responder_test.cc tests/unit/support/toy_kem_test.cc
tests_unit_support_test_LDADD = tests/libsupport.la $(LINK_ENGINE) $(GTEST_LINK)
