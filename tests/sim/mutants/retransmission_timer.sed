# file: ike-engine/session/window.cc
# invariant: timers
# bug: after a retransmission no time is set for the next
/void PendingRequest::sent_again/,/^}/s/next_ = .*;/next_ = base::kNever;/
