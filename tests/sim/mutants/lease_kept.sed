# file: ike-engine/session/responder.cc
# invariant: left, leases
# bug: a lease is not given back
/leases.give_back/d
