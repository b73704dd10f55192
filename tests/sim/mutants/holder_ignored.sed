# file: ike-engine/session/respond_child.cc
# invariant: holder
# bug: whoever comes gets the address that another holds
s/if (holder == context.responder->holders.end()) return std::nullopt;/return std::nullopt;/
