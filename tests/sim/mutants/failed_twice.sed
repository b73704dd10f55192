# file: ike-engine/session/context.cc
# invariant: ended
# bug: a negotiation that failed does not end its session
/^State fail(/,/^}/s/session.over = true;//
