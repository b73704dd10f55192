# file: ike-engine/session/respond_child.cc
# invariant: holder
# bug: whoever comes takes the place of the one that holds the address
s/const bool takes_over = .*;/const bool takes_over = true;/
