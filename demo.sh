#!/bin/bash
# The main job, shown: a question for a name that publishes a key waits for its tunnel, on a real kernel and against libreswan, or with
# `--server latchkeyd` against Latchkey's own server; further options are those of tests/lab/run.
# Does its own set-up (as root, on Debian 12: packages, Unbound, build) and leaves in build/demo/: story.txt, wire.pcap (both sides of
# the router), xfrm-client.txt, xfrm-server.txt, status.json, and what the server has said.
set -eu -o pipefail
cd "$(dirname "$0")"

say() { echo "demo: $*"; }
scenario=demo options=()
while [ $# -gt 0 ]; do
  case $1 in
    --server)
      case ${2:-} in
        libreswan) scenario=demo ;;
        latchkeyd) scenario=demo_latchkeyd ;;
        *) say "--server is libreswan or latchkeyd" >&2 && exit 2 ;;
      esac
      shift
      ;;
    *) options+=("$1") ;;
  esac
  shift
done
began=$SECONDS

say "packages (build-aux/packages.sh)"
build-aux/packages.sh
say "Unbound (build-aux/unbound.sh)"
build-aux/unbound.sh
say "Latchkey (build-aux/build.sh, into build/)"
build-aux/build.sh product
say "set up after $((SECONDS - began)) s; now the lab: client, router, name server, server"

rm -rf build/demo
status=0
tests/lab/run --keep "${options[@]}" $scenario || status=$?
mkdir -p build/demo
for file in story.txt wire.pcap xfrm-client.txt xfrm-server.txt status.json pluto.log latchkeyd.log; do
  if [ -e "build/lab/$scenario/$file" ]; then cp "build/lab/$scenario/$file" build/demo/; fi
done
if [ $status != 0 ]; then
  say "it did not work; what happened stands in build/lab/$scenario/"
  exit 1
fi
echo
cat build/demo/story.txt
echo
say "left in build/demo/: $(cd build/demo && echo *)"
