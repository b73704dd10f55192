#!/bin/sh
# Configures and builds one of the builds that check.sh and demo.sh use. What is up to date is left alone.
#
#   build-aux/build.sh gcc     build/        g++, -O2, warnings are errors
#   build-aux/build.sh product build/        the same without the tests: what is installed
#   build-aux/build.sh clang   build/clang/  clang 19, warnings are errors, ASan, UBSan, libFuzzer
#   build-aux/build.sh tsan    build/tsan/   clang 19, ThreadSanitizer: the module and what has threads
#   build-aux/build.sh trixie  build/trixie/ g++, -O2, for Debian 13's Unbound: the module and what its lab needs
#   build-aux/build.sh prepare               only autoreconf, if it is due
#
# JOBS says how many compilers run at once (the number of processors).
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
kind=${1:?gcc, product, clang, tsan, trixie or prepare}
jobs=${JOBS:-$(nproc 2>/dev/null || echo 2)}
cache=${XDG_CACHE_HOME:-${HOME:?}/.cache}/latchkey

say() { echo "build ($kind): $*" >&2; }

# configure, and make's own rules, follow the makefile fragments; this is for the first time.
prepare() {
  newer=$(cd "$root" && find configure.ac Makefile.am build-aux/m4/latchkey.m4 ./*/local.mk tests/*/local.mk \
    -newer configure 2>/dev/null | head -n 1)
  if [ ! -x "$root/configure" ] || [ ! -f "$root/Makefile.in" ] || [ -n "$newer" ]; then
    say "autoreconf"
    (cd "$root" && autoreconf -i && touch configure Makefile.in) >"$root/build/autoreconf.log" 2>&1 || {
      cat "$root/build/autoreconf.log" >&2
      exit 1
    }
  fi
}

# Runs make with its output in a log, and says every few seconds how far it is.
run_make() {
  if [ "$dir" = "$root/build" ]; then log=$dir/make.log; else log=$dir/../make-$kind.log; fi
  say "make -j$jobs, log in $log"
  make -C "$dir" -j"$jobs" "$@" >"$log" 2>&1 &
  make_pid=$!
  trap 'kill $make_pid 2>/dev/null' HUP INT TERM
  (
    while sleep 15; do
      say "$(grep -cE '^  (CC|CXX) ' "$log") files compiled, $(grep -cE '^  (CC|CXX)LD ' "$log") linked"
    done
  ) &
  ticker=$!
  status=0
  wait $make_pid || status=$?
  kill $ticker 2>/dev/null || true
  wait $ticker 2>/dev/null || true
  if [ $status != 0 ]; then
    grep -nE -A4 'error:|undefined reference|\*\*\*' "$log" | head -n 60 >&2
    say "failed; the whole log is $log"
    exit $status
  fi
}

configure_build() {
  mkdir -p "$dir"
  want="$* $(readlink -f "$unbound" || true)"
  if [ -f "$dir/Makefile" ] && [ "$(cat "$dir/configured-with" 2>/dev/null)" = "$want" ]; then return; fi
  say "configure"
  (cd "$dir" && "$root/configure" --with-unbound="$unbound" --with-unbound-source="$unbound/src" "$@") \
    >"$dir/configure.log" 2>&1 || {
    grep -E '^configure: error' "$dir/configure.log" >&2 || tail -n 5 "$dir/configure.log" >&2
    exit 1
  }
  grep '^configure: WARNING' "$dir/configure.log" >&2 || true
  echo "$want" >"$dir/configured-with"
}

mkdir -p "$root/build"
exec 8>"$root/build/autoreconf.lock"
flock 8
prepare
exec 8>&-

unbound=$cache/unbound
case $kind in
  prepare) exit 0 ;;
  gcc | product)
    dir=$root/build
    configure_build --enable-werror CFLAGS="-O2 -g" CXXFLAGS="-O2 -g"
    if [ "$kind" = product ]; then run_make all; else run_make check TESTS=; fi
    ;;
  clang)
    dir=$root/build/clang
    configure_build --enable-werror --enable-asan-ubsan --enable-fuzzers CC=clang-19 CXX=clang++-19 \
      CFLAGS="-O1 -gline-tables-only" CXXFLAGS="-O1 -gline-tables-only"
    run_make check TESTS=
    ;;
  tsan)
    dir=$root/build/tsan
    unbound=$cache/unbound-tsan
    configure_build --enable-tsan CC=clang-19 CXX=clang++-19 \
      CFLAGS="-O1 -gline-tables-only" CXXFLAGS="-O1 -gline-tables-only"
    run_make unbound-module/latchkey.la control/latchkeyctl tests/unit/host_test tests/unit/gate_test \
      tests/bench/pretend_esp.la
    ;;
  trixie)
    dir=$root/build/trixie
    unbound=$cache/unbound-trixie
    configure_build --enable-werror CFLAGS="-O2 -g" CXXFLAGS="-O2 -g"
    run_make unbound-module/latchkey.la control/latchkeyctl control/iketool tests/replay/latchkey_replay.la \
      tests/test_responder
    ;;
  *)
    echo "unknown build $kind" >&2
    exit 2
    ;;
esac
say "up to date"
