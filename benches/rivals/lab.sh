# sourced by every shell rival: what they have in common
# node 0 is the client, 1 the director, 2 and on the real servers
SERVERS=$1
LAST=$((SERVERS + 1))
WWW=/run/rival-www
NET4=/proc/sys/net/ipv4

name() {
  case $1 in
    0) NAME=rival-client ;;
    1) NAME=rival-director ;;
    *) NAME=rival-r$(($1 - 1)) ;;
  esac
}

address() { ADDRESS=10.0.$((($1 + 1) / 256)).$((($1 + 1) % 256)); }

# for one `ip -batch`: every namespace, and a veth from each to the bridge
links() {
  echo "link add lan up type bridge"
  for ((i = 0; i <= LAST; i++)); do name $i; echo "netns add $NAME"; done
  for ((i = 0; i <= LAST; i++)); do
    name $i
    echo "link add v$i up master lan type veth peer name eth0 netns $NAME"
  done
}

# for an `ip -batch` in node $1
settings() {
  echo "link set lo up
link set eth0 up
addr add $ADDRESS/16 dev eth0"
  (($1 > 0)) || return
  echo "route add default via 10.0.0.1"
  [ -z "$VIP" ] || echo "addr add $VIP/32 dev lo"
}

# for a shell in node $1: its settings under /proc/sys
sysctls() {
  case $1 in
    0) ;;
    1) echo "echo 1 >$NET4/ip_forward;" ;;
    *) echo "echo 1 >$NET4/conf/all/arp_ignore; echo 2 >$NET4/conf/all/arp_announce;" ;;
  esac
}

# what a backend serves: its own name
page() {
  mkdir -p $WWW/$1
  echo $1 >$WWW/$1/index.html
}
