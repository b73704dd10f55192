# Sourced by tests/bench/run: names without a key, against plain Unbound.

# Runs function $1 for both resolvers in turn, `rounds` times; leaves the medians in plain_value and latchkey_value.
compare() {
  local round kind
  rm -f "$work/plain.values" "$work/latchkey.values"
  for round in $(seq "$rounds"); do
    for kind in plain latchkey; do
      start_unbound $kind || return 1
      "$1" >>"$work/$kind.values"
      stop_unbound
    done
  done
  plain_value=$(median <"$work/plain.values")
  latchkey_value=$(median <"$work/latchkey.values")
}

questions() { seq "$1" "$2" | sed "s/.*/n&.$zone A/"; }

measure_cached() {
  queries_per_second -d "$work/cached" -n 1 >"$work/warm-up"
  queries_per_second -d "$work/cached" -l 3 -q 200
}

bench_cached() {
  questions 0 999 >"$work/cached"
  compare measure_cached || return 1
  result cached_qps "$latchkey_value" queries/s "plain Unbound" "$plain_value"
}

measure_cold() { queries_per_second -d "$work/cold" -n 1 -q 200; }

bench_cold() {
  questions 0 $((names - 1)) >"$work/cold"
  compare measure_cold || return 1
  result cold_qps_without_ipseckey "$latchkey_value" queries/s "plain Unbound" "$plain_value"
}
