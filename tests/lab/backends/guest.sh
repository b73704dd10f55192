#!/bin/bash
# guest.sh RESULTS SCENARIO...: runs scenarios one after the other in the kernel it finds itself in. Every backend ends here.
#
# A scenario is claimed by making a folder, so several guests may share one list. Each runs in namespaces of its own (mounts,
# processes, network), under a time limit; its last words decide. Results are appended as `ok NAME SECONDS`, `not ok NAME WHY`,
# `skip NAME REASON`; `run NAME` when one starts. What a scenario has left in OUT/counts stands behind the seconds.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C LANG=C
LAB=$(cd "$(dirname "$0")/.." && pwd)
RESULTS=$1
shift
export LAB

limit_of() { # a scenario may say `# Limit: SECONDS`, a sum in which our variables may stand
  local said
  said=$(sed -n 's/^# Limit: //p' "$LAB/scenarios/$1/run")
  echo $(((${said:-180}) * LAB_PATIENCE))
}

run_one() {
  local name=$1 limit began=${EPOCHREALTIME/./} rc why took
  export OUT=$LAB_OUT/$name
  rm -rf "$OUT" && mkdir -p "$OUT"
  echo "run $name" >>"$RESULTS"
  limit=$(limit_of "$name")
  timeout -k 5 "$limit" unshare --mount --pid --fork --net --uts --ipc --mount-proc --kill-child=KILL \
    bash -c 'mount -t tmpfs lab /run; mkdir -p /run/netns /run/lab; export TMPDIR=/run/lab; ip link set lo up; . "$LAB/lib/scenario.sh"
      . "$LAB/scenarios/$1/run"; collect_evidence; say "good"' "$name" "$name" >"$OUT/output" 2>&1 </dev/null
  rc=$?
  took=$(((${EPOCHREALTIME/./} - began) / 100000))
  case $rc in
    0) echo "ok $name $((took / 10)).$((took % 10))$([ ! -s "$OUT/counts" ] || printf ' s, %s' "$(<"$OUT/counts")")" ;;
    77) why=$(sed -n 's/.*SKIP: //p' "$OUT/output" | tail -1) && echo "skip $name $why" ;;
    124 | 137) echo "not ok $name took longer than $limit s" ;;
    *) why=$(sed -n 's/.*FAIL: //p' "$OUT/output" | tail -1) && echo "not ok $name ${why:-exit status $rc: $(tail -1 "$OUT/output")}" ;;
  esac >>"$RESULTS"
}

for scenario; do
  mkdir "$LAB_OUT/claims/$scenario" 2>/dev/null || continue
  run_one "$scenario"
done
