# file: ike-engine/session/informational.cc
# invariant: timers
# bug: what lingers after its DELETE never goes
/^State linger(/,/^}/s/sa.ends_at = .*;/sa.ends_at = base::kNever;/
