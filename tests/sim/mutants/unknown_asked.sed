# file: ike-engine/session/unknown_sa.cc
# invariant: wire
# bug: who is unknown is told so by a request, which it may answer in turn
/^wire::Header answer_header/,/^}/s/header.response = true;/header.response = false;/
