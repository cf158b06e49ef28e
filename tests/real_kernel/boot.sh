#!/bin/sh
# Boots a kernel that `fetch.sh` has unpacked, in QEMU, and runs JOB/script.sh as root on it.
#   boot.sh KERNEL JOB
# KERNEL and JOB are directories of absolute names. The script sees this machine's files under a
# layer in memory: what it writes is gone afterwards. JOB is /mnt there, and the modules are where
# modprobe looks for them. What is written to /dev/ttyS1 there comes into JOB/results, all other
# output on standard output. It ends when the script does; exit codes do not come through.
# Needs: qemu-system-x86, busybox-static, cpio, gzip, xz-utils.
set -eu
kernel=$1 job=$2
release=$(basename "$kernel")
modules=$kernel/lib/modules/$release
here=$(cd "$(dirname "$0")" && pwd)
first=$(mktemp -d)
trap 'rm -rf "$first"' EXIT

# What the first process needs to see this machine's files, with what that needs, in loading order.
mkdir -p "$first/bin" "$first/modules"
for wanted in virtio_pci 9pnet_virtio 9p overlay; do
    line=$(grep -E "/$wanted\.ko(\.xz)?:" "$modules/modules.dep") || continue # it is built in
    order=${line%%:*}
    for need in ${line#*:}; do order="$need $order"; done # the nearest is written first
    for module in $order; do
        name=$(basename "$module" .xz)
        [ ! -f "$first/modules/$name" ] || continue
        case $module in
        *.xz) xz -dc "$modules/$module" ;;
        *) cat "$modules/$module" ;;
        esac >"$first/modules/$name"
        echo "$name" >>"$first/modules/order"
    done
done
cp "$(command -v busybox)" "$first/bin/busybox"
cp "$here/init.sh" "$first/init"
(cd "$first" && find . | cpio -o -H newc --quiet | gzip -1) >"$job/first.gz"

# Emulation works everywhere; KVM inside a virtual machine may be offered and not work. A busy
# processor's time passes by instructions, 2 ns each, so that a busy machine makes a lab slow, and not
# late. The first serial port is the console, the second carries the results.
qemu-system-x86_64 -M pc -accel tcg -icount shift=1 -cpu max -m 2048 -smp 1 \
    -nodefaults -no-user-config -display none -no-reboot \
    -serial stdio -serial "file:$job/results" \
    -kernel "$kernel/boot/vmlinuz-$release" -initrd "$job/first.gz" \
    -fsdev local,id=root,path=/,security_model=none,readonly=on,multidevs=remap \
    -device virtio-9p-pci,fsdev=root,mount_tag=host \
    -append "loglevel=1 panic=-1 console=ttyS0 tsc=reliable no_timer_check mitigations=off \
random.trust_cpu=on lab_kernel=$kernel lab_job=$job" </dev/null
