# file: ike-engine/session/responder.cc
# invariant: leases
# bug: addresses are leased of the pool that there was
/leases.configure(config.pools);/d
