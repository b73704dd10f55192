#!/bin/bash
# Prints a folder with vmlinuz, initrd.gz and modules/ of Debian's generic kernel, made in the user's cache the first time. Nothing is
# installed.
set -eu -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/latchkey
mkdir -p "$cache"
package=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image/ { print $2; exit }')
folder=$cache/qemu-$package
exec 7>"$cache/qemu.lock"
flock 7
work=$(mktemp -d -p "$cache" --suffix=.qemu)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

if [ ! -e "$folder/vmlinuz" ]; then
  echo "qemu: fetching $package" >&2
  (cd "$work" && apt-get -o APT::Sandbox::User=root download "$package" >&2 && dpkg -x ./*.deb unpacked)
  version=$(ls "$work/unpacked/lib/modules")
  depmod -b "$work/unpacked" "$version"
  mkdir -p "$work/kernel"
  mv "$work/unpacked/boot/vmlinuz-$version" "$work/kernel/vmlinuz"
  mv "$work/unpacked/lib/modules" "$work/kernel/modules"
  rm -rf "$folder"
  mv "$work/kernel" "$folder"
fi

if [ ! "$folder/initrd.gz" -nt "$here/qemu-initrd.sh" ] || [ ! "$folder/initrd.gz" -nt "$0" ]; then
  tree=$work/initrd
  mkdir -p "$tree"/{bin,proc,sys,dev,modules,lower,memory,new}
  cp /bin/busybox "$tree/bin/busybox"
  install -m 755 "$here/qemu-initrd.sh" "$tree/init"
  # Only what it takes to mount the shares; everything else comes from the modules' share.
  mkdir -p "$tree/base/lib"
  ln -s "$folder/modules" "$tree/base/lib/modules"
  for module in virtio_pci 9pnet_virtio 9p overlay; do
    modprobe -d "$tree/base" -S "$(ls "$folder/modules")" --show-depends $module | awk '/^insmod/ { print $2 }'
  done | awk '!seen[$0]++' | while read -r file; do
    cp "$file" "$tree/modules/"
    basename "$file" >>"$tree/modules/order"
  done
  rm -rf "$tree/base"
  (cd "$tree" && find . | cpio -o -H newc 2>/dev/null | gzip) >"$folder/initrd.new"
  mv "$folder/initrd.new" "$folder/initrd.gz"
fi
echo "$folder"
