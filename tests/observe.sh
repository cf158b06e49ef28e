#!/bin/sh
# Prints what the distribution's own programs say of namespaces: `observe.sh NAMESPACE...`.
# Few processes are started, as each is dear in a guest.
set -eu

for name in "$@"; do
    echo "== $name"
    ip netns exec "$name" sh -c '
        ip -details -oneline link | sed "s/ permaddr [^ ]*//" # random for tunnels
        ip -oneline address
        ip route show table all
        sysctl -a --pattern "^net\.ipv4\.(conf|ip_|vs)|disable_ipv6$" 2>/dev/null
        ipvsadm -S -n 2>/dev/null
        { iptables-legacy -t nat -S POSTROUTING; iptables-legacy -t mangle -S; } 2>/dev/null |
            sed "s/ -m comment --comment lvs-lab//" # our sign: a script has none
        ss -Hltun | sort
        true
    '
done
