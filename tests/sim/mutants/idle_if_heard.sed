# file: ike-engine/session/pulse.cc
# invariant: idle
# bug: packets that only go out are none
s/if (in || out) pulse.traffic = context.now;/if (in) pulse.traffic = context.now;/
