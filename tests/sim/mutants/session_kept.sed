# file: ike-engine/api/engine.cc
# invariant: ended
# bug: a session that is over stays in the table
/^  sessions.erase(session.id);/d
