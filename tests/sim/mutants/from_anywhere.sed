# file: ike-engine/session/ike_sa.cc
# invariant: reached
# bug: IKE_AUTH may come from an address that has heard nothing
/if (half_open) return true;/d
