# file: ike-engine/session/child.cc
# invariant: agreement
# bug: the client's kernel does not hear of the leased address
s/\.inner_local = \*lease/.inner_local = std::nullopt/
