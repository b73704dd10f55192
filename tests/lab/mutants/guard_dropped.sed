# file: ike-engine/session/context.cc
# finds: plaintext at
# bug: a lost tunnel takes its policies and its guard along, though TTLs that were given out live on
/^void lose/,/^}/s/child.tunnel->keep_guard();//
