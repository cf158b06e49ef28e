// floor up N [VIP]   makes the laboratory and prints its own time in microseconds
// floor down N       removes it
//
// The least work known that makes a laboratory of one client, one director and N real servers on
// one bridge: system calls and netlink messages, no library, no check, no journal, no server. Each
// node has a namespace under /run/netns (a bind mount, as `ip netns` makes them), a veth to the
// bridge in a namespace of its own, an address, and the settings of a director or a real server.
//
// Build: gcc -O2 -o floor floor.c
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LOOPBACK = 1, ETH0 = 2, BRIDGE = 2 };
enum { CLIENT, DIRECTOR, FIRST_REAL_SERVER };
static const unsigned FIRST_ADDRESS = 0x0a000001, BROADCAST = 0x0a00ffff;

static void check(int result, const char *what) {
  if (result < 0) {
    fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
    exit(1);
  }
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

// ---- netlink: several messages in one send, the last one acknowledged

struct batch {
  char bytes[4096];
  int length;
  struct nlmsghdr *last;
};

static void *append(struct batch *b, const void *data, int size) {
  void *place = b->bytes + b->length;
  memset(place, 0, NLMSG_ALIGN(size));
  if (size) memcpy(place, data, size);
  b->length += NLMSG_ALIGN(size);
  if (b->last) b->last->nlmsg_len = b->bytes + b->length - (char *)b->last;
  return place;
}

static void message(struct batch *b, int type, int flags, const void *body, int size) {
  struct nlmsghdr head = {.nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags};
  b->last = NULL;
  b->last = append(b, &head, sizeof head);
  append(b, body, size);
}

static struct rtattr *attribute(struct batch *b, int type, const void *data, int size) {
  struct rtattr head = {.rta_type = type, .rta_len = RTA_LENGTH(size)};
  struct rtattr *place = append(b, &head, sizeof head);
  append(b, data, size);
  return place;
}

static void number(struct batch *b, int type, unsigned value) { attribute(b, type, &value, 4); }

static void text(struct batch *b, int type, const char *value) {
  attribute(b, type, value, strlen(value) + 1);
}

static struct rtattr *nest(struct batch *b, int type) { return attribute(b, type, NULL, 0); }

static void end(struct batch *b, struct rtattr *nested) {
  nested->rta_len = b->bytes + b->length - (char *)nested;
}

static void transact(int sock, struct batch *b, const char *what) {
  char reply[8192];
  b->last->nlmsg_flags |= NLM_F_ACK;
  check(send(sock, b->bytes, b->length, 0), what);
  // Without a request for it only an error is answered before the last acknowledgement.
  check(recv(sock, reply, sizeof reply, 0), what);
  struct nlmsgerr *answer = NLMSG_DATA((struct nlmsghdr *)reply);
  errno = -answer->error;
  check(answer->error, what);
}

static int route_socket(void) {
  int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  check(sock, "netlink socket");
  return sock;
}

// ---- namespaces and settings

static void path_of(char *path, int node) {
  if (node == CLIENT) sprintf(path, "/run/netns/floor-client");
  else if (node == DIRECTOR) sprintf(path, "/run/netns/floor-director");
  else if (node < 0) sprintf(path, "/run/netns/floor-switch");
  else sprintf(path, "/run/netns/floor-r%d", node - DIRECTOR);
}

static int new_namespace(int node) {
  char path[64], source[64];
  check(unshare(CLONE_NEWNET), "unshare");
  int namespace = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  check(namespace, "open namespace");
  path_of(path, node);
  int file = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
  check(file, path);
  close(file);
  sprintf(source, "/proc/self/fd/%d", namespace);
  check(mount(source, path, "none", MS_BIND, NULL), path);
  return namespace;
}

static void set(const char *path, const char *value) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  check(file, path);
  check(write(file, value, strlen(value)), path);
  close(file);
}

static void set_role(int node) {
  if (node == DIRECTOR) set("/proc/sys/net/ipv4/ip_forward", "1");
  if (node < FIRST_REAL_SERVER) return;
  set("/proc/sys/net/ipv4/conf/all/arp_ignore", "1");
  set("/proc/sys/net/ipv4/conf/all/arp_announce", "2");
}

// ---- links, addresses, routes

static void up(struct batch *b, int index) {
  struct ifinfomsg link = {.ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
  message(b, RTM_SETLINK, 0, &link, sizeof link);
}

static void make_bridge(int sock) {
  struct batch b = {0};
  struct ifinfomsg link = {.ifi_index = BRIDGE, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
  message(&b, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &link, sizeof link);
  text(&b, IFLA_IFNAME, "lan");
  struct rtattr *info = nest(&b, IFLA_LINKINFO);
  text(&b, IFLA_INFO_KIND, "bridge");
  struct rtattr *data = nest(&b, IFLA_INFO_DATA);
  char off = 0;
  attribute(&b, IFLA_BR_MCAST_SNOOPING, &off, 1);
  end(&b, data);
  end(&b, info);
  // The ports must not chatter IPv6 at each other.
  set("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
  transact(sock, &b, "bridge");
}

static void one_queue(struct batch *b) {
  number(b, IFLA_NUM_TX_QUEUES, 1);
  number(b, IFLA_NUM_RX_QUEUES, 1);
}

// The port on the bridge, up, and its peer in the node: one message, nothing is moved.
static void connect_node(int sock, int node, int namespace) {
  char port[16];
  sprintf(port, "v%d", node);
  struct batch b = {0};
  struct ifinfomsg link = {.ifi_flags = IFF_UP, .ifi_change = IFF_UP};
  struct ifinfomsg peer = {.ifi_index = ETH0};
  message(&b, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &link, sizeof link);
  text(&b, IFLA_IFNAME, port);
  one_queue(&b);
  number(&b, IFLA_MASTER, BRIDGE);
  struct rtattr *info = nest(&b, IFLA_LINKINFO);
  text(&b, IFLA_INFO_KIND, "veth");
  struct rtattr *data = nest(&b, IFLA_INFO_DATA);
  struct rtattr *other = nest(&b, VETH_INFO_PEER);
  append(&b, &peer, sizeof peer);
  text(&b, IFLA_IFNAME, "eth0");
  number(&b, IFLA_NET_NS_FD, namespace);
  one_queue(&b);
  end(&b, other);
  end(&b, data);
  end(&b, info);
  transact(sock, &b, "veth");
}

static void no_link_local(struct batch *b) {
  struct ifinfomsg link = {.ifi_index = ETH0};
  char none = IN6_ADDR_GEN_MODE_NONE;
  message(b, RTM_SETLINK, 0, &link, sizeof link);
  struct rtattr *families = nest(b, IFLA_AF_SPEC);
  struct rtattr *inet6 = nest(b, AF_INET6);
  attribute(b, IFLA_INET6_ADDR_GEN_MODE, &none, 1);
  end(b, inet6);
  end(b, families);
}

static void add_address(struct batch *b, int index, unsigned address, int prefix) {
  struct ifaddrmsg body = {.ifa_family = AF_INET, .ifa_prefixlen = prefix, .ifa_index = index};
  message(b, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof body);
  number(b, IFA_LOCAL, address);
  number(b, IFA_ADDRESS, address);
  if (prefix < 32) number(b, IFA_BROADCAST, htonl(BROADCAST));
}

static void add_default_route(struct batch *b) {
  struct rtmsg body = {.rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN,
                       .rtm_protocol = RTPROT_STATIC, .rtm_type = RTN_UNICAST};
  message(b, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof body);
  number(b, RTA_GATEWAY, htonl(FIRST_ADDRESS));
  number(b, RTA_OIF, ETH0);
}

static void configure(int sock, int node, unsigned vip) {
  struct batch b = {0};
  no_link_local(&b);
  up(&b, ETH0);
  up(&b, LOOPBACK);
  add_address(&b, ETH0, htonl(FIRST_ADDRESS + node), 16);
  if (vip && node != CLIENT) add_address(&b, LOOPBACK, vip, 32);
  if (node != CLIENT) add_default_route(&b);
  transact(sock, &b, "configuration");
}

static void make_node(int bridge_sock, int node, unsigned vip) {
  int namespace = new_namespace(node);
  set_role(node);
  int sock = route_socket();
  connect_node(bridge_sock, node, namespace);
  configure(sock, node, vip);
  close(sock);
  close(namespace);
}

// As `ip netns add` does, so that the names are seen wherever /run/netns is.
static void share_names(void) {
  if (!mount("", "/run/netns", "none", MS_SHARED | MS_REC, NULL)) return;
  check(mount("/run/netns", "/run/netns", "none", MS_BIND | MS_REC, NULL), "bind /run/netns");
  check(mount("", "/run/netns", "none", MS_SHARED | MS_REC, NULL), "share /run/netns");
}

static void make_all(int servers, unsigned vip) {
  double begun = now();
  share_names();
  close(new_namespace(-1));
  int sock = route_socket();
  make_bridge(sock);
  for (int node = 0; node < servers + FIRST_REAL_SERVER; node++) make_node(sock, node, vip);
  printf("%.0f\n", now() - begun);
}

static void remove_all(int servers) {
  char path[64];
  for (int node = -1; node < servers + FIRST_REAL_SERVER; node++) {
    path_of(path, node);
    check(umount2(path, MNT_DETACH), path);
    check(unlink(path), path);
  }
}

int main(int count, char **words) {
  if (count < 3) {
    fprintf(stderr, "usage: floor up N [VIP] | floor down N\n");
    return 2;
  }
  int servers = atoi(words[2]);
  if (!strcmp(words[1], "up")) make_all(servers, count > 3 ? inet_addr(words[3]) : 0);
  else remove_all(servers);
  return 0;
}
