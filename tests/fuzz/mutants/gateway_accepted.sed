# bug: an IPSECKEY record may divert an address to a gateway somewhere else (security rule 1)
# file: unbound-module/ipseckey.cc
# target: ipseckey_fuzz
s/return host::may_stand_before(word\.configured, \*gateway, address) ||/return !word.reverse ||/
