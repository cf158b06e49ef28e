#!/bin/sh
# Prints what the distribution's own programs say of namespaces: `observe.sh NAMESPACE...`.
# Numbers that differ from one build to the next (indices, link-layer addresses) are left out.
set -eu
PATH=$PATH:/usr/sbin:/sbin

for name in "$@"; do
    echo "== $name"
    ip -n "$name" -brief link show up | sed 's/@[^ ]*//' | awk '{ print "link", $1, $2 }' | sort
    ip -n "$name" -brief -4 address | sed 's/@[^ ]*//' | awk 'NF > 2 { $2 = ""; print "address", $0 }'
    ip -n "$name" -4 route | sed 's/^/route /' | sort
    ip netns exec "$name" sysctl -e net.ipv4.ip_forward net.ipv4.vs.conntrack \
        net.ipv4.conf.all.arp_ignore net.ipv4.conf.all.arp_announce net.ipv4.conf.all.rp_filter \
        net.ipv4.conf.tunl0.rp_filter net.ipv4.conf.eth0.rp_filter net.ipv4.conf.all.send_redirects
    ip netns exec "$name" ipvsadm -S -n
    ip netns exec "$name" iptables-legacy -t nat -S POSTROUTING 2>/dev/null | grep MASQ || true
    ip netns exec "$name" ss -Hltn | awk '{ sub(/.*:/, "", $4); print "listening", $4 }' | sort -u
done
