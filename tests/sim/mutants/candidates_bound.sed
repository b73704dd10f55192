# file: ike-engine/session/init_reply.cc
# invariant: bounds
# bug: every answer to IKE_SA_INIT is followed up
s/if (negotiation.replies.size() >= kMaxCandidates || /if (/
