# bug: any AUTH_NULL is right
# file: ike-engine/session/trust.cc
# target: responder_fuzz
/"a wrong AUTH_NULL"/d
