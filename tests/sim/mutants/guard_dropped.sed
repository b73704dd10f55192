# file: ike-engine/session/context.cc
# invariant: guard
# bug: a lost tunnel takes its guard along
/^void lose/,/^}/s/child.tunnel->keep_guard();//
