# bug: fragments are numbered from 0 where RFC 7383 numbers them from 1, so the last is written behind the end
# file: ike-engine/session/fragments.cc
# target: datagram_fuzz
s/parts_\[fragment\.fragment - 1u\] = /parts_[fragment.fragment] = /
