# file: ike-engine/session/protect.cc
# invariant: iv
# bug: every message of an IKE SA has the same IV
s/next_iv_++)/next_iv_)/
