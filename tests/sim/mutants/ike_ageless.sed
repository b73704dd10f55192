# file: ike-engine/session/lifetime.cc
# invariant: age
# bug: an IKE SA is never rekeyed and never ends by its time
/^void begin_ike_life/,/^}/s/sa.renew_at = .*;/sa.renew_at = base::kNever;/
/^void begin_ike_life/,/^}/s/sa.ends_at = .*;/sa.ends_at = base::kNever;/
