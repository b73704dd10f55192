# file: ike-engine/session/child_sa.cc
# invariant: keys, agreement
# bug: the one who asked takes the two keys the other way round
s/auto& out = terms.we_asked ? keys->initiator_to_responder/auto\& out = terms.we_asked ? keys->responder_to_initiator/
s/auto& in = terms.we_asked ? keys->responder_to_initiator/auto\& in = terms.we_asked ? keys->initiator_to_responder/
