# file: ike-engine/session/respond_auth.cc
# invariant: bounds
# bug: whether an address may have one more session is asked when a client begins, not when it comes in
s/return context.may_admit && responder.crowd(.*;/return context.may_admit;/
