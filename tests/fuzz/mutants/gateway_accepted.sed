# bug: an IPSECKEY record may divert an address to a gateway somewhere else (security rule 1)
# file: unbound-module/ipseckey.cc
# target: ipseckey_fuzz
s/return base::same(record\.gateway, address\.bytes());/return address.family() == base::Family::ipv4 || secure;/
