# file: ike-engine/session/respond_init.cc
# invariant: bounds
# bug: half-open clients are not counted
s/responder.half_open.size() < responder.max_half_open/true/
s/crowd.half_open < responder.max_half_open_per_address/true/
