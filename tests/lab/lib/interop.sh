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
_no_states() { [ -z "$(ip -n "$1" xfrm state)" ]; }

# expect_tunnel udp|native [TO [FROM]]: pings are answered, each as one ESP packet of this kind both ways on both sides of the router, and both kernels count
# the same; nothing has gone in the clear. What was before does not count: for one tunnel after another.
expect_tunnel() {
  local key ns out in other=native
  [ "$1" = udp ] || other=udp
  declare -A before=() counted=()
  read_wire
  for key in "${!WIRE[@]}"; do before[$key]=${WIRE[$key]}; done
  for ns in client server; do counted[$ns]=$(_packets_both_ways $ns); done
  ping_server "${@:2}"
  read_wire
  for key in out out_forwarded in in_forwarded; do
    expect_equal "the number of $1 ESP packets $key" $((WIRE[esp_$1_$key] - before[esp_$1_$key])) "$PINGS"
    expect_equal "the number of $other ESP packets $key" $((WIRE[esp_${other}_$key] - before[esp_${other}_$key])) 0
  done
  for ns in client server; do
    read -r out in <<<"$(_packets_both_ways $ns)"
    expect_equal "$ns: the SA's packets from the client" $((out - ${counted[$ns]% *})) "$PINGS"
    expect_equal "$ns: the SA's packets from the server" $((in - ${counted[$ns]#* })) "$PINGS"
  done
  expect_equal "the number of plaintext packets (first: ${WIRE[first_plaintext]})" "${WIRE[plaintext]}" 0
}

# Client to server and back: what the kernel counted on the SAs between them.
_packets_both_ways() { # NAMESPACE
  ip -n "$1" -s xfrm state | awk -v client=$CLIENT4 -v server=$SERVER4 '
    /^src/ { way = $2 == client && $4 == server ? "out" : $2 == server && $4 == client ? "in" : "other" }
    /lifetime current:/ { current = NR }
    current && NR == current + 1 { sub(/.*, /, ""); sum[way] += $1 }
    END { print sum["out"] + 0, sum["in"] + 0 }'
}
