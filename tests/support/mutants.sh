# Planted bugs: one source file each, changed by a sed script whose comments say what it is. Sourced by tests/sim/mutants/run, tests/fuzz/run and
# tests/lab/mutants/run, which set $source_dir, $build and $mutants, the folder of the scripts.

all_mutants() { (cd "$mutants" && ls ./*.sed | sed 's,./,,; s,\.sed$,,'); }

field() { sed -n "s/^# $2: //p" "$mutants/$1.sed"; } # MUTANT WORD: of its comments

# plant MUTANT DIR TARGET [VARIABLE=VALUE...]: make's TARGET makes DIR/MUTANT of the source with the bug. If it can't, prints why; status 1.
plant() {
  local name=$1 dir=$2 target=$3 file
  shift 3
  [ -e "$mutants/$name.sed" ] || { echo "is not in ${mutants#"$source_dir"/}" && return 1; }
  file=$(field "$name" file)
  rm -rf "$dir"
  mkdir -p "$dir"
  sed -f "$mutants/$name.sed" "$source_dir/$file" >"$dir/$name.cc"
  if cmp -s "$source_dir/$file" "$dir/$name.cc"; then
    echo "changes nothing: $file has moved on"
    return 1
  fi
  if ! make -C "$build" -s "$target" MUTANT_SOURCE="$dir/$name.cc" MUTANT_OUT="$dir/$name" "$@" >"$dir/build.log" 2>&1; then
    echo "does not build - see $dir/build.log"
    return 1
  fi
}
