#!/bin/sh
# Fetches Debian's strongSwan packages and unpacks them for the lab, since they can't be installed beside libreswan, into
#
#   ${XDG_CACHE_HOME:-~/.cache}/latchkey/strongswan-VERSION
#     usr/           charon, swanctl and their plugins; they expect to be in /usr, where the lab overlays them
#   .../latchkey/strongswan    a link to the newest
#
#   build-aux/strongswan.sh              fetch unless it is there; print the directory
#   build-aux/strongswan.sh --print      print the directory; exit 1 if it is not there
#
# Nothing is installed. The machine's apt configuration is read, never changed. A directory is complete or absent.
set -eu

cache=${XDG_CACHE_HOME:-${HOME:?}/.cache}/latchkey
link=$cache/strongswan
packages="strongswan-charon strongswan-swanctl libstrongswan libstrongswan-standard-plugins libstrongswan-extra-plugins
  strongswan-libcharon libcharon-extra-plugins"

say() { echo "strongswan: $*" >&2; }
die() { say "$*"; exit 1; }
# shellcheck source=build-aux/apt.sh
. "$(dirname "$0")/apt.sh"

# Complete is one that was renamed into place.
fetched() { [ -e "$link/usr/lib/ipsec/libcharon.so.0" ] && [ -x "$link/usr/sbin/swanctl" ]; }

fetch() {
  say "fetching Debian's packages (private apt lists)"
  private_lists deb
  mkdir "$work/debs" "$work/tree"
  # Many words on purpose.
  # shellcheck disable=SC2086
  (cd "$work/debs" && private_apt download $packages) >>"$work/apt.log" 2>&1 ||
    { tail -n 20 "$work/apt.log" >&2; die "apt-get download failed"; }
  for deb in "$work"/debs/*.deb; do dpkg -x "$deb" "$work/tree"; done
  version=$(dpkg-deb -f "$work"/debs/strongswan-charon_*.deb Version)
  echo "$version" >"$work/tree/version"
  rm -rf "$cache/strongswan-$version"
  mv "$work/tree" "$cache/strongswan-$version"
  ln -sfn "strongswan-$version" "$link.new"
  mv -T "$link.new" "$link"
  say "unpacked: $cache/strongswan-$version"
}

mkdir -p "$cache"
case ${1:-} in
  --print)
    fetched || { say "not there; run $0"; exit 1; }
    ;;
  '')
    exec 9>"$cache/lock-strongswan"
    if ! flock -n 9; then say "waiting for another run"; flock 9; fi
    if ! fetched; then
      work=$(mktemp -d -p "$cache" --suffix=.fetching)
      trap 'rm -rf "$work"' EXIT
      trap 'exit 1' HUP INT TERM
      fetch
    fi
    ;;
  *) die "unknown argument $1 (see the head of $0)" ;;
esac
readlink -f "$link"
