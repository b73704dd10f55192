# Sourced by check.sh: the set-up, the stages and their order.

build_needed() { # is build $1 needed by a stage that is wanted?
  local name
  for name in $(stages | awk -v build="$1" '$2 == build { print $1 }'); do
    if wanted "$name"; then return 0; fi
  done
  return 1
}

set_up() {
  say "set-up: Debian packages"
  build-aux/packages.sh || return 1
  if build_needed gcc || build_needed clang; then
    say "set-up: Unbound from Debian's source (two minutes the first time)"
    build-aux/unbound.sh >/dev/null || return 1
  fi
  if wanted lab; then build-aux/strongswan.sh >/dev/null || return 1; fi
  if [ -z "${LATCHKEY_SHARED:-}" ]; then say "note: no vectors in LATCHKEY_SHARED, ./shared or ../shared"; fi
  build-aux/build.sh prepare
}

# Builds kind $1; its stage of the same name reports. A build that fails fails its stage.
build() {
  build_needed "$1" || return 0
  say "build $1"
  if build-aux/build.sh "$1" 2>&1 | tee "$out/build-$1.log" | sed 's/^/         /'; then
    echo ok >"$out/built-$1"
  fi
}

built() { [ -f "$out/built-$1" ]; }

report_build() {
  if built "$1"; then echo "ok compiles"; else echo "not ok compiles see build/check/build-$1.log"; fi
}

run_stages() {
  run_stage structure
  build gcc
  run_stage gcc
  both "run_stage unit" run_replay_and_soak
  # Its scenarios look at times: nothing else runs beside it.
  run_stage lab
  build clang
  run_stage clang
  if build_needed tsan; then
    say "set-up: Unbound with ThreadSanitizer (two minutes the first time)"
    build-aux/unbound.sh --tsan >/dev/null && build tsan
  fi
  both run_hunts run_sanitizers
  if build_needed trixie; then
    say "set-up: Debian 13's Unbound (two minutes the first time)"
    build-aux/unbound.sh --release trixie >/dev/null && build trixie
    run_stage trixie
  fi
}

run_replay_and_soak() {
  run_stage replay
  run_stage soak
}

run_hunts() {
  run_stage fuzz
  run_stage simmutants
}

run_sanitizers() {
  run_stage asan
  run_stage mutants
  run_stage tsan
}

# Two things at once, one a processor.
both() {
  $1 &
  local first=$!
  $2
  wait $first
}

summary() {
  local files=("$out"/*.results)
  echo
  cat "${files[@]}" | grep -E '^(not ok|skip) ' | cut -c1-400
  count_of "${files[@]}"
  ! grep -qh '^not ok ' "${files[@]}"
}

# The program list comes from the makefile, so that none is forgotten.
programs() { make -s -C "$1" "$2" 2>/dev/null | tr ' ' '\n' | sed '/^$/d'; }

gtests_of() { # build directory, then which programs (all unit tests if none is named)
  local dir=$1 program
  shift
  [ $# -gt 0 ] || set -- $(programs "$dir" print-unit-tests)
  for program; do
    echo "== $program"
    LATCHKEY_BUILDDIR=$dir run_gtest "$dir/$program" "$dir/$program.check-log"
  done
}

# A script of another folder that prints result lines.
script() {
  if [ -x "$1" ]; then "$@"; else echo "not ok $1 is missing"; fi
}

stage_structure() {
  tests/structure_test | sed 's/ structure\./ /'
  tests/rfc_coverage
  local badly
  badly=$(git ls-files '*.cc' '*.h' '*.c' 2>/dev/null | xargs -r clang-format-14 --dry-run 2>&1 |
    sed -n 's/^\([^: ]*\):[0-9]*:[0-9]*: warning.*/\1/p' | sort -u | tr '\n' ' ')
  if [ -z "$badly" ]; then echo "ok clang_format"; else echo "not ok clang_format $badly"; fi
}

stage_gcc() { report_build gcc; }
stage_clang() { report_build clang; }

stage_unit() {
  built gcc || return 1
  gtests_of "$root/build"
}

stage_replay() {
  built gcc || return 1
  LATCHKEY_UNBOUND_SOURCE=$(build-aux/unbound.sh --print)/src script tests/replay/run
}

stage_lab() {
  built gcc || return 1
  local -x LATCHKEY_UNBOUND LATCHKEY_BUILDDIR=$root/build
  LATCHKEY_UNBOUND=$(build-aux/unbound.sh --print)/sbin
  if [ "$full" = no ]; then
    script tests/lab/run
  else
    script tests/lab/run --full && script tests/lab/mutants/run
  fi
}

stage_soak() {
  built gcc || return 1
  local threads
  if [ "$full" = yes ]; then
    for threads in 2 8; do
      script tests/soak/run --threads $threads --questions 100000 --waves 20 |
        sed "s/^\(not ok\|ok\|skip\) /&threads_$threads./"
    done
  else
    script tests/soak/run
  fi
}

# What differs between the two Unbounds: what the shim compiles against, suspending, resuming, caches, reloads.
stage_trixie() {
  report_build trixie
  built trixie || return 1
  local prefix
  prefix=$(build-aux/unbound.sh --release trixie --print) || return 1
  LATCHKEY_BUILDDIR=$root/build/trixie LATCHKEY_UNBOUND_SOURCE=$prefix/src script tests/replay/run --own
  LATCHKEY_UNBOUND=$prefix/sbin script tests/lab/run --build "$root/build/trixie" rsa_udp ecdsa_native no_ipseckey bogus \
    key_lookup_fails wrong_key several_addresses parallel_lookup clients_200 others_unaffected second_question_fails_fast \
    reload_during_negotiations kill_and_restart refuses_to_start status
}

sanitizers() {
  ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1 \
    UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=halt_on_error=0:exitcode=66:second_deadlock_stack=1 \
    LLVM_SYMBOLIZER_PATH=$(command -v llvm-symbolizer-19) "$@"
}

# Fewer stories, since each takes several times as long.
stage_asan() {
  built clang || return 1
  LATCHKEY_SEEDS=200 sanitizers gtests_of "$root/build/clang"
}

stage_fuzz() {
  built clang || return 1
  local seconds=60
  if [ "$full" = yes ]; then seconds=600; fi
  LATCHKEY_BUILDDIR=$root/build/clang script tests/fuzz/run --seconds $seconds
}

stage_mutants() {
  built clang || return 1
  LATCHKEY_BUILDDIR=$root/build/clang script tests/fuzz/run --mutants
}

stage_simmutants() {
  built gcc || return 1
  script tests/sim/mutants/run
}

stage_tsan() {
  report_build tsan
  built tsan || return 1
  sanitizers gtests_of "$root/build/tsan" tests/unit/gate_test tests/unit/host_test
  LATCHKEY_BUILDDIR=$root/build/tsan LATCHKEY_UNBOUND=$(build-aux/unbound.sh --tsan --print) sanitizers script tests/tsan/run
}
