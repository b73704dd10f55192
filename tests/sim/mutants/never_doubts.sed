# file: ike-engine/session/pulse.cc
# invariant: liveness
# bug: a peer that answers nothing is never asked whether it lives
s/^  check_liveness(sa, context);//
