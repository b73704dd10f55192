# Sourced by tests/bench/run: names with a key, the test responder as their server.

responder=$build/tests/test_responder
protected_address=192.1.2.30
first_cold_address=100   # 192.1.2.100 and on: a new tunnel each
cold_addresses=25

prepare_responder() {
  local n
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/responder.pem" 2>/dev/null
  responder_key=$("$responder" --key "$work/responder.pem" --print-ipseckey) || return 1
  for n in ${protected_address##*.} $(seq "$first_cold_address" $((first_cold_address + cold_addresses - 1))); do
    ip -n "$server" addr add "192.1.2.$n/24" dev wire
  done
}

# Each bench has its own: one that ends takes its policies away, or they would block what another bench sends in clear.
start_responder() {
  ${preload:+env LD_PRELOAD=$preload} ip netns exec "$server" "$responder" --key "$work/responder.pem" --kernel \
    >"$work/responder.out" 2>&1 &
  responder_pid=$!
  local try
  for try in $(seq 50); do
    if in_server ss -uln 2>/dev/null | grep -q ':500 '; then return 0; fi
    sleep 0.1
  done
  progress "the test responder does not start"
  cat "$work/responder.out" >&2
  return 1
}

stop_responder() {
  [ -n "${responder_pid:-}" ] || return 0
  kill "$responder_pid" 2>/dev/null
  wait "$responder_pid" 2>/dev/null
  responder_pid=
}

# p0... share one tunnel; l0... have one each.
protected_names() {
  seq 0 99 | awk -v a="$protected_address" -v key="$1" '{ print "p" $1 " A " a "\np" $1 " IPSECKEY " key }'
  seq 0 $((cold_addresses - 1)) |
    awk -v first="$first_cold_address" -v key="$1" '{ print "l" $1 " A 192.1.2." first + $1 "\nl" $1 " IPSECKEY " key }'
}

is_up() { in_resolver dig +tries=1 +time=6 @127.0.0.1 "$1.$zone" A 2>/dev/null | grep -q 'status: NOERROR'; }

measure_protected() {
  is_up p0 || { cat "$work"/unbound-*.log "$work/responder.out" >&2; return 1; }
  queries_per_second -d "$work/protected" -n 1 >"$work/warm-up"
  queries_per_second -d "$work/protected" -l 3 -q 100
}

bench_protected() {
  seq 0 99 | sed "s/.*/p&.$zone A/" >"$work/protected"
  start_responder && compare measure_protected || return 1
  stop_responder
  result cached_qps_protected "$latchkey_value" queries/s "plain Unbound" "$plain_value"
}

# A round trip to the server takes round_trip_ms, all of it on the resolver's side, so that the server's captures show its own time.
# Nobody has to ask for the server's link address meanwhile.
delay_the_server() {
  local n mac
  delayed_by="a program in the wire"
  if kernel_has_netem; then
    delayed_by=netem
    in_resolver tc qdisc add dev wire root netem delay "${round_trip_ms}ms" || return 1
  fi
  mac=$(in_server cat /sys/class/net/wire/address)
  for n in $(seq "$first_cold_address" $((first_cold_address + cold_addresses - 1))); do
    ip -n "$resolver" neigh replace "192.1.2.$n" lladdr "$mac" dev wire nud permanent || return 1
  done
  ip -n "$server" neigh replace "$resolver_address" lladdr "$(in_resolver cat /sys/class/net/wire/address)" dev wire nud permanent
}

# What a round trip really takes: a program that delays is late itself.
measured_round_trip() {
  in_resolver ping -c 40 -i 0.05 "192.1.2.$first_cold_address" >"$work/ping" || return 1
  sed -n 's/.* time=\([0-9.]*\) ms/\1/p' "$work/ping" | median
}

# What a capture on the wire and one on lo show of each name: from the later of the answers to A and IPSECKEY until the
# client's answer, minus what the server spent on IKE, in ms.
bench_latency() {
  local n round_trip
  delay_the_server || return 1
  round_trip=$(measured_round_trip) || { progress "no answer to a ping of the server"; return 1; }
  progress "a round trip to the server takes $round_trip ms ($round_trip_ms were asked for), by $delayed_by"
  start_responder && start_unbound latchkey || return 1
  local captures=()
  in_resolver tcpdump -i any -n -s 0 -U -w "$work/resolver.pcap" 'udp and (port 53 or port 500 or port 4500)' 2>"$work/tcpdump.out" &
  captures+=($!)
  in_server tcpdump -i wire -n -s 0 -U -w "$work/server.pcap" 'udp and (port 500 or port 4500)' 2>"$work/tcpdump2.out" &
  captures+=($!)
  sleep 2
  for n in $(seq 0 $((cold_addresses - 1))); do
    is_up "l$n" || progress "l$n has no tunnel: $(grep "l$n\.$zone" "$work/unbound-latchkey.log" | tail -n 1)"
  done
  sleep 1
  kill "${captures[@]}" && wait "${captures[@]}" 2>/dev/null
  stop_unbound
  stop_responder
  if [ "$delayed_by" = netem ]; then in_resolver tc qdisc del dev wire root; fi
  python3 "$here/latency.py" "$work/resolver.pcap" "$work/server.pcap" "$zone" "192.1.2.$first_cold_address" >"$work/latency.values" || return 1
  result added_latency "$(median <"$work/latency.values")" ms "2 RTT of $round_trip ms, by $delayed_by" \
    "$(awk -v rtt="$round_trip" 'BEGIN { print 2 * rtt }')"
}
