# file: ike-engine/session/context.cc
# invariant: ended
# bug: a lost tunnel stays in the kernel
/void lose/,/^}/s/sa.children.clear();//
