#!/bin/bash
# Process 1 of the QEMU guest after its root is mounted: qemu-init.sh OUTPUT-FOLDER. Settings stand in its guest.env.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
. "$1/guest.env"
mount -t tmpfs run /run
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
ln -sfn /proc/self/fd /dev/fd
ip link set lo up
modprobe -a drbg jitterentropy_rng hmac cmac sha1_generic sha256_generic sha512_generic aesni_intel gcm ccm ctr cbc seqiv echainiv authenc \
  authencesn ghash_generic chacha20poly1305 xfrm_user xfrm_algo xfrm_interface esp4 esp6 xfrm4_tunnel veth dummy tun nf_conntrack nf_nat \
  nf_tables nft_ct nft_nat nft_chain_nat nft_masq nft_xfrm sch_netem
"$LAB_HOME/backends/warm_up.sh"
echo "booted" >>"$LAB_RESULTS"
"$LAB_HOME/backends/guest.sh" "$LAB_RESULTS" $LAB_SCENARIOS
sync
echo b >/proc/sysrq-trigger # with -no-reboot: QEMU exits at once
sleep 10
