# file: ike-engine/session/children.cc
# invariant: age
# bug: a child is never rekeyed and never ends by its time
/^void begin_child_life/,/^}/s/child.rekey_at = .*;/child.rekey_at = base::kNever;/
/^void begin_child_life/,/^}/s/child.ends_at = .*;/child.ends_at = base::kNever;/
