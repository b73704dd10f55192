#!/bin/bash
# Sets up what the tests need and runs them; see --help. The last line is "N passed, N failed, N skipped".
set -u -o pipefail

cd "$(dirname "$0")" || exit 2
root=$PWD
out=$root/build/check
full=no
only=
started=$SECONDS

usage() {
  cat <<END
usage: ./check.sh [--full] [--only STAGE[,STAGE...]] [--list] [--help]

Runs the project's tests, after installing packages (root), building Unbound into
\${XDG_CACHE_HOME:-~/.cache}/latchkey and Latchkey into build/. An hour or more on two processors
from nothing. Exit status 0 only if no test failed and every skip stands in
tests/SKIPS. Logs are left in build/check/.

  --full         adds the long runs (two to three hours; fuzzing alone takes 50 minutes)
  --only STAGE   only these stages, and what they need
  --list         the stages; \`full\` are those that run with --full only, or when named
LATCHKEY_SHARED, ./shared or ../shared may hold captures and vectors of other implementations.
END
}

# name, build it needs, timeout in seconds, when it runs unless --only names it (always, or full: with --full), what it is
stages() {
  cat <<END
structure  -      60    always  borders between the folders, style of the sources
gcc        gcc    60    always  g++ 12, warnings are errors
unit       gcc    900   always  unit tests, and two engines in virtual time
replay     gcc    600   always  Unbound's testbound with the module
lab        gcc    3600  always  scenarios on a real kernel against libreswan and strongSwan
clang      clang  60    always  clang 19, warnings are errors
asan       clang  1200  always  unit tests under AddressSanitizer and UndefinedBehaviorSanitizer
fuzz       clang  900   always  libFuzzer, 60 s a target (iketool's 30); coverage of every parse_*
mutants    clang  900   always  planted bugs that fuzzing must find from nothing
simmutants gcc    1800  always  planted bugs that the stories of two engines must find
tsan       tsan   900   always  the module's threads under ThreadSanitizer
soak       gcc    3600  full    questions held by the thousand in a real Unbound, none lost (without --full 5,000)
trixie     trixie 1800  full    replays and main scenarios with Debian 13's Unbound
END
}

stage_field() { stages | awk -v name="$1" -v field="$2" '$1 == name { print $field }'; }
stage_about() { stages | awk -v name="$1" '$1 == name { $1 = $2 = $3 = $4 = ""; sub(/^ */, ""); print }'; }

while [ $# -gt 0 ]; do
  case $1 in
    --full) full=yes ;;
    --only)
      only="$only ${2:?--only needs a stage}"
      only=${only//,/ }
      shift
      ;;
    --list)
      for name in $(stages | awk '{ print $1 }'); do
        printf '%-10s %-6s %s\n' "$name" "$(stage_field "$name" 4)" "$(stage_about "$name")"
      done
      exit 0
      ;;
    --help | -h)
      usage
      exit 0
      ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
  shift
done
for name in $only; do
  [ -n "$(stage_field "$name" 1)" ] || { echo "check.sh: no stage $name (--list shows them)" >&2; exit 2; }
done

clock() { printf '[%2d:%02d]' $(((SECONDS - started) / 60)) $(((SECONDS - started) % 60)); }
say() { echo "$(clock) $*"; }
wanted() {
  if [ -n "$only" ]; then [[ " $only " == *" $1 "* ]]; else [ "$full" = yes ] || [ "$(stage_field "$1" 4)" = always ]; fi
}

rm -rf "$out"
mkdir -p "$out"
export LATCHKEY_SRCDIR=$root LATCHKEY_BUILDDIR=$root/build LATCHKEY_FULL=$full
for shared in "${LATCHKEY_SHARED:-}" ./shared ../shared; do
  if [ -n "$shared" ] && [ -d "$shared/vectors" ]; then
    LATCHKEY_SHARED=$(cd "$shared" && pwd)
    export LATCHKEY_SHARED
    break
  fi
done

# Only what we started is ended, each with its children.
end_children() {
  local pid
  while read -r pid; do kill -- "-$pid"; done <"$out/children" 2>/dev/null
}
trap 'trap - INT TERM; end_children; exit 130' INT TERM

. tests/check/run.sh
. tests/check/stages.sh

set_up || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
run_stages
summary
