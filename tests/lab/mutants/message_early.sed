# file: unbound-module/query.cc
# finds: an address without a tunnel|a TTL that is too long
# bug: the answer is in the message cache while its tunnel is negotiated for, and stays there when that fails
/^lk_next Query::start_race/,/^}/s/resolver_.store(false);/resolver_.store(true);/
