# file: ike-engine/session/responder.cc
# invariant: bounds
# bug: the sessions of an address are not counted
/entered(session.remote, &Crowd::sessions);/d
