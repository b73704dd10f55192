# file: ike-engine/session/responder.cc
# invariant: authentication
# bug: who was once let in is let in whatever the configuration says now
/^void Responder::take_over/,/^}/s/known = std::move(old.known);/known = std::move(old.known); peers = std::move(old.peers);/
