#!/bin/busybox sh
# Process 1 in the initrd of the QEMU guest: makes the host's root, read-only under an overlay, the guest's own.
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t devtmpfs dev /dev
while read -r module; do $b insmod "/modules/$module" || echo "insmod $module failed"; done </modules/order
for word in $($b cat /proc/cmdline); do
  case $word in lab_out=*) out=${word#lab_out=} ;; lab_home=*) home=${word#lab_home=} ;; esac
done
nine=trans=virtio,version=9p2000.L,msize=1048576
$b mount -t 9p -o $nine,ro,cache=loose root /lower || $b poweroff -f
$b mount -t tmpfs -o size=75%,mode=755 memory /memory
$b mkdir /memory/upper /memory/work
$b mount -t overlay -o lowerdir=/lower,upperdir=/memory/upper,workdir=/memory/work root /new || $b poweroff -f
$b mkdir -p "/new/$out" /new/usr/lib/modules
$b mount -t 9p -o $nine,cache=none,access=any out "/new/$out"
$b mount -t 9p -o $nine,ro,cache=loose modules /new/usr/lib/modules
$b mount --move /dev /new/dev
$b mount --move /proc /new/proc
$b mount --move /sys /new/sys
exec $b switch_root /new /bin/bash "$home/backends/qemu-init.sh" "$out"
