# file: ike-engine/session/window.cc
# invariant: window
# bug: an old request is taken for a new one
s/Arrival::repeated : Arrival::forgotten/Arrival::fresh : Arrival::fresh/
