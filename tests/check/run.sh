# Sourced by check.sh: running a stage and counting what it prints.
#
# A stage prints a line a test, "ok NAME", "not ok NAME WHY" or "skip NAME REASON"; anything else
# goes to its log. Its result lines are kept in build/check/STAGE.results.

# Runs stage $1 (function stage_$1) to its end and says how it went.
run_stage() {
  local name=$1 began=$SECONDS limit pid status=0
  wanted "$name" || return 0
  limit=$(stage_field "$name" 3)
  if [ "$full" = yes ]; then limit=$((limit * 6)); fi
  say "$name: $(stage_about "$name")"
  : >"$out/$name.results"
  set -m
  ("stage_$name" 2>&1 | tee -a "$out/$name.log" | results_of "$name") &
  pid=$!
  set +m
  echo "$pid" >>"$out/children"
  within "$limit" "$pid" || status=$?
  if [ $status = 124 ]; then echo "not ok $name.in_time it took more than $limit s" >>"$out/$name.results"; fi
  judge "$name" $status
  say "$name: $(count_of "$out/$name.results") ($((SECONDS - began)) s)"
  show_failures "$out/$name.results"
}

# Waits for process group $2 at most $1 seconds, then ends it.
within() {
  local limit=$1 pid=$2 end=$((SECONDS + $1))
  while kill -0 "$pid" 2>/dev/null; do
    if [ $SECONDS -ge $end ]; then
      kill -- "-$pid" 2>/dev/null
      sleep 2
      kill -9 -- "-$pid" 2>/dev/null
      wait "$pid" 2>/dev/null
      return 124
    fi
    sleep 0.3
  done
  wait "$pid"
}

# Result lines of the stage get its name in front; the lab's are shown as they come.
results_of() {
  local line
  while IFS= read -r line; do
    case $line in
      "ok "* | "skip "*) line="${line%% *} $1.${line#* }" ;;
      "not ok "*) line="not ok $1.${line#not ok }" ;;
      *)
        if [ "$1" = lab ] && [ -n "$line" ]; then echo "         $line"; fi
        continue
        ;;
    esac
    echo "$line" >>"$out/$1.results"
    if [ "$1" = lab ]; then echo "         $line"; fi
  done
}

# A stage that ran nothing, or failed without saying what, has failed; so has an unexplained skip.
judge() {
  local file=$out/$1.results line name reason
  if [ ! -s "$file" ]; then
    echo "not ok $1.runs no test ran (exit status $2); see build/check/$1.log" >>"$file"
  elif [ "$2" != 0 ] && ! grep -q '^not ok ' "$file"; then
    echo "not ok $1.exits exit status $2; see build/check/$1.log" >>"$file"
  fi
  grep '^skip ' "$file" | while read -r _ name reason; do
    skip_is_named "$name" "$reason" || echo "not ok $name skipped, but tests/SKIPS does not name it ($reason)"
  done >"$file.unnamed"
  if [ -s "$file.unnamed" ]; then
    while read -r _ _ name _; do sed -i "\\|^skip $name |d" "$file"; done <"$file.unnamed"
    cat "$file.unnamed" >>"$file"
  fi
  rm -f "$file.unnamed"
}

skip_is_named() {
  local pattern reason
  while read -r pattern reason; do
    case $pattern in '' | '#'*) continue ;; esac
    # The pattern is one on purpose.
    # shellcheck disable=SC2254
    case $1 in $pattern) case $2 in "$reason"*) return 0 ;; esac ;; esac
  done <tests/SKIPS
  return 1
}

count_of() {
  cat "$@" 2>/dev/null | awk '/^ok /{p++} /^not ok /{f++} /^skip /{s++}
    END { printf "%d passed, %d failed, %d skipped\n", p, f, s }'
}

show_failures() { grep -hE '^(not ok|skip) ' "$1" | cut -c1-400 | sed 's/^/         /'; }

# A gtest program's cases as result lines; one that dies takes the case that ran with it.
run_gtest() {
  local program=$1 name log=$2 limit=300
  if [ "${LATCHKEY_FULL:-}" = yes ]; then limit=1800; fi
  name=$(basename "$program")
  (cd "$LATCHKEY_BUILDDIR" && timeout -k 5 $limit "$program" --gtest_color=no) >"$log" 2>&1
  awk -v program="$name" -v status=$? '
    /^\[ RUN      \] / { running = $4; skipped = 0 }
    /^\[       OK \] / { if (!skipped) print "ok " $4; running = ""; n++ }
    /^\[  FAILED  \] / && /\([0-9]+ ms\)$/ { sub(/,$/, "", $4); print "not ok " $4 " see " FILENAME; running = ""; n++; failed++ }
    /^skip [^ ]+ / { print; skipped = 1; n++ }
    END {
      if (running != "") { print "not ok " running " " program " ended in it, exit status " status; failed++; n++ }
      if (!n) print "not ok " program " has no test case (exit status " status ")"
      else if (status && !failed) print "not ok " program " exit status " status
    }' "$log"
}
