# file: ike-engine/session/auth.cc
# invariant: agreement
# bug: an initiator's AUTH leaves out what IKE_INTERMEDIATE held
s/candidate.intermediate.covered()/{}/
