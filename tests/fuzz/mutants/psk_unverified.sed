# bug: any shared secret does
# file: ike-engine/session/trust.cc
# target: responder_fuzz
/"another shared secret"/d
