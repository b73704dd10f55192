# file: ike-engine/session/auth.cc
# invariant: convergence
# bug: an initiator's AUTH leaves out what IKE_INTERMEDIATE held
s/candidate.intermediate.covered()/{}/
