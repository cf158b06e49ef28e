#!/bin/bash
# up-lecture.sh N: as lecture notes do it, one command for each step
. "$(dirname "$0")/lab.sh"

ip link add lan type bridge
ip link set lan up
for ((i = 0; i <= LAST; i++)); do
  name $i
  address $i
  ip netns add $NAME
  ip link add v$i type veth peer name eth0 netns $NAME
  ip link set v$i master lan
  ip link set v$i up
  ip -n $NAME link set lo up
  ip -n $NAME link set eth0 up
  ip -n $NAME addr add $ADDRESS/16 dev eth0
  ((i > 0)) && ip -n $NAME route add default via 10.0.0.1
  ((i > 0)) && [ -n "$VIP" ] && ip -n $NAME addr add $VIP/32 dev lo
  ((i == 1)) && ip netns exec $NAME sysctl -qw net.ipv4.ip_forward=1
  ((i > 1)) || continue
  ip netns exec $NAME sysctl -qw net.ipv4.conf.all.arp_ignore=1
  ip netns exec $NAME sysctl -qw net.ipv4.conf.all.arp_announce=2
  page $NAME
  # goes into the background by itself, once it listens
  ip netns exec $NAME busybox httpd -p 80 -h $WWW/$NAME
done
