# file: ike-engine/session/pulse.cc
# invariant: idle
# bug: packets are seen where there are none
s/if (in || out) pulse.traffic = context.now;/pulse.traffic = context.now;/
