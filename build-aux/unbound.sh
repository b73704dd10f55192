#!/bin/sh
# Fetches Debian's Unbound source package and builds it with what Latchkey needs
# (dynlib, ipsecmod, subnet, cachedb, libevent), and testbound beside it, into
#
#   ${XDG_CACHE_HOME:-~/.cache}/latchkey/unbound-VERSION        (--tsan: unbound-VERSION-tsan)
#     src/           the built tree: headers, config.h, testbound, testdata/
#     sbin/, etc/    the daemon and its tools, run from here or copied by `make install-unbound`
#   .../latchkey/unbound       a link to the newest (--tsan: unbound-tsan)
#
#   build-aux/unbound.sh              build unless it is there; print the directory
#   build-aux/unbound.sh --tsan       the same with clang's ThreadSanitizer
#   build-aux/unbound.sh --print      print the directory; exit 1 if it is not built
#   build-aux/unbound.sh --install D  copy the daemon and its tools to prefix D
#
# The machine's apt configuration is read, never changed. A directory is complete or absent.
set -eu

cache=${XDG_CACHE_HOME:-${HOME:?}/.cache}/latchkey
variant=
action=build
prefix=
jobs=$(nproc 2>/dev/null || echo 2)

say() { echo "unbound: $*" >&2; }
die() { say "$*"; exit 1; }

while [ $# -gt 0 ]; do
  case $1 in
    --tsan) variant=-tsan ;;
    --print) action=print ;;
    --install) action=install; prefix=${2:?--install needs a directory}; shift ;;
    *) die "unknown argument $1 (see the head of $0)" ;;
  esac
  shift
done
link=$cache/unbound$variant

# A complete build is one that was renamed into place and still runs.
built() { [ -x "$link/sbin/unbound" ] && [ -x "$link/src/testbound" ] && [ -f "$link/src/config.h" ]; }

# deb-src lines for every Debian mirror that the machine's own apt uses, whether its
# sources are one-line (.list) or deb822 (.sources) files: apt itself takes them apart.
source_list() {
  keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  options=
  if [ -r "$keyring" ]; then options="[signed-by=$keyring] "; fi
  apt-get indextargets --format '$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
    sort -u | while IFS='|' read -r origin uri suite component; do
      case $origin:$uri in Debian:* | *debian*) echo "deb-src $options$uri $suite $component" ;; esac
    done
}

# apt-get with lists and caches of its own; proxies, keys and pins stay the machine's.
private_apt() {
  apt-get -q -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt/cache" -o Dir::Cache::archives="$apt/cache/archives" \
    -o APT::Get::List-Cleanup=0 -o Acquire::Languages=none -o Acquire::Retries=3 \
    -o APT::Sandbox::User=root "$@"
}

fetch() {
  apt=$work/apt
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$work/source"
  source_list >"$apt/sources.list"
  [ -s "$apt/sources.list" ] || die "apt on this machine knows no Debian mirror (apt-get indextargets lists none)"
  say "fetching the source package (private apt lists)"
  private_apt update >"$work/apt.log" 2>&1 || { cat "$work/apt.log" >&2; die "apt-get update failed"; }
  (cd "$work/source" && private_apt source unbound) >>"$work/apt.log" 2>&1 ||
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
  ln -sfn "unbound-$version$variant" "$link.new"
  mv -T "$link.new" "$link"
  say "built: $final"
}

mkdir -p "$cache"
case $action in
  print)
    built || { say "not built; run $0"; exit 1; }
    readlink -f "$link"
    ;;
  install)
    built || die "not built; run $0 first"
    say "copying to $prefix (run $prefix/sbin/unbound -c FILE)"
    mkdir -p "$prefix/sbin"
    for tool in unbound unbound-checkconf unbound-control unbound-control-setup unbound-anchor unbound-host; do
      cp -p "$link/sbin/$tool" "$prefix/sbin/$tool.new"
      mv "$prefix/sbin/$tool.new" "$prefix/sbin/$tool"
    done
    ;;
  build)
    exec 9>"$cache/lock$variant"
    if ! flock -n 9; then say "waiting for another run"; flock 9; fi
    if ! built; then
      for tool in apt-get dpkg-source make cc flex bison; do
        command -v $tool >/dev/null || die "$tool is missing; run build-aux/packages.sh"
      done
      work=$(mktemp -d "$cache/building.XXXXXX")
      trap 'rm -rf "$work"' EXIT
      trap 'exit 1' HUP INT TERM
      build
    fi
    readlink -f "$link"
    ;;
esac
