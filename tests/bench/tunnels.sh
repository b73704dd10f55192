# Sourced by tests/bench/run: names with a key, the test responder as their server.

responder_key=
start_responder() {
  responder_key=
}

bench_protected() { progress "no responder"; return 1; }
bench_latency() { progress "no responder"; return 1; }
