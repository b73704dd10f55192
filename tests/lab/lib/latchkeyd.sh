# Latchkey's own server, latchkeyd, in the namespace `server` (or another). Sourced by lib/scenario.sh.

LATCHKEYD= LATCHKEYD_HOME=/run/lab/latchkeyd
LATCHKEYD_IN=server # its namespace

# start_latchkeyd KEY [LINE...]: with the private key COMMON/KEY.pem, for anybody. The lines are further configuration.
start_latchkeyd() {
  local key=$1
  shift
  use_latchkeyd_key "$key"
  configure_latchkeyd "identities: [{id: server.lab.example, key: key.pem}]" "$@"
  run_latchkeyd
}

use_latchkeyd_key() { # KEY
  install -D -m 600 -o nobody "$COMMON/$1.pem" $LATCHKEYD_HOME/key.pem
}

configure_latchkeyd() { # LINE...
  mkdir -p $LATCHKEYD_HOME
  printf '%s\n' "$@" >$LATCHKEYD_HOME/latchkeyd.yaml
}

# Starts it with the configuration that stands there (again after it was ended). A run without Latchkey has no latchkeyd either.
run_latchkeyd() {
  if [ -n "$WITHOUT_LATCHKEY" ]; then
    say "leaving latchkeyd out"
    return
  fi
  say "starting latchkeyd"
  : >"$OUT/latchkeyd.log.new"
  LATCHKEY_SOCKET=$LATCHKEYD_HOME/run/control.sock spawn_in $LATCHKEYD_IN "$BUILD/control/latchkeyd" --config $LATCHKEYD_HOME/latchkeyd.yaml \
    >"$OUT/latchkeyd.log.new" 2>&1 &
  LATCHKEYD=$!
  tail -n +1 -f --pid=$LATCHKEYD -s 0.2 "$OUT/latchkeyd.log.new" >>"$OUT/latchkeyd.log" &
  wait_for_line "$OUT/latchkeyd.log.new" 'event=ready' 30 $LATCHKEYD
}

stop_latchkeyd() {
  [ -n "$LATCHKEYD" ] || fail "latchkeyd does not run"
  kill "$LATCHKEYD"
  wait "$LATCHKEYD" || fail "latchkeyd ended with status $?"
  LATCHKEYD=
}

ask_latchkeyd() { # ARGUMENT...: of latchkeyctl
  LATCHKEY_SOCKET=$LATCHKEYD_HOME/run/control.sock nsenter --net=/run/netns/$LATCHKEYD_IN -- "$BUILD/control/latchkeyctl" "$@"
}

# expect_latchkeyd WHAT JQ-FILTER SHOULD
expect_latchkeyd() {
  expect_equal "$1, by latchkeyd's status," "$(ask_latchkeyd status --json | jq -r "$2")" "$3"
}

reload_latchkeyd() { # REGEX: sends SIGHUP and waits for such a line
  local before
  before=$(count "$1" "$OUT/latchkeyd.log.new")
  kill -HUP "$LATCHKEYD"
  wait_until 20 latchkeyd_has_said "$1" $((before + 1))
}

# latchkeyd_has_said REGEX [COUNT]: at least so many such lines are in its log.
latchkeyd_has_said() { [ "$(count "$1" "$OUT/latchkeyd.log.new")" -ge "${2:-1}" ]; }
