#!/bin/bash
# down-lecture.sh N: removes what up-lecture.sh made, one command for each step
. "$(dirname "$0")/lab.sh"

for ((i = 0; i <= LAST; i++)); do
  name $i
  ((i > 1)) && kill $(ip netns pids $NAME)
  ip netns del $NAME
done
ip link del lan
