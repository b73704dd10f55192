# bug: an address that was leased for a child that is then refused is never given back
# file: ike-engine/session/respond_child.cc
# target: responder_fuzz
/leases\.give_back(inner->address)/d
