# The client's resolver: Unbound with Latchkey, in the namespace `client`, and questions to it. Sourced by lib/scenario.sh.

MODULE=${LATCHKEY_MODULE:-$BUILD/unbound-module/.libs/latchkey.so}
UNBOUND=
UNBOUND_LINES=()      # further lines for the section `server:`
UNBOUND_SECTIONS=()   # further sections, a line each
MODULE_CONFIG=        # instead of the right order of modules
export LATCHKEY_CONFIG=/run/lab/latchkey.yaml LATCHKEY_SOCKET=/run/lab/control.sock

latchkeyctl() { in_client "$BUILD/control/latchkeyctl" "$@"; }

# start_unbound [LINE...]: the lines are Latchkey's configuration, e.g. `encapsulation: native`.
start_unbound() {
  say "starting unbound${WITHOUT_LATCHKEY:+ without Latchkey}"
  configure_unbound "$@"
  run_unbound
}

configure_unbound() { # [LINE...]
  printf '%s\n' "$@" >"$LATCHKEY_CONFIG"
  local modules="dynlib validator iterator"
  [ -z "$WITHOUT_LATCHKEY" ] || modules="validator iterator"
  [ -n "$WITHOUT_LATCHKEY" ] || [ -e "$MODULE" ] || fail "there is no $MODULE: build it first"
  _unbound_conf "${MODULE_CONFIG:-$modules}" >/run/lab/unbound.conf
}

# expect_no_start REGEX [COMMAND...]: Unbound, started by the command with the configuration that stands there, ends by itself with an
# error, has said a line like that, and never served.
expect_no_start() {
  local line=$1 rc=0
  shift
  : >"$OUT/unbound.log.new"
  in_client timeout 60 "$@" "$LATCHKEY_UNBOUND/unbound" -d -c /run/lab/unbound.conf >"$OUT/unbound.log.new" 2>&1 || rc=$?
  cat "$OUT/unbound.log.new" >>"$OUT/unbound.log"
  expect_equal "the number of starts of service" "$(count 'start of service' "$OUT/unbound.log.new")" 0
  [ $rc != 0 ] && [ $rc != 124 ] || fail "unbound ended with status $rc"
  grep -Eq -- "latchkey: .*($line)" "$OUT/unbound.log.new" || fail "no line /$line/: $(grep latchkey: "$OUT/unbound.log.new" | tail -n 1)"
  say "refused: $(sed -n 's/.*latchkey: //p' "$OUT/unbound.log.new" | head -n 1)"
}

# Plain Unbound, whatever the run's options say.
start_plain_unbound() { # [MODULES]
  _unbound_conf "${1:-validator iterator}" >/run/lab/unbound.conf
  run_unbound
}

# Starts Unbound with the configuration that stands there already (again after it was killed).
run_unbound() {
  : >"$OUT/unbound.log.new"
  spawn_in client "$LATCHKEY_UNBOUND/unbound" -d -c /run/lab/unbound.conf >"$OUT/unbound.log.new" 2>&1 &
  UNBOUND=$!
  tail -n +1 -f --pid=$UNBOUND -s 0.2 "$OUT/unbound.log.new" >>"$OUT/unbound.log" &
  wait_for_line "$OUT/unbound.log.new" 'start of service' 60 $UNBOUND
}

# outgoing-port-*: Unbound shuffles all 60,000 ports at its start with a getrandom() each, 20 s in UML.
_unbound_conf() { # MODULES
  cat <<END
server:
  directory: ""
  chroot: ""
  username: ""
  pidfile: "/run/lab/unbound.pid"
  do-daemonize: no
  use-syslog: no
  logfile: ""
  log-time-ascii: no
  verbosity: 1
  num-threads: 2
  interface: 127.0.0.1
  module-config: "$1"
  outgoing-port-avoid: "0-65535"
  outgoing-port-permit: "20000-20999"
  trust-anchor-file: "$COMMON/lab.example.key"
  trust-anchor-file: "$COMMON/flood.example.key"
  ede: yes
  discard-timeout: 4800
  wait-limit: 0
  jostle-timeout: 1000
  do-not-query-localhost: no
$(printf '  %s\n' "${UNBOUND_LINES[@]}")
remote-control:
  control-enable: no
stub-zone:
  name: lab.example
  stub-addr: $AUTHORITY
stub-zone:
  name: flood.example
  stub-addr: $AUTHORITY
END
  printf '%s\n' "${UNBOUND_SECTIONS[@]}"
  [[ $1 != *dynlib* ]] || printf 'dynlib:\n  dynlib-file: "%s"\n' "$MODULE"
}

full_name() { if [[ $1 == *. ]]; then printf %s "$1"; else printf %s "$1.lab.example."; fi; }

# ask NAME [TYPE [DIG-OPTION...]]: sets STATUS (NOERROR, SERVFAIL, ... or `timeout`), ANSWER (the rdata, a line each), EDE (code and
# text of the Extended DNS Error, or empty), FLAGS (with a blank on either side, such as ` qr rd ra ad `) and TOOK_MS (without dig's own start, which takes a second in UML). NAME is below lab.example, unless it ends with a dot.
ask() {
  local name=$1 type=${2:-A} line
  shift $(($# > 1 ? 2 : 1))
  STATUS=timeout ANSWER= EDE= FLAGS= TOOK_MS=
  while read -r line; do
    case $line in
      *"status: "*) STATUS=${line#*status: } STATUS=${STATUS%%,*} ;;
      ";; Query time: "*) TOOK_MS=${line#;; Query time: } TOOK_MS=${TOOK_MS%% *} ;;
      ";; flags: "*) FLAGS=${line#;; flags:} FLAGS="${FLAGS%%;*} " ;;
      "; EDE: "*) EDE=${line#; EDE: } ;;
      ";"* | "") ;;
      *[[:space:]]IN[[:space:]]*"$type"[[:space:]]*) ANSWER+=${ANSWER:+$'\n'}${line##*[[:space:]]} ;;
    esac
  done < <(in_client dig @127.0.0.1 "$(full_name "$name")" "$type" +tries=1 +timeout=8 +nocookie +noadditional +noauthority "$@" || true)
  say "asked $name $type $*: $STATUS ${ANSWER//$'\n'/ } ${EDE:+EDE $EDE }($TOOK_MS ms)"
}

# ask_many COUNT NAME FILE [SECONDS [OPTION...]]: COUNT clients ask at once; `{}` in the name becomes their number. Goes on in the background (MANY is its
# process) once all questions are out.
ask_many() {
  say "$1 clients ask for $2"
  spawn_in client /usr/bin/python3 -B -E -S "$LAB/lib/many.py" --count "$1" --name "$(full_name "$2")" --timeout "${4:-10}" "${@:5}" >"$3" &
  MANY=$!
  wait_for_line "$3" "^sent" 60
}

stop_unbound() {
  kill "$UNBOUND"
  wait "$UNBOUND" || true
  UNBOUND=
}
