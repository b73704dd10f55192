# A name whose key in DNS changes: ed25519.lab.example, latchkeyd's. Sourced by the scenarios that need it.

WITHDRAWN='/^ed25519 IPSECKEY/d' # for publish_key

# start_changing_key [LINE...]: everybody, and the first answer. The lines are Latchkey's configuration.
start_changing_key() {
  start_network
  start_latchkeyd ed25519
  start_changeable_dns
  UNBOUND_LINES=("cache-max-ttl: 1" "cache-max-negative-ttl: 1")
  start_unbound "$@"
  ask ed25519
  expect_answer $SERVER4
}

# publish_key SED-EXPRESSION: a change to the zone, and an answer that knows of it: Unbound keeps nothing for longer than a second.
publish_key() {
  publish "$1"
  sleep 2
  ask ed25519
  expect_answer $SERVER4
}

# The name is given out though it has no key any more, and what goes to its address stays in the tunnel.
expect_kept_without_key() {
  expect_verdict released 1
  expect_status "the number of tunnels" '.tunnels | length' 1
  in_client ping -q -n -c 3 -i 0.2 -W 3 $SERVER4 >"$OUT/ping-after.txt" || fail "the server can't be reached by the tunnel"
  expect_no_plaintext
}
