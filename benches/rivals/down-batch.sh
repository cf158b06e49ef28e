#!/bin/bash
# down-batch.sh N: removes what any of the shell rivals made, by one `ip -batch`
. "$(dirname "$0")/lab.sh"

names() {
  for ((i = 0; i <= LAST; i++)); do name $i; echo "netns del $NAME"; done
  echo "link del lan"
}

# finds this grep too, which is gone by then
kill $(grep -lsF "$WWW/" /proc/[0-9]*/cmdline | cut -d/ -f3) 2>/dev/null
names | ip -batch -
