# file: ike-engine/session/child_sa.cc
# invariant: keys
# bug: one key serves both directions
s/\.key_out = std::move(out)/.key_out = in.clone()/
s/\.key_in = std::move(in),/.key_in = in.clone(),/
