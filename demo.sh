#!/bin/bash
# The main job, shown: a question for a name that publishes a key waits for its tunnel, on a real kernel and against libreswan.
# Does its own set-up (as root, on Debian 12: packages, Unbound, build) and leaves in build/demo/: story.txt, wire.pcap (both sides of
# the router), xfrm-client.txt, status.json.
set -eu -o pipefail
cd "$(dirname "$0")"

say() { echo "demo: $*"; }
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
tests/lab/run --keep "$@" demo || status=$?
mkdir -p build/demo
for file in story.txt wire.pcap xfrm-client.txt status.json; do
  if [ -e "build/lab/demo/$file" ]; then cp "build/lab/demo/$file" build/demo/; fi
done
if [ $status != 0 ]; then
  say "it did not work; what happened stands in build/lab/demo/"
  exit 1
fi
echo
cat build/demo/story.txt
echo
say "left in build/demo/: $(cd build/demo && echo *)"
