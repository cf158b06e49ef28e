#!/bin/bash
# up-parallel.sh N: the best that a shell was found to do. As up-batch.sh, but 32 nodes are
# configured at once, and the shell in a real server becomes its web server, which goes into the
# background by itself once it listens, so that nobody has to look
. "$(dirname "$0")/lab.sh"

links | ip -batch -
for ((i = 0; i <= LAST; i++)); do
  name $i
  address $i
  serve=
  ((i > 1)) && page $NAME && serve="exec busybox httpd -p 80 -h $WWW/$NAME"
  nsenter --net=/run/netns/$NAME sh -c "$(sysctls $i) ip -batch -; $serve" <<<"$(settings $i)" &
  (((i + 1) % 32)) || wait
done
wait
