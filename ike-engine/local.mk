# The engine: one convenience library per layer. Add a file where its layer is, in order,
# headers too; nothing is globbed. Who may include whom: tests/structure_test.
noinst_LTLIBRARIES += \
  ike-engine/libike_base.la ike-engine/libike_wire.la ike-engine/libike_crypto.la \
  ike-engine/libike_policy.la ike-engine/libike_session.la ike-engine/libike_api.la \
  ike-engine/libike_legacy.la

# (A line like this keeps the linker C++ while a list is empty.)
ike_engine_libike_base_la_SOURCES = \
  ike-engine/base/address.cc ike-engine/base/address.h ike-engine/base/base64.cc \
  ike-engine/base/base64.h ike-engine/base/bytes.cc \
  ike-engine/base/bytes.h ike-engine/base/iana.h ike-engine/base/ids.h ike-engine/base/result.cc \
  ike-engine/base/result.h ike-engine/base/secret.cc ike-engine/base/secret.h \
  ike-engine/base/strong.h ike-engine/base/time.h ike-engine/api/credentials.cc \
  ike-engine/api/credentials.h ike-engine/api/names.cc ike-engine/api/names.h \
  ike-engine/api/types.cc

ike_engine_libike_wire_la_SOURCES = \
  ike-engine/wire/auth.cc ike-engine/wire/auth.h ike-engine/wire/cert.cc \
  ike-engine/wire/cert.h ike-engine/wire/cp.cc ike-engine/wire/cp.h \
  ike-engine/wire/delete.cc ike-engine/wire/delete.h ike-engine/wire/header.cc \
  ike-engine/wire/header.h ike-engine/wire/id.cc ike-engine/wire/id.h ike-engine/wire/ke.cc \
  ike-engine/wire/ke.h ike-engine/wire/message.cc ike-engine/wire/message.h \
  ike-engine/wire/nonce.cc ike-engine/wire/nonce.h ike-engine/wire/notify.cc \
  ike-engine/wire/notify.h ike-engine/wire/sa.cc ike-engine/wire/sa.h ike-engine/wire/sk.cc \
  ike-engine/wire/sk.h ike-engine/wire/ts.cc ike-engine/wire/ts.h

ike_engine_libike_crypto_la_SOURCES = \
  ike-engine/crypto/certificate.cc ike-engine/crypto/certificate.h \
  ike-engine/crypto/certificate_chain.cc ike-engine/crypto/certificate_identity.cc \
  ike-engine/crypto/digest.cc ike-engine/crypto/digest.h ike-engine/crypto/ecp.cc \
  ike-engine/crypto/ed25519_point.cc ike-engine/crypto/encryption.cc \
  ike-engine/crypto/encryption.h ike-engine/crypto/groups.cc ike-engine/crypto/groups.h \
  ike-engine/crypto/hmac.cc ike-engine/crypto/hmac.h ike-engine/crypto/ike_keys.cc \
  ike-engine/crypto/ike_keys.h ike-engine/crypto/key_exchange.cc ike-engine/crypto/key_exchange.h \
  ike-engine/crypto/kem.h ike-engine/crypto/keys.h ike-engine/crypto/modes.cc ike-engine/crypto/modes.h \
  ike-engine/crypto/modp.cc ike-engine/crypto/openssl.cc ike-engine/crypto/openssl.h \
  ike-engine/crypto/pem.cc ike-engine/crypto/pem.h ike-engine/crypto/prf.cc \
  ike-engine/crypto/prf.h ike-engine/crypto/private_key.cc ike-engine/crypto/pss.h \
  ike-engine/crypto/public_key.cc ike-engine/crypto/public_key.h \
  ike-engine/crypto/public_key_forms.cc ike-engine/crypto/random.cc ike-engine/crypto/random.h \
  ike-engine/crypto/schemes.cc ike-engine/crypto/schemes.h ike-engine/crypto/shared_secret.cc \
  ike-engine/crypto/shared_secret.h ike-engine/crypto/signature.cc ike-engine/crypto/signature.h \
  ike-engine/crypto/signing.cc ike-engine/crypto/transforms.cc ike-engine/crypto/transforms.h \
  ike-engine/crypto/montgomery.cc ike-engine/crypto/x509.h

# What security rule 7 keeps out of the engine. For iketool and tests alone.
ike_engine_libike_legacy_la_SOURCES = \
  ike-engine/crypto/legacy.cc ike-engine/crypto/legacy.h ike-engine/crypto/legacy_aead.cc ike-engine/crypto/legacy_aead.h \
  ike-engine/crypto/legacy_signature.cc ike-engine/crypto/legacy_signature.h

ike_engine_libike_policy_la_SOURCES = \
  ike-engine/policy/additional.cc ike-engine/policy/additional.h \
  ike-engine/policy/alternatives.cc ike-engine/policy/alternatives.h \
  ike-engine/policy/choice.cc ike-engine/policy/choice.h ike-engine/policy/proposals.cc ike-engine/policy/proposals.h \
  ike-engine/policy/suites.cc ike-engine/policy/suites.h \
  ike-engine/policy/traffic_selectors.cc ike-engine/policy/traffic_selectors.h \
  ike-engine/policy/transforms.cc ike-engine/policy/transforms.h

ike_engine_libike_session_la_SOURCES = \
  ike-engine/session/answer_creation.cc ike-engine/session/answer_creation.h \
  ike-engine/session/auth.cc ike-engine/session/auth.h ike-engine/session/auth_payloads.cc \
  ike-engine/session/auth_payloads.h ike-engine/session/auth_reply.cc ike-engine/session/child.cc \
  ike-engine/session/child.h ike-engine/session/child_sa.cc ike-engine/session/child_sa.h \
  ike-engine/session/children.cc ike-engine/session/children.h \
  ike-engine/session/collision.cc ike-engine/session/collision.h \
  ike-engine/session/complaints.cc ike-engine/session/complaints.h \
  ike-engine/session/context.cc ike-engine/session/context.h ike-engine/session/cookies.cc \
  ike-engine/session/cookies.h ike-engine/session/create_child.cc \
  ike-engine/session/create_child.h ike-engine/session/creation_payloads.cc \
  ike-engine/session/creation_payloads.h ike-engine/session/established.cc \
  ike-engine/session/established.h ike-engine/session/exchange.cc ike-engine/session/exchange.h \
  ike-engine/session/fragments.cc ike-engine/session/fragments.h ike-engine/session/half_open.cc \
  ike-engine/session/half_open.h ike-engine/session/heir.cc ike-engine/session/heir.h ike-engine/session/ike_sa.cc \
  ike-engine/session/ike_sa.h ike-engine/session/informational.cc \
  ike-engine/session/informational.h ike-engine/session/init.cc ike-engine/session/init.h \
  ike-engine/session/init_payloads.cc ike-engine/session/init_payloads.h \
  ike-engine/session/init_reply.cc ike-engine/session/init_reply.h \
  ike-engine/session/inner_address.cc ike-engine/session/inner_address.h \
  ike-engine/session/key_agreement.cc ike-engine/session/key_agreement.h \
  ike-engine/session/intermediate.cc ike-engine/session/intermediate.h \
  ike-engine/session/jitter.cc ike-engine/session/jitter.h ike-engine/session/leases.cc \
  ike-engine/session/leases.h ike-engine/session/lifetime.cc \
  ike-engine/session/lifetime.h ike-engine/session/nat.cc ike-engine/session/nat.h \
  ike-engine/session/opening.cc ike-engine/session/opening.h ike-engine/session/ppk.cc ike-engine/session/ppk.h ike-engine/session/proof.cc \
  ike-engine/session/proof.h ike-engine/session/protect.cc ike-engine/session/protect.h \
  ike-engine/session/pulse.cc ike-engine/session/pulse.h \
  ike-engine/session/receive.cc ike-engine/session/receive.h ike-engine/session/refused.cc ike-engine/session/refused.h ike-engine/session/rekey_ike.cc \
  ike-engine/session/rekey_ike.h ike-engine/session/reply.h \
  ike-engine/session/request_child.cc ike-engine/session/request_child.h \
  ike-engine/session/request_intermediate.cc ike-engine/session/request_intermediate.h \
  ike-engine/session/respond_auth.cc ike-engine/session/respond_auth.h \
  ike-engine/session/respond_child.cc ike-engine/session/respond_child.h \
  ike-engine/session/respond_init.cc ike-engine/session/respond_init.h \
  ike-engine/session/respond_intermediate.cc ike-engine/session/respond_intermediate.h \
  ike-engine/session/responder.cc ike-engine/session/responder.h ike-engine/session/sa_keys.cc \
  ike-engine/session/sa_keys.h ike-engine/session/table.cc ike-engine/session/table.h \
  ike-engine/session/timers.cc ike-engine/session/timers.h ike-engine/session/trust.cc \
  ike-engine/session/trust.h ike-engine/session/unknown_sa.cc \
  ike-engine/session/unknown_sa.h ike-engine/session/window.cc ike-engine/session/window.h

ike_engine_libike_api_la_SOURCES = \
  ike-engine/api/engine.cc ike-engine/api/engine.h ike-engine/api/ports.h ike-engine/api/types.h
