# Four namespaces and the wire between them. Sourced by lib/scenario.sh.
#
#     client 192.1.3.33 ---- rc \
#                                router ---- rs ---- server 192.1.2.23
#     dns 192.1.4.53 ------- rd /
#
# Public-looking addresses, because Latchkey does no IKE with private ones. All of it lives in the scenario's own mount,
# network and process namespaces, so the end of the scenario's first process takes everything away.

CLIENT4=192.1.3.33 CLIENT6=2a01:3::33
SERVER4=192.1.2.23 SERVER6=2a01:2::23
CLIENTS=$CLIENT4,$CLIENT6 SERVERS=$SERVER4,$SERVER6 # what the capture is read for; a scenario may add inner addresses
DNS4=192.1.4.53 DNS6=2a01:4::53
PROXY4=192.1.4.54       # a second address of `dns`, for an authority that delays or drops (lib/dns_proxy.py)
BEHIND4=192.1.6.9 BEHIND_ZONE=6.1.192.in-addr.arpa # a host that only the server leads to, and who speaks of it
DEAD4=192.1.5.1         # 192.1.5.0/24 vanishes in the router without an ICMP message

in_client() { nsenter --net=/run/netns/client -- "$@"; }
in_router() { nsenter --net=/run/netns/router -- "$@"; }
in_dns() { nsenter --net=/run/netns/dns -- "$@"; }
in_server() { nsenter --net=/run/netns/server -- "$@"; }

# spawn_in NAMESPACE COMMAND...: the same for what goes on in the background; with `&`, $! is the command itself.
spawn_in() {
  local ns=$1
  shift
  exec nsenter --net=/run/netns/"$ns" -- "$@"
}

_leaf() { # NAMESPACE NET4 HOST4 NET6 HOST6: addresses and default routes of an outer host
  ip -n "$1" -batch - <<END
link set lo up
address add $2.$3/24 dev eth0
address add $4::$5/64 dev eth0 nodad
link set eth0 up
route add default via $2.254
route add default via $4::fe
END
}

start_network() {
  say "four namespaces: client, router, dns, server"
  ip -batch - <<END
netns add client
netns add router
netns add dns
netns add server
link add eth0 netns client type veth peer name rc netns router
link add eth0 netns dns type veth peer name rd netns router
link add eth0 netns server type veth peer name rs netns router
END
  in_router sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
  ip -n router -batch - <<END
link set lo up
address add 192.1.3.254/24 dev rc
address add 192.1.2.254/24 dev rs
address add 192.1.4.254/24 dev rd
address add 2a01:3::fe/64 dev rc nodad
address add 2a01:2::fe/64 dev rs nodad
address add 2a01:4::fe/64 dev rd nodad
link set rc up
link set rs up
link set rd up
route add blackhole 192.1.5.0/24
END
  _leaf client 192.1.3 33 2a01:3 33
  _leaf dns 192.1.4 53 2a01:4 53
  _leaf server 192.1.2 23 2a01:2 23
  ip -n dns address add $PROXY4/24 dev eth0
  start_capture
}

# Both sides of the router in one file: every forwarded packet stands in it twice, once arriving and once leaving.
start_capture() {
  : >"$OUT/tcpdump.log"
  spawn_in router tcpdump -i any -y LINUX_SLL2 -n -U --immediate-mode -B 8192 -Z root -w "$OUT/wire.pcap" \
    'ip or ip6' 2>"$OUT/tcpdump.log" &
  CAPTURE=$!
  wait_for_line "$OUT/tcpdump.log" 'listening on' 60 $CAPTURE
}

# The capture as it is now, as key=value words of lib/wire.py in the array WIRE.
read_wire() {
  local line
  sleep 0.2
  declare -gA WIRE=()
  while read -r line; do WIRE[${line%%=*}]=${line#*=}; done \
    < <(/usr/bin/python3 -E -S "$LAB/lib/wire.py" "$OUT/wire.pcap" "$CLIENTS" "${1:-$SERVERS}")
  [ -n "${WIRE[packets]:-}" ] || fail "the capture can't be read"
}
