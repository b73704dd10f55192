# file: ike-engine/session/children.cc
# invariant: sending
# bug: a child that waited for the old one to go never sends
s/if (!start_sending(sa)) lose/if (false \&\& !start_sending(sa)) lose/
