# file: ike-engine/session/respond_init.cc
# invariant: agreement
# bug: the server forgets that ESP goes in UDP
s/sa.encapsulated = understands_nat \&\&/sa.encapsulated = false \&\&/
