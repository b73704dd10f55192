#!/bin/sh
# Fetches Debian's Unbound source package and builds it with what Latchkey needs
# (dynlib, ipsecmod, subnet, cachedb, libevent), and testbound beside it, into
#
#   ${XDG_CACHE_HOME:-~/.cache}/latchkey/unbound-VERSION        (--tsan: unbound-VERSION-tsan)
#     src/           the built tree: headers, config.h, testbound, testdata/
#     sbin/, etc/    the daemon and its tools, run from here or copied by `make install-unbound`
#   .../latchkey/unbound       a link to the newest (--tsan: unbound-tsan; --release trixie: unbound-trixie)
#
#   build-aux/unbound.sh              build unless it is there; print the directory
#   build-aux/unbound.sh --tsan       the same with clang's ThreadSanitizer
#   build-aux/unbound.sh --release R  the same from the source package of Debian's release R (trixie), beside this one's
#   build-aux/unbound.sh --print      print the directory; exit 1 if it is not built
#   build-aux/unbound.sh --install D  copy the daemon and its tools to prefix D
#
# The machine's apt configuration is read, never changed. A directory is complete or absent.
set -eu

cache=${XDG_CACHE_HOME:-${HOME:?}/.cache}/latchkey
variant=
debian_release=
action=build
prefix=
jobs=$(nproc 2>/dev/null || echo 2)

say() { echo "unbound: $*" >&2; }
die() { say "$*"; exit 1; }
# shellcheck source=build-aux/apt.sh
. "$(dirname "$0")/apt.sh"

while [ $# -gt 0 ]; do
  case $1 in
    --tsan) variant=-tsan ;;
    --release) debian_release=${2:?--release needs a name, like trixie}; shift ;;
    --print) action=print ;;
    --install) action=install; prefix=${2:?--install needs a directory}; shift ;;
    *) die "unknown argument $1 (see the head of $0)" ;;
  esac
  shift
done
case $debian_release in *[!a-z]*) die "no name of a Debian release: $debian_release" ;; esac
flavour=${debian_release:+-$debian_release}$variant
link=$cache/unbound$flavour

# A complete build is one that was renamed into place and still runs.
built() { [ -x "$1/sbin/unbound" ] && [ -x "$1/src/testbound" ] && [ -f "$1/src/config.h" ]; }

# A mirror may list a release's newest source package and not hold it. This one is older; its description's SHA-256
# stands here, and the description has those of its files.
fetch_pinned() {
  case $debian_release in
    trixie) at=pool/main/u/unbound version=1.22.0-2+deb13u3 sum=ade536ed9c112076e61c6e367528f77749cbf3156b29f8a57a0ac96a81c6c5cb ;;
    *) return 1 ;;
  esac
  dsc=unbound_$version.dsc
  mirror=$(sed -n 's/.* \(http[^ ]*\) [a-z]* main$/\1/p' "$apt/sources.list" | head -n 1)
  rm -rf ./*
  /usr/lib/apt/apt-helper download-file "${mirror%/}/$at/$dsc" "$dsc" "SHA256:$sum" || return 1
  sed -n '/^Checksums-Sha256:/,/^Files:/s/^ \([0-9a-f]*\) [0-9]* \(.*\)/\1 \2/p' "$dsc" | while read -r sum file; do
    /usr/lib/apt/apt-helper download-file "${mirror%/}/$at/$file" "$file" "SHA256:$sum" || exit 1
  done && dpkg-source -x "$dsc"
}

fetch() {
  say "fetching the source package (private apt lists)"
  private_lists deb-src
  mkdir -p "$work/source"
  (cd "$work/source" && { private_apt source unbound || fetch_pinned; }) >>"$work/apt.log" 2>&1 ||
    { tail -n 20 "$work/apt.log" >&2; die "apt-get source unbound failed"; }
  tree=$(find "$work/source" -mindepth 1 -maxdepth 1 -type d -name 'unbound-*')
  [ -d "$tree" ] || die "the source package did not unpack"
  version=$(basename "$tree" | sed 's/^unbound-//')
}

# Runs a step with its output in a log; on failure shows the log's end.
step() {
  say "$1"
  shift
  "$@" >>"$work/build.log" 2>&1 || { tail -n 30 "$work/build.log" >&2; die "failed: $*"; }
}

configure_tree() {
  cd "$target/src"
  ./configure --prefix="$final" --sysconfdir="$final/etc" --with-conf-file="$final/etc/unbound/unbound.conf" \
    --with-rootkey-file=/var/lib/unbound/root.key --with-pidfile=/run/unbound.pid \
    --with-chroot-dir= --with-username= --disable-rpath --disable-shared --with-pthreads \
    --with-libevent --with-ssl --with-libnghttp2 --with-libhiredis \
    --with-dynlibmodule --enable-ipsecmod --enable-subnet --enable-cachedb "$@"
}

build_tree() {
  cd "$target/src"
  make -j"$jobs" all && make -j"$jobs" testbound LDFLAGS="$link_flags -rdynamic" && make install DESTDIR="$work/root"
}

build() {
  fetch
  final=$cache/unbound-$version$variant
  if built "$final"; then # by another name: this machine's own release, for one
    link_to_final
    return
  fi
  target=$work/tree
  mkdir "$target"
  mv "$tree" "$target/src"
  link_flags=-Wl,--build-id=sha1   # by which Latchkey knows its host
  if [ -n "$variant" ]; then
    link_flags="$link_flags -fsanitize=thread"
    step "configuring $version with ThreadSanitizer (20 s)" configure_tree \
      CC=clang-19 CFLAGS="-O1 -g -fno-omit-frame-pointer -fsanitize=thread" LDFLAGS="$link_flags"
  else
    step "configuring $version (20 s)" configure_tree CFLAGS="-O2 -g" LDFLAGS="$link_flags"
  fi
  step "building $version (a minute or two on two cores)" build_tree
  mv "$work/root$final"/* "$target/"
  find "$target/src" -name '*.lo' -delete
  rm -rf "$final"
  mv "$target" "$final"
  link_to_final
  say "built: $final"
}

link_to_final() {
  ln -sfn "$(basename "$final")" "$link.new"
  mv -T "$link.new" "$link"
}

mkdir -p "$cache"
case $action in
  print)
    built "$link" || { say "not built; run $0"; exit 1; }
    readlink -f "$link"
    ;;
  install)
    built "$link" || die "not built; run $0 first"
    say "copying to $prefix (run $prefix/sbin/unbound -c FILE)"
    mkdir -p "$prefix/sbin"
    for tool in unbound unbound-checkconf unbound-control unbound-control-setup unbound-anchor unbound-host; do
      cp -p "$link/sbin/$tool" "$prefix/sbin/$tool.new"
      mv "$prefix/sbin/$tool.new" "$prefix/sbin/$tool"
    done
    ;;
  build)
    exec 9>"$cache/lock$flavour"
    if ! flock -n 9; then say "waiting for another run"; flock 9; fi
    if ! built "$link"; then
      for tool in apt-get dpkg-source make cc flex bison; do
        command -v $tool >/dev/null || die "$tool is missing; run build-aux/packages.sh"
      done
      work=$(mktemp -d -p "$cache" --suffix=.building)
      trap 'rm -rf "$work"' EXIT
      trap 'exit 1' HUP INT TERM
      build
    fi
    readlink -f "$link"
    ;;
esac
