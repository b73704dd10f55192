# What the scenarios with other people's IKE have in common. Sourced by lib/scenario.sh.

# claim PEER ROLE WHAT: what is looked at from here on, with our role; a line of docs/INTEROP.md. The one before it is true, since we came so far.
claim() {
  _settle ok
  CLAIM="$1|$2|$3"
  say "== $CLAIM"
}
_settle() { # ok|failed
  [ -z "${CLAIM:-}" ] || printf '%s|%s\n' "$CLAIM" "$1" >>"$OUT/interop.rows"
  CLAIM=
}

# latchkeyd_with LINE...: latchkeyd with this configuration; if it runs already, it reads that as its new one.
latchkeyd_with() {
  configure_latchkeyd "$@"
  [ -z "$WITHOUT_LATCHKEY" ] || return 0
  if [ -z "$LATCHKEYD" ]; then run_latchkeyd; else reload_latchkeyd event=reloaded; fi
}

end_latchkeyd() { # with a DELETE to everybody; so that the next one begins from nothing
  [ -z "$LATCHKEYD" ] || stop_latchkeyd
}

# expect_session JQ-FILTER SHOULD: of the only session that latchkeyd has.
expect_session() {
  expect_latchkeyd "the number of sessions" '.sessions | length' 1
  expect_latchkeyd "the session's $1" ".sessions[0] | $1" "$2"
}

# wait_for_sessions COUNT, wait_for_connection NAME: latchkeyd has so many sessions; its connection of this name stands.
wait_for_sessions() { _wait_for_latchkeyd "(.sessions | length) == $1"; }
wait_for_connection() { _wait_for_latchkeyd ".connections | any(.name == \"$1\" and .state == \"up\")"; }
_wait_for_latchkeyd() { # JQ-FILTER
  [ -n "$WITHOUT_LATCHKEY" ] || wait_until 40 latchkeyd_says "$1"
}
latchkeyd_says() { ask_latchkeyd status --json | jq -e "$1" >/dev/null; }

# The kernels of both ends have nothing left of a tunnel.
expect_nothing_left() {
  local ns
  for ns in client server; do
    wait_until 20 _no_states $ns
  done
}
# After a rekey: the old child has gone from both kernels, so that what follows is carried and counted by the new one.
expect_one_child() {
  local ns
  for ns in client server; do
    wait_until 60 _has_states $ns 2
  done
}
_has_states() { [ "$(ip -n "$1" xfrm state | grep -c '^src')" = "$2" ]; }
_no_states() { [ -z "$(ip -n "$1" xfrm state)" ]; }

# expect_tunnel udp|native [TO [FROM]]: pings are answered, each as one ESP packet of this kind both ways on both sides of the router, and both kernels count
# the same; nothing has gone in the clear. What was before does not count: for one tunnel after another.
expect_tunnel() {
  local key ns other=native
  [ "$1" = udp ] || other=udp
  declare -A before=() counted=()
  read_wire
  for key in "${!WIRE[@]}"; do before[$key]=${WIRE[$key]}; done
  for ns in client server; do counted[$ns]=$(_packets_by_sa $ns); done
  ping_server "${@:2}"
  read_wire
  for key in out out_forwarded in in_forwarded; do
    expect_equal "the number of $1 ESP packets $key" $((WIRE[esp_$1_$key] - before[esp_$1_$key])) "$PINGS"
    expect_equal "the number of $other ESP packets $key" $((WIRE[esp_${other}_$key] - before[esp_${other}_$key])) 0
  done
  for ns in client server; do
    for key in client server; do
      expect_equal "$ns: the SA's packets from the $key" "$(_packets_since "$key" "${counted[$ns]}" "$(_packets_by_sa $ns)")" "$PINGS"
    done
  done
  expect_equal "the number of plaintext packets (first: ${WIRE[first_plaintext]})" "${WIRE[plaintext]}" 0
}

# What the kernel counted on each SA between the two: lines "FROM SPI PACKETS", FROM client or server.
_packets_by_sa() { # NAMESPACE
  ip -n "$1" -s xfrm state | awk -v ends="$CLIENT4 $SERVER4 $CLIENT6 $SERVER6" '
    BEGIN { split(ends, end, " "); for (i = 1; i <= 3; i += 2) { host[end[i], end[i + 1]] = "client"; host[end[i + 1], end[i]] = "server" } }
    /^src/ { from = host[$2, $4] }
    /^\tproto esp/ { spi = $4 }
    /lifetime current:/ { current = NR }
    from != "" && current && NR == current + 1 { sub(/.*, /, ""); print from, spi, $1 }'
}

# How many more there are than there were. An SA that a rekey took away in between has carried none of them.
_packets_since() { # FROM BEFORE AFTER
  awk -v from="$1" '$1 != from { next } NR == FNR { before[$2] = $3; next } { sum += $3 - before[$2] } END { print sum + 0 }' \
    <(printf '%s\n' "$2") <(printf '%s\n' "$3")
}
