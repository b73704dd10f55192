#!/bin/sh
# Installs the Debian packages of packages.txt that are missing. Fast, and without
# network, when none is. No daemon is started: a policy-rc.d says so meanwhile.
#
#   build-aux/packages.sh           install what is missing (root)
#   build-aux/packages.sh --check   only say what is missing; exit 1 if anything is
set -eu

here=$(cd "$(dirname "$0")" && pwd)
policy=/usr/sbin/policy-rc.d

say() { echo "packages: $*"; }

wanted() { sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$here/packages.txt"; }

installed() {
  dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null |
    sed -n 's/^installed //p' | sort -u
}

missing() { wanted | sort -u >"$work/wanted"; installed >"$work/installed"; comm -23 "$work/wanted" "$work/installed"; }

# Daemons must not start on a build machine: invoke-rc.d asks this file.
hold_daemons() {
  if [ -e "$policy" ]; then mv "$policy" "$policy.latchkey-saved"; fi
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  held=yes
}

release_daemons() {
  [ "$held" = yes ] || return 0
  rm -f "$policy"
  if [ -e "$policy.latchkey-saved" ]; then mv "$policy.latchkey-saved" "$policy"; fi
  held=no
}

work=$(mktemp -d)
held=no
trap 'release_daemons; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

command -v dpkg-query >/dev/null || { say "no dpkg here: install what $here/packages.txt names yourself" >&2; exit 1; }

need=$(missing)
if [ -z "$need" ]; then say "all there"; exit 0; fi
say "missing:" $need
if [ "${1-}" = --check ]; then exit 1; fi
if [ "$(id -u)" != 0 ]; then say "installing needs root: apt-get install" $need >&2; exit 1; fi

# One run at a time; the lock goes with the process.
exec 9>"${TMPDIR:-/tmp}/latchkey-packages.lock"
flock 9
need=$(missing)
if [ -z "$need" ]; then say "all there"; exit 0; fi

DEBIAN_FRONTEND=noninteractive
export DEBIAN_FRONTEND
apt="apt-get -q -o Acquire::Retries=3 -o DPkg::Lock::Timeout=600"
# Lists fetched within the last day will do, unless they know a package not.
if ! apt-get -s install --no-install-recommends $need >/dev/null 2>&1 ||
   [ -z "$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -mtime -1 2>/dev/null | head -n 1)" ]; then
  say "fetching package lists"
  $apt update
fi
hold_daemons
say "installing $(echo "$need" | wc -w) packages (about a minute)"
$apt install -y --no-install-recommends $need
release_daemons
need=$(missing)
if [ -n "$need" ]; then say "still missing:" $need >&2; exit 1; fi
say "done"
