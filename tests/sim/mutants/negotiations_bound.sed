# file: ike-engine/api/engine.cc
# invariant: bounds, left
# bug: a client's negotiations are counted when they begin, not when they end
s/if (negotiating \&\& !sa.negotiation) --negotiations;//
s/if (found->second->negotiation) --negotiations;//
