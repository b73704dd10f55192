# bug: an address that was leased for a child that is then refused is never given back
# file: ike-engine/session/respond_child.cc
# target: responder_fuzz
s/if (grant\.inner\.taken) context\.responder->leases\.give_back(grant\.inner\.address);/(void)context, (void)grant;/
