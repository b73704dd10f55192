# file: ike-engine/session/respond_init.cc
# invariant: convergence
# bug: half-open clients of an address stay counted
/responder.left(.*Crowd::half_open);/d
