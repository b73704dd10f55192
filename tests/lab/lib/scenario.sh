# What every scenario's `run` starts with:  . "$LAB/lib/scenario.sh"
#
# Set by backends/guest.sh: LAB (this folder's parent), OUT (where this scenario's files go), COMMON (keys and zones made
# before), BUILD (the build tree), LATCHKEY_UNBOUND (the directory that holds `unbound`), WITHOUT_LATCHKEY (1: the module
# stays out of module-config). A scenario ends well by reaching its end; `fail WHY` and any failed command end it badly.

set -u -o pipefail
STARTED=${EPOCHREALTIME/./}

say() { printf '[%7d ms] %s\n' $(((${EPOCHREALTIME/./} - STARTED) / 1000)) "$*"; }
fail() {
  _settle failed
  collect_evidence
  say "FAIL: $*" >&2
  exit 1
}
skip() { # the reason has to stand in tests/SKIPS
  say "SKIP: $*" >&2
  exit 77
}

# What helps to see why, written at the end of every scenario, good or bad.
collect_evidence() {
  trap - ERR
  _settle ok
  for ns in client server; do
    { ip -n $ns -s xfrm state; ip -n $ns -s xfrm policy; ip -n $ns address; } >"$OUT/xfrm-$ns.txt" 2>&1
    { echo "== /proc/net/xfrm_stat"; nsenter --net=/run/netns/$ns grep -v '[[:space:]]0$' /proc/net/xfrm_stat; } \
      >>"$OUT/xfrm-$ns.txt" 2>&1
  done
  [ -z "${LATCHKEYD:-}" ] || ask_latchkeyd status --json >"$OUT/latchkeyd.json" 2>"$OUT/latchkeyd.err"
  [ -z "${UNBOUND:-}" ] || latchkeyctl status --json >"$OUT/status.json" 2>"$OUT/status.err"
}

# wait_for_line FILE REGEX SECONDS [PROCESS]: until the file has such a line. A process that is gone won't write it.
wait_for_line() {
  local until=$((${EPOCHREALTIME/./} + $3 * 1000000))
  while ! grep -Eqs -- "$2" "$1"; do
    [ ${EPOCHREALTIME/./} -lt $until ] || fail "no line /$2/ in ${1##*/} within $3 s"
    [ -z "${4:-}" ] || kill -0 "$4" 2>/dev/null || fail "the process ended: $(tail -n 1 "$1")"
    sleep 0.05
  done
}

# wait_until SECONDS COMMAND...: until the command succeeds.
wait_until() {
  local until=$((${EPOCHREALTIME/./} + $1 * 1000000))
  shift
  while ! "$@"; do
    [ ${EPOCHREALTIME/./} -lt $until ] || fail "still not after the time allowed: $*"
    sleep 0.1
  done
}

. "$LAB/lib/network.sh"
. "$LAB/lib/server.sh"
. "$LAB/lib/latchkeyd.sh"
. "$LAB/lib/dns.sh"
. "$LAB/lib/unbound.sh"
. "$LAB/lib/expect.sh"
. "$LAB/lib/interop.sh"

trap 'fail "line $LINENO of ${BASH_SOURCE[0]##*/}: $BASH_COMMAND"' ERR
set -E
