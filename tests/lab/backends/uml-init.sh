#!/bin/bash
# Process 1 of the UML guest, started by a small script that sets LAB_* first. The root is the host's through hostfs, so
# everything that is not below a mount of ours is written to the host.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
here=$(dirname "$0")
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs run /run
[ -e /dev/null ] || mount -t devtmpfs dev /dev
ln -sfn /proc/self/fd /dev/fd
mkdir -p /lib/modules
mount --bind /usr/lib/uml/modules /lib/modules
modprobe -a xfrm_user esp4 esp6 xfrm4_tunnel tun veth gcm ccm cbc hmac authenc echainiv seqiv chacha20poly1305 sch_netem
ip link set lo up
"$here/warm_up.sh"
echo "booted" >>"$LAB_RESULTS"
"$here/guest.sh" "$LAB_RESULTS" $LAB_SCENARIOS
sync
echo o >/proc/sysrq-trigger
sleep 10
