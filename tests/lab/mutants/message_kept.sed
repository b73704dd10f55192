# file: unbound-module/query.cc
# finds: a TTL that is too long|an address without a tunnel
# bug: the answer of a name whose tunnel has come up stays in the message cache, with its own TTL, and nobody takes it out when the tunnel goes
/^lk_next Query::release_race/,/^}/s/^  if (up > 0) account_.ttl_s = cap;$/  resolver_.store(true);\n&/
