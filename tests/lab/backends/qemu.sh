# QEMU without hardware acceleration (/dev/kvm may be there and still hang a stock kernel) and Debian's own kernel. Slow, but it has what UML
# lacks: NAT by nft, and XFRM interfaces. Sourced by ../run.
#
# The guest's root is the host's, shared read-only under an overlay in memory; the lab's output folder is shared for writing, at the same
# path. The cloud kernel has no 9p, so it is the generic one, unpacked from its package and not installed.
QEMU_SECONDS=5400
PATIENCE=5

start_guests() {
  local kernel
  note "kernel and initrd for QEMU"
  kernel=$("$LAB/backends/qemu-kernel.sh") || give_up "no kernel for QEMU"
  {
    guest_environment 1
    printf 'export LAB_HOME=%q\n' "$LAB"
  } >"$LAB_OUT/guest.env"
  note "booting QEMU"
  boot_qemu "$kernel" 8>&- &
  GUESTS=($!)
}

boot_qemu() { # FOLDER with vmlinuz, initrd.gz and modules/
  exec timeout -k 5 "$(guest_limit $QEMU_SECONDS)" qemu-system-x86_64 -accel tcg,thread=multi,tb-size=512 -cpu max,la57=off -smp "$(nproc)" -m 2048 \
    -machine q35,usb=off,vmport=off -nodefaults -display none -no-reboot -net none \
    -kernel "$1/vmlinuz" -initrd "$1/initrd.gz" \
    -append "console=ttyS0 quiet panic=-1 nokaslr mitigations=off random.trust_cpu=on cryptomgr.notests no_timer_check tsc=reliable norandmaps audit=0 apparmor=0 selinux=0 lab_out=$LAB_OUT lab_home=$LAB" \
    -serial "file:$LAB_OUT/guest.log" \
    -fsdev local,id=root,path=/,security_model=none,readonly=on,multidevs=remap -device virtio-9p-pci,fsdev=root,mount_tag=root \
    -fsdev local,id=modules,path="$1/modules",security_model=none,readonly=on -device virtio-9p-pci,fsdev=modules,mount_tag=modules \
    -fsdev local,id=out,path="$LAB_OUT",security_model=none -device virtio-9p-pci,fsdev=out,mount_tag=out \
    </dev/null >"$LAB_OUT/guest-qemu.log" 2>&1
}
