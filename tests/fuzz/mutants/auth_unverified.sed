# bug: an AUTH that no key of the set verifies is taken as if the first key had
# file: ike-engine/session/auth_reply.cc
# target: datagram_fuzz
/if (!key) return refused/d
s/auth\.key = \*key;/auth.key = key ? *key : \&sa.session->keys.front();/
