# file: ike-engine/session/init_reply.cc
# invariant: bounds
# bug: every COOKIE is obeyed
s/kMaxCookies/1000000/
