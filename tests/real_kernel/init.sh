#!/bin/busybox sh
# The first process on the kernel that `boot.sh` boots: it puts this machine's files, a layer in
# memory over them, in the place of the root, and runs the script there.
/bin/busybox --install -s /bin
mkdir -p /proc /sys /dev /host /layer /root
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
while read -r module; do insmod "/modules/$module"; done </modules/order
said() { sed "s/.*$1=\([^ ]*\).*/\1/" /proc/cmdline; }
kernel=$(said lab_kernel) job=$(said lab_job) release=$(uname -r)

mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=loose,ro host /host
mount -t tmpfs tmpfs /layer
mkdir /layer/new /layer/work
mount -t overlay -o lowerdir=/host,upperdir=/layer/new,workdir=/layer/work overlay /root
mkdir -p "/root/lib/modules/$release"
mount --bind "/root$kernel/lib/modules/$release" "/root/lib/modules/$release"
mount --bind "/host$job" /root/mnt

mount -t proc proc /root/proc
mount -t sysfs sysfs /root/sys
mount -t devtmpfs devtmpfs /root/dev
mkdir -p /root/dev/pts /root/dev/shm
mount -t devpts devpts /root/dev/pts
for directory in /run /tmp /dev/shm; do mount -t tmpfs tmpfs "/root$directory"; done
mkdir -p /root/run/netns /root/run/lock

# The root itself is changed, as the kernel calls /sbin/modprobe from there.
umount /proc /sys
exec switch_root -c /dev/console /root /bin/sh -c '
export HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cd /
ip link set lo up
sh /mnt/script.sh
echo o >/proc/sysrq-trigger
sleep 60'
