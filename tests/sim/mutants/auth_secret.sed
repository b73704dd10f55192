# file: ike-engine/session/trust.cc
# invariant: authentication
# bug: any shared secret does
/"another shared secret"/d
