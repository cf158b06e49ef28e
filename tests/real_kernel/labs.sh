#!/bin/sh
# Runs on the kernel that `boot.sh` boots, as root: labs on the running kernel, of whose modules none
# is loaded yet. What came of each goes to the second serial port: a line `@ WHAT EXIT-CODE`, and
# then all that was said.
export PATH="/tmp/bin:$PATH" LVS_LAB_STATE_DIR=/tmp/state LVS_LAB_KERNEL=host
mkdir /tmp/bin && ln -s /mnt/lvs-lab /tmp/bin/lvs-lab

try() { # WHAT COMMAND...
    what=$1 code=0
    shift
    echo "== $what: $* ($(cut -d ' ' -f 1 /proc/uptime) s)"
    "$@" >/tmp/said 2>&1 || code=$?
    cat /tmp/said
    { echo "@ $what $code" && cat /tmp/said; } >/dev/ttyS1
}

# What a lab may have left on the machine.
left() { ls -A /run/netns /tmp/state 2>/dev/null | grep -v ':$' | grep .; }

loaded() { ls -d "/sys/module/$1"; }

# Takes a module's file away, and brings it back.
hide() { hidden=$(find "/lib/modules/$(uname -r)/" -name "$1.ko*") && mv "$hidden" /tmp/; }
unhide() { mv "/tmp/${hidden##*/}" "$hidden"; }

hide fou
try doctor-without-fou lvs-lab doctor
try up-without-fou lvs-lab up tun-gue
try test-without-fou lvs-lab test tun-gue
try left-without-fou left
unhide

# A lab that is up gets what a fault or a changed file takes, and keeps what it has where that
# cannot be had.
with_scheduler() {
    sed "s/scheduler: rr/scheduler: $1/; s/distribution: predicted, //" /mnt/dr.yaml >/tmp/dr.yaml
}
with_scheduler rr
try up lvs-lab up /tmp/dr.yaml
try netem-before loaded sch_netem
try impair lvs-lab fault dr impair rs1 --delay 5ms
try netem-after loaded sch_netem
try heal lvs-lab heal dr
with_scheduler wlc
try wlc-before loaded ip_vs_wlc
try change lvs-lab up /tmp/dr.yaml
try wlc-after loaded ip_vs_wlc
with_scheduler mh
hide ip_vs_mh
try change-without-mh lvs-lab up /tmp/dr.yaml
unhide
modprobe --all ipip ip_gre sit ip6_tunnel
try status lvs-lab status dr
try request lvs-lab request dr -n 4
try down lvs-lab down dr
try left-after-down left
try wlc-after-down loaded ip_vs_wlc

for lab in $(cat /mnt/labs); do
    try "$lab" lvs-lab test "$lab"
done

# Namespaces without the tunnels' ends that the modules make of themselves (sysctl/net.rst).
echo 1 >/proc/sys/net/core/fb_tunnels_only_for_init_net
for lab in $(cat /mnt/tunnels); do
    try "bare-$lab" lvs-lab test "$lab"
done
try left-at-the-end left
try end true
