# file: ike-engine/session/init.cc
# invariant: iv
# bug: candidates with the same keys begin with the same IV
/protection.take_lane/d
