# file: ike-engine/session/respond_child.cc
# invariant: holder
# bug: whoever comes gets the address that another holds
s/if (other.session == sa.session->id || !other.stands_in_the_way(ours)) continue;/continue;/
