# file: ike-engine/session/lifetime.cc
# invariant: agreement
# bug: an IKE SA has no end, nor a peer that is gone
s/sa.ends_at = context.now + .*;/sa.ends_at = base::kNever;/
