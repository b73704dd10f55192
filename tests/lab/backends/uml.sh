# User Mode Linux (Debian's package user-mode-linux): a kernel that is a process. Sourced by ../run.
#
# A guest has one processor, so several guests share the list of scenarios. Its memory is a file in TMPDIR, which must not be
# a small tmpfs. The guest's root is the host's, so paths are the same inside and outside.
UML_SECONDS=3400

start_guests() {
  local shim=$LAB_OUT/umlfp.so number
  JOBS=${JOBS:-$(nproc)}
  [ "$JOBS" -le 4 ] || JOBS=4
  [ "$JOBS" -le ${#SCENARIOS[@]} ] || JOBS=${#SCENARIOS[@]}
  ${CC:-cc} -O2 -shared -fPIC -o "$shim" "$LAB/backends/umlfp.c" || give_up "the FP shim can't be built"
  mkdir -p "$LAB_OUT/guest.tmp"
  mkdir -p /lib/modules
  GUESTS=()
  for ((number = 1; number <= JOBS; number++)); do
    {
      echo '#!/bin/bash'
      guest_environment "$number"
      printf 'exec %q\n' "$LAB/backends/uml-init.sh"
    } >"$LAB_OUT/guest$number.init"
    chmod +x "$LAB_OUT/guest$number.init"
    note "booting User Mode Linux, guest $number of $JOBS"
    boot_uml "$number" "$shim" 8>&- &
    GUESTS+=($!)
  done
}

# In a process namespace of its own where that is allowed, so that no traced process is left behind whatever happens.
boot_uml() { # NUMBER SHIM
  local contain=(unshare --pid --fork --kill-child=KILL)
  "${contain[@]}" true 2>/dev/null || contain=()
  exec env TMPDIR="$LAB_OUT/guest.tmp" LD_PRELOAD="$2" timeout -k 5 "$(guest_limit $UML_SECONDS)" "${contain[@]}" \
    linux.uml mem=768M rootfstype=hostfs rootflags=/ rw init="$LAB_OUT/guest$1.init" umid="guest$1.$$" uml_dir="$LAB_OUT/guest.tmp/" \
    con=null con0=null,fd:1 </dev/null >"$LAB_OUT/guest$1.log" 2>&1
}
