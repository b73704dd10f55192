# file: ike-engine/session/half_open.cc
# invariant: timers, left
# bug: half-open clients do not expire
s/if (next_deadline() > now) return nullptr;/return nullptr;/
