# file: ike-engine/session/responder.cc
# invariant: convergence
# bug: the places that an address's sessions had stay taken
/left(session.remote, &Crowd::sessions);/d
