#!/bin/bash
# up-batch.sh N: few processes, one after another: one `ip -batch` for every name and link, then one
# shell in each node, which writes /proc/sys and becomes the node's `ip -batch`; then the web
# servers, all in the background, and a look at each until it listens
. "$(dirname "$0")/lab.sh"

links | ip -batch -
for ((i = 0; i <= LAST; i++)); do
  name $i
  address $i
  nsenter --net=/run/netns/$NAME sh -c "$(sysctls $i) exec ip -batch -" <<<"$(settings $i)"
done

backends=
for ((i = 2; i <= LAST; i++)); do
  name $i
  page $NAME
  ip netns exec $NAME busybox httpd -f -p 80 -h $WWW/$NAME &
  backends+=" $!"
done
for pid in $backends; do
  until grep -qs ':0050 .* 0A ' /proc/$pid/net/tcp /proc/$pid/net/tcp6; do sleep 0.005; done
done
