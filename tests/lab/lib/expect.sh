# What a scenario claims. Each function fails the scenario with a sentence. Sourced by lib/scenario.sh.

expect_equal() { # WHAT IS SHOULD
  [ "$2" = "$3" ] || fail "$1 is '$2', should be '$3'"
}
expect_at_least() { # WHAT IS SHOULD
  [[ $2 =~ ^[0-9]+$ && $2 -ge $3 ]] || fail "$1 is '$2', should be at least $3"
}
expect_at_most() { # WHAT IS SHOULD
  [[ $2 =~ ^[0-9]+$ && $2 -le $3 ]] || fail "$1 is '$2', should be at most $3"
}

count() { # REGEX FILE: its matching lines
  grep -Ec -- "$1" "$2" || true
}

expect_answer() { # ADDRESS...: the last question was answered with exactly these
  expect_equal "the answer's status" "$STATUS" NOERROR
  expect_equal "the answer" "$ANSWER" "$(printf '%s\n' "$@")"
}
expect_servfail() { # [EDE-CODE]
  expect_equal "the answer's status" "$STATUS" SERVFAIL
  expect_equal "the answer" "$ANSWER" ""
  [ $# = 0 ] || [[ $EDE == "$1 "* ]] || fail "the Extended DNS Error is '$EDE', should be $1"
}

ping_server() { # [ADDRESS [FROM]]: PINGS echo requests, all answered
  PINGS=5
  say "ping ${1:-$SERVER4}${2:+ from $2}"
  in_client ping -q -n -c $PINGS -i 0.2 -W 3 ${2:+-I "$2"} "${1:-$SERVER4}" >"$OUT/ping.txt" || fail "ping is not answered: $(tail -2 "$OUT/ping.txt" | tr '\n' ' ')"
}

# expect_esp_both_ways udp|native: every ping crossed both sides of the router as ESP of this kind, both ways, and nothing else did.
expect_esp_both_ways() {
  local way other=native
  [ "$1" = udp ] || other=udp
  read_wire "${2:-}"
  for way in out in; do
    expect_equal "the number of $1 ESP packets $way" "${WIRE[esp_$1_$way]}" "$PINGS"
    expect_equal "the number of $1 ESP packets $way, leaving the router," "${WIRE[esp_$1_${way}_forwarded]}" "$PINGS"
    expect_equal "the number of $other ESP packets $way" "${WIRE[esp_${other}_$way]}" 0
  done
}

# sa_packets NAMESPACE SOURCE DESTINATION: the packets that the kernel counted on the SAs between them.
sa_packets() {
  ip -n "$1" -s xfrm state | awk -v from="$2" -v to="$3" '
    /^src/ { ours = $2 == from && $4 == to }
    /lifetime current:/ { current = NR }
    ours && current && NR == current + 1 { sub(/.*, /, ""); sum += $1 }
    END { print sum + 0 }'
}

expect_counters_agree() { # [CLIENT SERVER]: both kernels' SA counters are the capture's number of packets
  local c=${1:-$CLIENT4} s=${2:-$SERVER4} ns
  for ns in client server; do
    expect_equal "$ns: the SA's packets from the client" "$(sa_packets $ns "$c" "$s")" "$PINGS"
    expect_equal "$ns: the SA's packets from the server" "$(sa_packets $ns "$s" "$c")" "$PINGS"
  done
}

# The whole claim about a tunnel: pings are answered, as ESP both ways on both sides of the router, both kernels have counted the same, and
# nothing went in the clear since the scenario began.
expect_protected() { # udp|native [CLIENT SERVER]
  ping_server "${3:-$SERVER4}"
  expect_esp_both_ways "$1"
  expect_counters_agree "${2:-$CLIENT4}" "${3:-$SERVER4}"
  expect_no_plaintext
}

expect_no_plaintext() { # [ADDRESSES]
  read_wire "${1:-}"
  expect_equal "the number of plaintext packets (first: ${WIRE[first_plaintext]})" "${WIRE[plaintext]}" 0
}

expect_no_ike() {
  read_wire "${1:-}"
  expect_equal "the number of IKE requests" "${WIRE[ike_init_request]}" 0
}

expect_no_kernel_state() { # ADDRESS: the client's kernel knows no SA and no policy that names it
  local states policies
  states=$(ip -n client xfrm state)
  policies=$(ip -n client xfrm policy list nosock)
  expect_equal "the kernel's state for $1" "$(grep -F -- "$1" <<<"$states"$'\n'"$policies" || true)" ""
}

# status_of JQ-FILTER: a value from `latchkeyctl status --json`.
status_of() { latchkeyctl status --json | jq -r "$1"; }

expect_status() { # WHAT JQ-FILTER SHOULD
  expect_equal "$1, by latchkeyctl status," "$(status_of "$2")" "$3"
}

expect_verdict() { # WORD COUNT: how often Latchkey decided so
  expect_status "the number of verdicts '$1'" ".verdicts.\"$1\" // 0" "$2"
}

# Every policy of the client's kernel that names the address goes by itself when nobody refreshes it.
expect_hard_expiry() { # ADDRESS
  local text
  text=$(ip -n client -s xfrm policy list nosock | awk -v address="$1" '
    /^src/ { ours = index($0, address); if (ours) n++ }
    ours && /expire add:/ { split($0, part, "hard "); if (part[2] + 0 == 0) endless++ }
    END { print n + 0, endless + 0 }')
  expect_at_least "the number of policies" "${text% *}" 1
  expect_equal "the number of policies without a hard expiry" "${text#* }" 0
}
