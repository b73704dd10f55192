# file: ike-engine/session/respond_auth.cc
# invariant: authentication
# bug: a PPK is demanded of nobody
s/if (responder.ppk_required) return/if (false) return/
