# Sourced by tests/bench/run, tests/soak/run and tests/tsan/run: a namespace for the resolver, with a wire each to the server's and the
# authority's (the server's guard blocks whatever else its host would send to the resolver).

resolver=lkbench-resolver-$$
server=lkbench-server-$$
resolver_address=192.1.2.10
authority=lkbench-authority-$$
line=lkbench-line-$$     # stands in the wire where the kernel has no netem
authority_address=192.1.3.20
zone=bench.example
names=${NAMES:-20000}
pids=()

in_resolver() { ip netns exec "$resolver" "$@"; }
in_authority() { ip netns exec "$authority" "$@"; }
in_server() { ip netns exec "$server" "$@"; }

make_world() {
  local space
  for space in "$resolver" "$server" "$authority"; do
    ip netns add "$space" && ip -n "$space" link set lo up || return 1
  done
  if [ -n "${round_trip_ms:-}" ] && ! kernel_has_netem; then
    make_line || return 1
  else
    ip -n "$resolver" link add wire type veth peer name wire netns "$server"
  fi
  ip -n "$resolver" link add names type veth peer name wire netns "$authority"
  ip -n "$resolver" addr add "$resolver_address/24" dev wire
  ip -n "$resolver" addr add 192.1.3.10/24 dev names
  ip -n "$authority" addr add "$authority_address/24" dev wire
  for space in "$resolver" "$server" "$authority"; do ip -n "$space" link set wire up; done
  ip -n "$resolver" link set names up
}

kernel_has_netem() { in_resolver tc qdisc add dev lo root netem delay 1ms 2>/dev/null && in_resolver tc qdisc del dev lo root; }

# The wire to the server as two, with a program between them that keeps each frame for half a round trip.
make_line() {
  ip netns add "$line" && ip netns exec "$line" sysctl -qw net.ipv6.conf.default.disable_ipv6=1 || return 1
  ip -n "$resolver" link add wire type veth peer name near netns "$line"
  ip -n "$server" link add wire type veth peer name far netns "$line"
  ip -n "$line" link set dev near up && ip -n "$line" link set dev far up || return 1
  ip netns exec "$line" "$build/tests/bench/delay_line" near far "$((round_trip_ms / 2))" &
  pids+=($!)
}

# Whether SAs can be added here; tried in the resolver's namespace, which goes with the run.
kernel_has_esp() {
  in_resolver ip xfrm state add src 192.1.2.1 dst 192.1.2.2 proto esp spi 0x999 reqid 9 mode tunnel \
    aead 'rfc4106(gcm(aes))' 0x00112233445566778899aabbccddeeff00112233 128 2>/dev/null &&
    in_resolver ip xfrm state delete src 192.1.2.1 dst 192.1.2.2 proto esp spi 0x999
}

# An RSA key nobody has the private half of, as the rdata of an IPSECKEY record without gateway (RFC 3110).
rsa_key_rdata() {
  local modulus
  modulus=$(openssl genrsa 2048 2>/dev/null | openssl rsa -noout -modulus 2>/dev/null | sed 's/Modulus=//') || return 1
  printf '10 0 2 . %s\n' "$(echo "03010001$modulus" | basenc --base16 -d | base64 -w0)"
}

end_world() {
  stop_unbound
  # One that is stopped (tests/soak/run) takes SIGTERM when it goes on.
  if [ -n "${responder_pid:-}" ]; then kill "$responder_pid" && kill -CONT "$responder_pid"; fi 2>/dev/null
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
  wait 2>/dev/null
  for pid in "$resolver" "$server" "$authority" "$line"; do ip netns del "$pid" 2>/dev/null; done
  rm -rf "$work"
}

# n0... have no key.
make_zone() {
  {
    echo "\$ORIGIN $zone."
    echo "\$TTL 3600"
    echo "@ SOA ns hostmaster 1 3600 600 86400 60"
    echo "@ NS ns"
    echo "ns A $authority_address"
    seq 0 $((names - 1)) | sed 's/.*/n& A 198.18.0.1/'
  } >"$work/zone"
}

start_authority() {
  cat >"$work/nsd.conf" <<END
server:
  ip-address: $authority_address
  server-count: 1
  username: ""
  chroot: ""
  database: ""
  zonesdir: "$work"
  pidfile: "$work/nsd.pid"
  logfile: "$work/nsd.log"
  xfrdfile: "$work/xfrd.state"
  zonelistfile: "$work/zone.list"
  rrl-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: $zone
  zonefile: zone
END
  in_authority nsd -d -c "$work/nsd.conf" >"$work/nsd.out" 2>&1 &
  pids+=($!)
  wait_for_answer "$authority_address" "n0.$zone" in_authority
}

wait_for_answer() { # server, name, where
  local try
  for try in $(seq 50); do
    if "$3" dig +short +tries=1 +time=1 "@$1" "$2" A 2>/dev/null | grep -q .; then return 0; fi
    sleep 0.1
  done
  echo "bench: nobody answers at $1" >&2
  cat "$work"/*.log "$work"/*.out >&2
  return 1
}

# start_unbound plain|latchkey [further lines of the section server:]
start_unbound() {
  local modules="validator iterator" dynlib=
  if [ "$1" = latchkey ]; then
    modules="dynlib validator iterator"
    dynlib=$(printf 'dynlib:\n  dynlib-file: "%s"' "$module")
  fi
  cat >"$work/unbound.conf" <<END
server:
  directory: ""
  chroot: ""
  username: ""
  pidfile: "$work/unbound.pid"
  use-syslog: no
  do-daemonize: no
  verbosity: 1
  num-threads: ${threads:-1}
  interface: 127.0.0.1
  msg-cache-size: 64m
  rrset-cache-size: 64m
  module-config: "$modules"
  discard-timeout: 4800
  wait-limit: 0
  ede: yes
  num-queries-per-thread: 4096
  outgoing-range: 8192
  so-rcvbuf: 0
${2:-}
remote-control:
  control-enable: no
stub-zone:
  name: $zone
  stub-addr: $authority_address
$dynlib
END
  LATCHKEY_CONFIG=$work/latchkey.yaml LATCHKEY_SOCKET=$work/control.sock ${preload:+env LD_PRELOAD=$preload} \
    ip netns exec "$resolver" "$unbound/sbin/unbound" -d -c "$work/unbound.conf" >"$work/unbound-$1.log" 2>&1 &
  unbound_pid=$!
  wait_for_answer 127.0.0.1 "ns.$zone" in_resolver
}

stop_unbound() {
  [ -n "${unbound_pid:-}" ] || return 0
  kill "$unbound_pid" 2>/dev/null
  wait "$unbound_pid" 2>/dev/null
  unbound_pid=
}

# Queries per second that dnsperf reaches with the rest of the arguments.
queries_per_second() {
  in_resolver dnsperf -s 127.0.0.1 -m udp "$@" 2>/dev/null | awk '/Queries per second/ { print $4 }'
}

median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
