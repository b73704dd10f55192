# file: ike-engine/session/receive.cc
# invariant: path
# bug: a client is never followed where its NAT moves it
/^void follow/,/^}/s/^  sa.path = path;//
