//! Slips of people who write YAML by hand: each is one diagnostic, where it begins, and its help
//! says what to write.

use super::load;
use crate::lab::Source;

const SOUND: &str = "\
name: lab
networks:
  outside: 192.168.136.0/24
  inside: 192.168.137.0/24
clients:
  client:
    addresses:
      outside: 192.168.136.10
directors:
  director:
    addresses:
      outside: 192.168.136.1
      inside: 192.168.137.199
real_servers:
  rs1:
    addresses:
      inside: 192.168.137.200
  rs2:
    addresses:
      inside: 192.168.137.201
virtual_services:
  web:
    vip: 192.168.136.100
    port: 80
    scheduler: rr
    forwarding: nat
    real_servers: [rs1, rs2]
scenarios:
  round-robin:
    - request: { from: client, service: web, count: 100 }
      expect:
        distribution: { rs1: 50, rs2: 50 }
        status: 200
        failures: 0
    - wait: 1s
";

/// What stands in the sound file, what is written in its place, the one rule that is broken with
/// line and column, and how its help begins.
const SLIPS: &[(&str, &str, &str, &str)] = &[
    (
        "        status: 200",
        "        status: 200-299",
        "L007 33:17",
        "write one number, as in `200`: answers of another status are expected by a step of their o",
    ),
    (
        "        status: 200",
        "        status: [200, 204]",
        "L007 33:17",
        "write one number, as in `200`: answers of another status are expected by a step of their o",
    ),
    (
        "        status: 200",
        "        status: 2xx",
        "L007 33:17",
        "write one number, as in `200`: answers of another status are expected by a step of their o",
    ),
    (
        "        status: 200",
        "        status: 200, 204",
        "L007 33:17",
        "write one number, as in `200`: answers of another status are expected by a step of their o",
    ),
    (
        "        status: 200",
        "        status: >=200",
        "L001 33:17",
        "put the value into quotes, as in `\">=200\"`",
    ),
    ("    - wait: 1s", "    – wait: 1s", "L132 35:5", "type `-` in its place"),
    ("    - wait: 1s", "    — wait: 1s", "L132 35:5", "type `-` in its place"),
    ("    - wait: 1s", "    − wait: 1s", "L132 35:5", "type `-` in its place"),
    ("    - wait: 1s", "    • wait: 1s", "L132 35:5", "type `-` in its place"),
    ("    - wait: 1s", "    · wait: 1s", "L132 35:5", "type `-` in its place"),
    (
        "    - wait: 1s",
        "    * wait: 1s",
        "L001 35:5",
        "write `-` for an item of a list; put a text that begins with `*` into quotes",
    ),
    ("    - wait: 1s", "    –wait: 1s", "L132 35:5", "type `-` in its place"),
    (
        "    real_servers: [rs1, rs2]",
        "    real_servers:\n      – rs1\n      – rs2",
        "L132 28:7",
        "type `-` in its place",
    ),
    (
        "    real_servers: [rs1, rs2]",
        "    real_servers:\n      • rs1\n      • rs2",
        "L132 28:7",
        "type `-` in its place",
    ),
    (
        "    real_servers: [rs1, rs2]",
        "    real_servers:\n      -rs1\n      -rs2",
        "L007 28:7",
        "write a space behind each dash, as in `- rs1`",
    ),
    ("    - wait: 1s", "    -wait: 1s", "L001 35:5", "write `- wait: 1s`"),
    // What is not indented below its key.
    (
        "    addresses:\n      outside: 192.168.136.10\n",
        "    addresses:\n    outside: 192.168.136.10\n",
        "L007 8:5",
        "indent it by two spaces more, below `addresses:`",
    ),
    (
        "      outside: 192.168.136.1\n      inside: 192.168.137.199\n",
        "    outside: 192.168.136.1\n    inside: 192.168.137.199\n",
        "L007 12:5",
        "indent it by two spaces more, below `addresses:`",
    ),
    (
        "  rs1:\n    addresses:\n      inside: 192.168.137.200\n",
        "  rs1:\n  addresses:\n    inside: 192.168.137.200\n",
        "L007 16:3",
        "indent it by two spaces more, below `rs1:`",
    ),
    (
        "  outside: 192.168.136.0/24\n  inside: 192.168.137.0/24\n",
        "outside: 192.168.136.0/24\ninside: 192.168.137.0/24\n",
        "L007 3:1",
        "indent it by two spaces more, below `networks:`",
    ),
    (
        "{ from: client, service: web, count: 100 }",
        "\n      from: client\n      service: web",
        "L007 31:7",
        "indent it by two spaces more, below `request:`",
    ),
    // A name and its value without a colon between.
    (
        "    addresses:\n      inside: 192.168.137.200",
        "    addresses: { inside 192.168.137.200 }",
        "L007 16:18",
        "write `inside: 192.168.137.200`",
    ),
    (
        "    addresses:\n      inside: 192.168.137.200",
        "    addresses: { inside=192.168.137.200 }",
        "L007 16:18",
        "write `inside: 192.168.137.200`",
    ),
    (
        "    addresses:\n      inside: 192.168.137.200",
        "    addresses: { inside:192.168.137.200 }",
        "L007 16:18",
        "write `inside: 192.168.137.200`",
    ),
    (
        "  outside: 192.168.136.0/24\n  inside: 192.168.137.0/24\n",
        "  { outside: 192.168.136.0/24, inside 192.168.137.0/24 }\n",
        "L007 3:32",
        "write `inside: 192.168.137.0/24`",
    ),
    ("{ rs1: 50, rs2: 50 }", "{ rs1 50, rs2: 50 }", "L007 32:25", "write `rs1: 50`"),
    ("{ rs1: 50, rs2: 50 }", "{ rs1: 50, rs2: 1,000 }", "L007 32:41", ""),
    ("    port: 80", "    port:80", "L001 24:5", "write `port: 80`"),
    ("    scheduler: rr", "    scheduler:rr", "L001 25:5", "write `scheduler: rr`"),
    (
        "    vip: 192.168.136.100",
        "    vip:192.168.136.100",
        "L001 23:5",
        "write `vip: 192.168.136.100`",
    ),
    ("name: lab", "name:lab", "L001 1:1", "write `name: lab`"),
    ("networks:", "networks", "L001 2:1", "write `networks:`"),
    ("  web:", "  web", "L001 22:3", "write `web:`"),
    (
        "    real_servers: [rs1, rs2]",
        "    real_servers:[rs1, rs2]",
        "L001 27:5",
        "write `real_servers: [rs1, rs2]`",
    ),
    (
        "  outside: 192.168.136.0/24",
        "  outside:192.168.136.0/24",
        "L001 3:3",
        "write `outside: 192.168.136.0/24`",
    ),
    (
        "    - wait: 1s",
        "    - wait:1s",
        "L007 35:7",
        "write `wait: 1s`: no space stands behind the colon of `wait:`",
    ),
    (
        "{ from: client, service: web, count: 100 }",
        "{ from:client, service: web, count: 100 }",
        "L005 30:18",
        "write `from: client`: no space stands behind the colon of `from:`",
    ),
    (
        "{ from: client, service: web, count: 100 }",
        "{ from: client, service:web, count: 100 }",
        "L005 30:32",
        "write `service: web`: no space stands behind the colon of `service:`",
    ),
    (
        "{ from: client, service: web, count: 100 }",
        "{ from: client, service: web, count:100 }",
        "L005 30:46",
        "write `count: 100`: no space stands behind the colon of `count:`",
    ),
    (
        "name: lab",
        "name: \"lab",
        "L001 1:7",
        "write `\"` at the end of the text, or no quote at its beginning",
    ),
    (
        "scheduler: rr",
        "scheduler: 'rr",
        "L001 25:16",
        "write `'` at the end of the text, or no quote at its beginning",
    ),
    ("[rs1, rs2]", "[rs1, rs2", "L001 27:19", "write `]` at the end of it"),
    ("[rs1, rs2]", "rs1, rs2]", "L007 27:19", "write `[rs1, rs2]`"),
    (
        "{ from: client, service: web, count: 100 }",
        "{ from: client, service: web, count: 100",
        "L001 30:16",
        "write `}` at the end of it",
    ),
    ("{ rs1: 50, rs2: 50 }", "{ rs1: 50, rs2: 50", "L001 32:23", "write `}` at the end of it"),
    ("{ rs1: 50, rs2: 50 }", "{ rs1: 50, rs2: 50 ]", "L001 32:42", "write `}` in its place"),
    ("[rs1, rs2]", "[rs1, rs2}", "L001 27:28", "write `]` in its place"),
    ("[rs1, rs2]", "[rs1 rs2]", "L030 27:20", "write `rs1, rs2`, with commas between"),
    ("{ rs1: 50, rs2: 50 }", "{ rs1: 50 rs2: 50 }", "L001 32:33", "write `, rs2`"),
    (
        "    port: 80",
        "    port: 080",
        "L007 24:11",
        "write `80`: with a zero before it, it is no number",
    ),
    ("    port: 80", "    port: !!str 80", "L007 24:11", "write `80` without a tag"),
    ("    port: 80", "    port: \"80\"", "L007 24:11", "write `80` without quotes"),
    ("    port: 80", "    port: 80.0", "L007 24:11", "write `80`"),
    (
        "    port: 80",
        "    port: http",
        "L007 24:11",
        "write the port's number, as in `80` for http",
    ),
    ("    port: 80", "    port: 80/tcp", "L007 24:11", "write `80` alone"),
    ("    port: 80", "    port: 80,443", "L007 24:11", "write one number, in digits alone"),
    ("    port: 80", "    port: [80]", "L007 24:11", "write `80` alone, without a list around it"),
    ("    port: 80", "    port: 80 443", "L007 24:11", "write one number, in digits alone"),
    (
        "outside: 192.168.136.0/24",
        "outside: 192.168.136.0/255.255.255.0",
        "L016 3:12",
        "write `192.168.136.0/24`",
    ),
    (
        "outside: 192.168.136.0/24",
        "outside: 192.168.136.0 255.255.255.0",
        "L016 3:12",
        "write `192.168.136.0/24`",
    ),
    (
        "outside: 192.168.136.0/24",
        "outside: 192.168.136.0 /24",
        "L016 3:12",
        "write `192.168.136.0/24`",
    ),
    (
        "outside: 192.168.136.0/24",
        "outside: 192.168.136.0\\24",
        "L016 3:12",
        "write `192.168.136.0/24`",
    ),
    (
        "outside: 192.168.136.0/24",
        "outside: 192.168.136.0/33",
        "L016 3:12",
        "choose a prefix length of 0 to 32, as in `192.168.136.0/24`",
    ),
    (
        "outside: 192.168.136.0/24",
        "outside: 192.168.136/24",
        "L016 3:12",
        "write `192.168.136.0/24`",
    ),
    (
        "outside: 192.168.136.0/24",
        "outside: {subnet: 192.168.136.0/255.255.255.0}",
        "L016 3:21",
        "write `192.168.136.0/24`",
    ),
    (
        "outside: 192.168.136.0/24",
        "outside: {cidr: 192.168.136.0/24}",
        "L005 3:13",
        "`subnet` is missing: is that meant? keys here: `subnet`, `mtu`",
    ),
    (
        "outside: 192.168.136.0/24",
        "outside: [192.168.136.0/24]",
        "L007 3:12",
        "write `192.168.136.0/24` alone, without a list around it",
    ),
    (
        "vip: 192.168.136.100",
        "vip: 192.168.136.100:80",
        "L015 23:10",
        "write `192.168.136.100`; the port goes to a key of its own: `port: 80`",
    ),
    (
        "vip: 192.168.136.100",
        "vip: 192.168.136.100/24",
        "L015 23:10",
        "write `192.168.136.100`: the network knows the prefix length",
    ),
    (
        "vip: 192.168.136.100",
        "vip: 192.168.136.100 80",
        "L015 23:10",
        "write `192.168.136.100`: nothing else belongs here",
    ),
    (
        "vip: 192.168.136.100",
        "vip: 192.168.136.0100",
        "L015 23:10",
        "write `192.168.136.100`: four numbers with dots between, none with zeros before it",
    ),
    (
        "vip: 192.168.136.100",
        "vip: 192,168,136,100",
        "L015 23:10",
        "write `192.168.136.100`: four numbers with dots between, none with zeros before it",
    ),
    (
        "vip: 192.168.136.100",
        "vip: [192.168.136.100]",
        "L007 23:10",
        "write `192.168.136.100` alone, without a list around it",
    ),
    (
        "vip: 192.168.136.100",
        "vip: 192.168.136.100/255.255.255.0",
        "L015 23:10",
        "write `192.168.136.100`: the network knows the netmask",
    ),
    (
        "vip: 192.168.136.100",
        "vip: http://192.168.136.100",
        "L015 23:10",
        "write `192.168.136.100`: nothing else belongs here",
    ),
    (
        "inside: 192.168.137.200",
        "inside: 192.168.137.200/24",
        "L015 17:15",
        "write `192.168.137.200`: the network knows the prefix length",
    ),
    (
        "inside: 192.168.137.200",
        "inside: 192.168.137.200 netmask 255.255.255.0",
        "L015 17:15",
        "write `192.168.137.200`: the network knows the netmask",
    ),
    (
        "    addresses:\n      inside: 192.168.137.200",
        "    addresses: 192.168.137.200",
        "L007 16:16",
        "write `{ NETWORK: 192.168.137.200 }`, with the network's name",
    ),
    (
        "    addresses:\n      inside: 192.168.137.200",
        "    addresses: [192.168.137.200]",
        "L007 16:16",
        "write `{ NETWORK: 192.168.137.200 }`, with the network's name",
    ),
    (
        "    addresses:\n      inside: 192.168.137.200",
        "    addresses:\n      - inside: 192.168.137.200",
        "L007 17:7",
        "leave out the dashes, or the brackets of the list",
    ),
    (
        "    addresses:\n      inside: 192.168.137.200",
        "    inside: 192.168.137.200",
        "L005 16:5",
        "`addresses` is missing: is that meant? keys here: `addresses`, `gateway`, `routes`, `sysct",
    ),
    (
        "  rs1:\n    addresses:\n      inside: 192.168.137.200",
        "  rs1: 192.168.137.200",
        "L007 15:8",
        "write `{ addresses: { NETWORK: 192.168.137.200 } }`, with the network's name",
    ),
    (
        "  rs1:\n    addresses:\n      inside: 192.168.137.200\n  rs2:\n    addresses:\n      inside: 192.168.137.201",
        "  - rs1\n  - rs2",
        "L007 15:3",
        "write a mapping, without dashes or brackets, as in `rs1: ...`",
    ),
    (
        "  rs1:\n    addresses:\n      inside: 192.168.137.200\n  rs2:\n    addresses:\n      inside: 192.168.137.201",
        "  - name: rs1\n    addresses:\n      inside: 192.168.137.200\n  - name: rs2\n    addresses:\n      inside: 192.168.137.201",
        "L007 15:3",
        "write each under its name, without a dash: `rs1:`",
    ),
    (
        "real_servers: [rs1, rs2]",
        "real_servers: [192.168.137.200]",
        "L030 27:20",
        "name the node: `192.168.137.200` is an address of `rs1`",
    ),
    (
        "real_servers: [rs1, rs2]",
        "real_servers: [rs1:80]",
        "L030 27:20",
        "write `rs1`; a port stands under a key of its own: `port: 80`",
    ),
    (
        "real_servers: [rs1, rs2]",
        "real_servers: [192.168.137.200:80]",
        "L030 27:20",
        "name the node: `192.168.137.200` is an address of `rs1`",
    ),
    (
        "real_servers: [rs1, rs2]",
        "real_servers: {rs1:3}",
        "L007 27:20",
        "write `rs1: 3`: no space stands behind the colon of `rs1:`",
    ),
    (
        "real_servers: [rs1, rs2]",
        "real_servers: {rs1: \"2\"}",
        "L007 27:25",
        "write `{ weight: 2 }`, if a weight is meant",
    ),
    (
        "real_servers: [rs1, rs2]",
        "real_servers: {rs1: {weight:3}}",
        "L005 27:26",
        "write `weight: 3`: no space stands behind the colon of `weight:`",
    ),
    ("real_servers: [rs1, rs2]", "real_servers: rs1", "L007 27:19", "write `[rs1]`"),
    ("real_servers: [rs1, rs2]", "real_servers: rs1, rs2", "L007 27:19", "write `[rs1, rs2]`"),
    (
        "real_servers: [rs1, rs2]",
        "real_servers: [{name: rs1, weight: 2}]",
        "L007 27:20",
        "write a mapping in the place of the list: `real_servers: { rs1: { weight: ... } }`",
    ),
    (
        "real_servers: [rs1, rs2]",
        "real_servers: [{rs1: {weight: 2}}, rs2]",
        "L007 27:20",
        "write a mapping in the place of the list: `real_servers: { rs1: ... }`",
    ),
    (
        "real_servers: [rs1, rs2]",
        "real_servers: [rs1: 3]",
        "L007 27:20",
        "write a mapping in the place of the list: `real_servers: { rs1: { weight: 3 } }`",
    ),
    (
        "real_servers: [rs1, rs2]",
        "real_servers: {192.168.137.200: {weight: 1}}",
        "L030 27:20",
        "name the node: `192.168.137.200` is an address of `rs1`",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    sysctls:\n      net.ipv4.nf_conntrack_max: 1000",
        "L029 15:7",
        "leave it out: the whole machine has it, or the kernel counts it itself",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    sysctls:\n      net.ipv4.ip_conntrack_max: 1000",
        "L143 15:7",
        "did you mean `net.netfilter.nf_conntrack_max`? If not, look under /proc/sys of the kernel ",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    sysctls:\n      net.ipv4.netfilter.ip_conntrack_tcp_timeout_established: 5",
        "L143 15:7",
        "did you mean `net.netfilter.nf_conntrack_tcp_timeout_established`? If not, look under /pro",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    sysctls:\n      net.ipv4.ip_forwarding: 1",
        "L143 15:7",
        "did you mean `net.ipv4.ip_forward`? If not, look under /proc/sys of the kernel that is to ",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    sysctls:\n      net.ipv4.vs.arp_ignore: 1",
        "L142 15:7",
        "did you mean `net.ipv4.conf.all.arp_ignore`?",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    sysctls:\n      ip_forward: 1",
        "L029 15:7",
        "write the whole name: `net.ipv4.ip_forward`",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    sysctls:\n      net.ipv4.ip_forward=1",
        "L007 15:7",
        "write `net.ipv4.ip_forward: 1`: a key ends with a colon, and `net.ipv4.ip_forward` has `=`",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    sysctls:\n      /proc/sys/net/ipv4/ip_forward: 1",
        "L029 15:7",
        "write it with dots: `net.ipv4.ip_forward`",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    sysctls:\n      net.ipv4.vs.expire_nodest: 1",
        "L143 15:7",
        "did you mean `net.ipv4.vs.expire_nodest_conn`? If not, look under /proc/sys of the kernel ",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    sysctls: net.ipv4.ip_forward=1",
        "L007 14:14",
        "write `net.ipv4.ip_forward: 1`: a key ends with a colon, and `net.ipv4.ip_forward` has `=`",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    sysctls: [net.ipv4.ip_forward=1]",
        "L007 14:14",
        "write `net.ipv4.ip_forward: 1`, without a list around it",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: {default: 192.168.136.10}",
        "L016 14:14",
        "write `gateway: ADDRESS` at the node for its default route, or `0.0.0.0/0` here",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: {default via 192.168.136.10: }",
        "L007 14:14",
        "write a text",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: [\"10.0.0.0/8 via 192.168.136.10\"]",
        "L007 14:13",
        "write `10.0.0.0/8: 192.168.136.10`",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: 10.0.0.0/8 via 192.168.136.10",
        "L007 14:13",
        "write `10.0.0.0/8: 192.168.136.10`",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: {10.0.0.0: 192.168.136.10}",
        "L016 14:14",
        "write `10.0.0.0/32` for this address alone, or its subnet, as in `10.0.0.0/24`",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: {10.0.0.5/8: 192.168.136.10}",
        "L016 14:14",
        "write `10.0.0.0/8`",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: {10.0.0.0/255.0.0.0: 192.168.136.10}",
        "L016 14:14",
        "write `10.0.0.0/8`",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: {10.0.0.0/8: via 192.168.136.10}",
        "L015 14:26",
        "write `192.168.136.10`: nothing else belongs here",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: {127.0.0.0/8: 192.168.136.10}",
        "L016 14:14",
        "leave the route out: no packet of a lab goes there by a next hop",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: {224.0.0.0/4: 192.168.136.10}",
        "L016 14:14",
        "leave the route out: no packet of a lab goes there by a next hop",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: {240.0.0.0/4: 192.168.136.10}",
        "L016 14:14",
        "leave the route out: no packet of a lab goes there by a next hop",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: {0.0.0.0/8: 192.168.136.10}",
        "L016 14:14",
        "leave the route out: no packet of a lab goes there by a next hop",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: {\"::1/128\": 192.168.136.10}",
        "L016 14:14",
        "leave the route out: no packet of a lab goes there by a next hop",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: {\"ff00::/8\": \"fd00::1\"}",
        "L016 14:14",
        "leave the route out: no packet of a lab goes there by a next hop",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: {Default: 192.168.136.10}",
        "L016 14:14",
        "write `gateway: ADDRESS` at the node for its default route, or `0.0.0.0/0` here",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: {10.0.0.0/33: 192.168.136.10}",
        "L016 14:14",
        "choose a prefix length of 0 to 32, as in `10.0.0.0/24`",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    gateway: [192.168.136.10]",
        "L007 14:14",
        "write `192.168.136.10` alone, without a list around it",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    gateway: 192.168.136.10 dev eth0",
        "L015 14:14",
        "write `192.168.136.10`: nothing else belongs here",
    ),
    ("    - wait: 1s", "    - wait: 5 s", "L051 35:13", "write `5s`"),
    ("    - wait: 1s", "    - wait: 1m30", "L051 35:13", "write `90s`"),
    ("    - wait: 1s", "    - wait: .5s", "L051 35:13", "write `500ms`"),
    ("    - wait: 1s", "    - wait: 1,5s", "L051 35:13", "write `1500ms`"),
    ("    - wait: 1s", "    - wait: 5", "L007 35:13", "write a unit behind the number, as in `5s`"),
    ("    - wait: 1s", "    - wait: 5sec", "L051 35:13", "write `5s`"),
    ("    - wait: 1s", "    - wait: 1m30s", "L051 35:13", "write `90s`"),
    ("    - wait: 1s", "    - wait: 1 ms", "L051 35:13", "write `1ms`"),
    ("    - wait: 1s", "    - wait: 1S", "L051 35:13", "write `1s`"),
    (
        "    - wait: 1s",
        "    - wait: [1s]",
        "L007 35:13",
        "write `1s` alone, without a list around it",
    ),
    (
        "        failures: 0",
        "        failures: 0-3",
        "L052 34:19",
        "write `0..3`: a range has two dots",
    ),
    ("        failures: 0", "        failures: <3", "L052 34:19", "write `..2`"),
    ("        failures: 0", "        failures: none", "L052 34:19", "write `0`"),
    (
        "        failures: 0",
        "        failures: [0]",
        "L007 34:19",
        "write `0` alone, without a list around it",
    ),
    (
        "        failures: 0",
        "        failures: 0,3",
        "L052 34:19",
        "write `0..3`: a range has two dots",
    ),
    (
        "        failures: 0",
        "        failures: 3..0",
        "L052 34:19",
        "write `0..3`: the smaller bound comes first",
    ),
    (
        "        failures: 0",
        "        failures: 0%",
        "L052 34:19",
        "write a number of requests, not per cent",
    ),
    (
        "distribution: { rs1: 50, rs2: 50 }",
        "distribution: [50, 50]",
        "L007 32:23",
        "`distribution`: who answered how often, as in `{ rs1: 50, rs2: 45..55 }`; servers that are",
    ),
    (
        "        failures: 0",
        "        failures: 0\n        output: 80",
        "L007 35:17",
        "write `\"80\"`, if a text is meant",
    ),
    ("        failures: 0", "        failures: 0\n        via: php", "L007 35:14", "write `[php]`"),
    (
        "        failures: 0",
        "        failures: 0\n        via: php, db",
        "L007 35:14",
        "write `[php, db]`",
    ),
    (
        "        failures: 0",
        "        failures: 0\n        latency: {p99: 20}",
        "L007 35:24",
        "write a unit behind the number, as in `20s`",
    ),
    (
        "        failures: 0",
        "        failures: 0\n        latency: {p99: 20 ms}",
        "L051 35:24",
        "write `20ms`",
    ),
    (
        "        failures: 0",
        "        failures: 0\n        outage: ..4",
        "L052 35:17",
        "write a unit behind the number, as in `..4s`",
    ),
    (
        "        failures: 0",
        "        failures: 0\n        outage: <4s",
        "L052 35:17",
        "write `..4s` for 4s or less",
    ),
    (
        "        failures: 0",
        "        failures: 0\n        takeover: 3-5s",
        "L052 35:19",
        "write `3s..5s`: a range has two dots",
    ),
    (
        "        failures: 0",
        "        failures: 0\n        vrrp_state: {director: MASTER}",
        "L008 35:32",
        "did you mean `master`? VRRP states: `init`, `backup`, `master`, `fault`",
    ),
    (
        "        failures: 0",
        "        failures: 0\n        destinations: [rs1]",
        "L007 35:23",
        "write a mapping, without dashes or brackets, as in `rs1: ...`",
    ),
    (
        "        failures: 0",
        "        failures: 0\n        destinations: {rs1: \"1\"}",
        "L007 35:29",
        "write `1` without quotes",
    ),
    (
        "        failures: 0",
        "        failures: 0\n        connections_survived: 8+",
        "L052 35:31",
        "write `8..`",
    ),
    (
        "    port: 80",
        "\tport: 80",
        "L002 24:1",
        "indent with spaces: YAML allows no tabs there (YAML 1.2.2, section 6.1)",
    ),
    (
        "    port: 80",
        "    port: 80 // web",
        "L007 24:11",
        "write `80`; a comment begins with a space and `#`",
    ),
    (
        "    vip: 192.168.136.100",
        "    vip: 192.168.136.100\n    // web",
        "L001 24:5",
        "begin comments with `#`",
    ),
    ("    port: 80", "    port: 80,", "L007 24:11", "write `80` alone"),
    ("    port: 80", "    port = 80", "L001 24:5", "write `port: 80`"),
    (
        "    port: 80",
        "    port: 80\n    port: 81",
        "L004 25:5",
        "keep one of the two: the later one would silently win",
    ),
    (
        "    - wait: 1s",
        "    wait: 1s",
        "L001 35:5",
        "write `- wait: 1s`, or indent it as what it belongs to",
    ),
    ("    port: 80", "     port: 80", "L001 24:6", "indent it by 4 spaces, as the line above"),
    (
        "    port: 80",
        "   port: 80",
        "L001 24:4",
        "indent it as what it belongs beside; the line above has 4 spaces",
    ),
    ("name: lab", "name: @lab", "L001 1:7", "put it into quotes: `\"@lab\"`"),
    (
        "name: lab",
        "name: lab\nsummary: note: this",
        "L001 2:14",
        "put a text into quotes, `summary: \"note: this\"`, a mapping into braces, `summary: { note: this",
    ),
    (
        "name: lab",
        "name: lab\nsummary: 'it's",
        "L001 2:14",
        "leave the quotes out, or write `'` at the end",
    ),
    ("name: lab", "name: \"lab\" x", "L001 1:13", "leave the quotes out, or write `\"` at the end"),
    (
        "name: lab\nnetworks:\n  outside: 192.168.136.0/24\n  inside: 192.168.137.0/24\nclients:\n  client:\n    addresses:\n      outside: 192.168.136.10\ndirectors:\n  director:\n    addresses:\n      outside: 192.168.136.1\n      inside: 192.168.137.199\nreal_servers:\n  rs1:\n    addresses:\n      inside: 192.168.137.200\n  rs2:\n    addresses:\n      inside: 192.168.137.201\nvirtual_services:\n  web:\n    vip: 192.168.136.100\n    port: 80\n    scheduler: rr\n    forwarding: nat\n    real_servers: [rs1, rs2]\nscenarios:\n  round-robin:\n    - request: { from: client, service: web, count: 100 }\n      expect:\n        distribution: { rs1: 50, rs2: 50 }\n        status: 200\n        failures: 0\n    - wait: 1s",
        "- name: lab\n- networks: {}",
        "L007 1:1",
        "begin with `name:`, or let `lvs-lab init` write a first file",
    ),
    (
        "    forwarding: nat",
        "    forwarding: nat\n    one_packet: yes",
        "L007 27:17",
        "write `true`",
    ),
    ("    forwarding: nat", "    forwarding: nat\n    one_packet: 1", "L007 27:17", "write `true`"),
    ("    forwarding: nat", "    forwarding: nat\n    one_packet: y", "L007 27:17", "write `true`"),
    (
        "    forwarding: nat",
        "    forwarding: nat\n    one_packet: tru",
        "L007 27:17",
        "write `true`",
    ),
    (
        "    forwarding: nat",
        "    forwarding: nat\n    persistence: 300s",
        "L007 27:18",
        "write `300`: the unit is seconds",
    ),
    (
        "    forwarding: nat",
        "    forwarding: nat\n    persistence: 5m",
        "L007 27:18",
        "write `300`: the unit is seconds",
    ),
    (
        "    forwarding: nat",
        "    forwarding: nat\n    persistence: {timeout: 300, prefix_length: 255.255.255.0}",
        "L007 27:48",
        "write `24`",
    ),
    (
        "    forwarding: nat",
        "    forwarding: nat\n    persistence: {timeout: 300, prefix_length: /24}",
        "L007 27:48",
        "write `24`",
    ),
    ("    forwarding: nat", "    forwarding: nat\n    ports: 80", "L007 27:12", "write `[80]`"),
    (
        "    forwarding: nat",
        "    forwarding: nat\n    ports: 80,443",
        "L007 27:12",
        "write `[80, 443]`",
    ),
    (
        "    forwarding: nat",
        "    forwarding: nat\n    directors: director",
        "L007 27:16",
        "write `[director]`",
    ),
    (
        "    forwarding: nat",
        "    forwarding: nat\n    directors: {director: }",
        "L007 27:16",
        "write `[director]`",
    ),
    (
        "    forwarding: nat",
        "    forwarding: nat\n    scheduler_flags: fallback",
        "L007 27:22",
        "write `[fallback]`",
    ),
    (
        "    forwarding: nat",
        "    forwarding: nat\n    health_check: tcp",
        "L007 27:19",
        "write `{ tcp: {} }`",
    ),
    (
        "    forwarding: nat",
        "    forwarding: nat\n    health_check: {tcp: {}, delay_loop: 5}",
        "L007 27:41",
        "write a unit behind the number, as in `5s`",
    ),
    (
        "    - request: {",
        "    -request: {",
        "L001 30:5",
        "write `- request: { from: client, service: web, count: 100 }`",
    ),
    (
        "    - request: {",
        "    request: {",
        "L001 31:7",
        "indent it by 4 spaces, as the line above, or write `- request: { from: client, service: we",
    ),
    (
        "      expect:\n",
        "        expect:\n",
        "L001 31:9",
        "indent it by 6 spaces, as what stands behind its dash",
    ),
    (
        "    real_servers: [rs1, rs2]",
        "    real_servers:\n      - rs1\n     - rs2",
        "L001 29:6",
        "indent it by 6 spaces, as the one above",
    ),
    (
        "    real_servers: [rs1, rs2]",
        "    real_servers:\n    - rs1\n   - rs2",
        "L001 29:4",
        "indent it by 4 spaces, as the one above",
    ),
    (
        "    vip: 192.168.136.100\n",
        "  vip: 192.168.136.100\n",
        "L001 23:3",
        "indent it by 4 spaces, as the lines below it",
    ),
    (
        "    addresses:\n      outside: 192.168.136.1\n",
        "    addresses:\n    outside: 192.168.136.1\n",
        "L001 12:5",
        "indent it by 6 spaces, as the lines below it",
    ),
    (
        "      expect:\n",
        "    expect:\n",
        "L001 31:5",
        "indent it by 6 spaces if it belongs to the line above, else write `- expect:`",
    ),
    ("    port: 80", "    - port: 80", "L001 24:5", "write `port: 80`, without a dash"),
    ("    port: 80", "    port: & 80", "L001 24:11", "put a text that begins with `&` into quotes"),
    (
        "name: lab",
        "name: lab\nsummary: & requests",
        "L001 2:10",
        "put a text that begins with `&` into quotes",
    ),
    (
        "    - wait: 1s",
        "    & wait: 1s",
        "L001 35:5",
        "write `-` for an item of a list; put a text that begins with `&` into quotes",
    ),
    (
        "name: lab",
        "name: lab\nsummary: * requests",
        "L001 2:10",
        "put a text that begins with `*` into quotes",
    ),
    (
        "  rs1:\n    addresses:\n      inside: 192.168.137.200",
        "  rs1: { addresses { inside: 192.168.137.200 } }",
        "L001 15:10",
        "write `addresses: {`",
    ),
    (
        "  rs1:\n    addresses:\n      inside: 192.168.137.200",
        "  rs1: { addresses: inside: 192.168.137.200 }",
        "L001 15:21",
        "write `{ inside: 192.168.137.200 }`, with braces around it; put a text into quotes",
    ),
    ("[rs1, rs2]", "[rs1, rs2]]", "L001 27:29", "leave it out, or open a bracket before it"),
    (
        "{ rs1: 50, rs2: 50 }",
        "{ rs1: 50, rs2: 50 } }",
        "L001 32:44",
        "leave it out, or open a bracket before it",
    ),
    (
        "{ rs1: 50, rs2: 50 }",
        "{ rs1: 50, rs2: 50 }]",
        "L001 32:43",
        "leave it out, or open a bracket before it",
    ),
    (
        "name: lab",
        "name: lab\nsummary: [draft] LVS-NAT",
        "L001 2:18",
        "put a text into quotes: `summary: \"[draft] LVS-NAT\"`",
    ),
    (
        "name: lab",
        "name: lab\nsummary: {draft} LVS-NAT",
        "L001 2:18",
        "put a text into quotes: `summary: \"{draft} LVS-NAT\"`",
    ),
    ("[rs1, rs2]", "[rs1, rs2] scheduler: rr", "L001 27:30", "begin a new line for the next key"),
    (
        "{ from: client, service: web, count: 100 }",
        "{ from: client, service: web, headers [a] }",
        "L001 30:46",
        "write `headers: [`",
    ),
    ("[rs1, rs2]", "[rs1, rs2 [rs3]]", "L001 27:29", "write `, ` before it"),
    (
        "    port: 80\n    scheduler: rr",
        "    port: 80, scheduler: rr",
        "L001 24:24",
        "begin a new line for `scheduler: rr`",
    ),
    (
        "    vip: 192.168.136.100\n    port: 80",
        "    vip: 192.168.136.100; port: 80",
        "L001 23:31",
        "begin a new line for `port: 80`",
    ),
    (
        "name: lab",
        "name: lab\nsummary: LVS-NAT: requests and replies",
        "L001 2:17",
        "put the text into quotes: `summary: \"LVS-NAT: requests and replies\"`",
    ),
    (
        "name: lab",
        "name: lab\nsummary: two servers: \"both\" answer",
        "L001 2:21",
        "put the text into quotes: `summary: 'two servers: \"both\" answer'`",
    ),
    (
        "name: lab",
        "name: lab\nsummary: one, two: three",
        "L001 2:18",
        "begin a new line for `two: three`",
    ),
    (
        "    port: 80",
        "    port: - 80",
        "L001 24:11",
        "write `port: 80`; a list is written `port: [80]`, a text `port: \"- 80\"`",
    ),
    (
        "name: lab",
        "name: lab\nsummary: - requests and replies",
        "L001 2:10",
        "put the text into quotes: `summary: \"- requests and replies\"`",
    ),
    (
        "    forwarding: nat",
        "    forwarding: nat\n    health_check: {tcp: {}, delay_loop: 0}",
        "L007 27:41",
        "write a duration with its unit, as in `1s`",
    ),
    ("    - wait: 1s", "    - wait: 0", "L007 35:13", "write a duration with its unit, as in `1s`"),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: default via 192.168.136.10",
        "L007 14:13",
        "write `gateway: 192.168.136.10` at the node, in the place of `routes`",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: [\"default via 192.168.136.10\"]",
        "L007 14:13",
        "write `gateway: 192.168.136.10` at the node, in the place of `routes`",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: [\"10.0.0.0/8 via 192.168.136.10 dev eth0\"]",
        "L007 14:13",
        "write `10.0.0.0/8: 192.168.136.10`",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: 10.0.0.0/8 via 192.168.136.10 dev eth0",
        "L007 14:13",
        "write `10.0.0.0/8: 192.168.136.10`",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: [{ to: 10.0.0.0/8, via: 192.168.136.10 }]",
        "L007 14:13",
        "write `{ 10.0.0.0/8: 192.168.136.10 }`, without dashes or brackets of a list",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: [{ to: default, via: 192.168.136.10 }]",
        "L007 14:13",
        "write `gateway: 192.168.136.10` at the node, in the place of `routes`",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: [{ destination: 10.0.0.0/8, gateway: 192.168.136.10 }]",
        "L007 14:13",
        "write `{ 10.0.0.0/8: 192.168.136.10 }`, without dashes or brackets of a list",
    ),
    (
        "      inside: 192.168.137.199",
        "      inside: 192.168.137.199\n    routes: [10.0.0.0/8: 192.168.136.10]",
        "L007 14:13",
        "leave out the dashes, or the brackets of the list",
    ),
    ("real_servers: [rs1, rs2]", "real_servers: (rs1, rs2)", "L007 27:19", "write `[rs1, rs2]`"),
    (
        "networks:\n  outside: 192.168.136.0/24\n  inside: 192.168.137.0/24",
        "networks: [192.168.136.0/24, 192.168.137.0/24]",
        "L007 2:11",
        "give each a name, as in `{ NAME: 192.168.136.0/24 }`",
    ),
    ("    - wait: 1s", "    - wait: 1,000ms", "L051 35:13", "write `1s`"),
    ("    - wait: 1s", "    - wait: 2,000 ms", "L051 35:13", "write `2s`"),
    ("count: 100", "count: 2k", "L007 30:53", "write `2000`"),
    ("count: 100", "count: 1K", "L007 30:53", "write `1000`"),
    (
        "    forwarding: nat",
        "    forwarding: nat\n    health_check: {http: /index.html}",
        "L007 27:26",
        "write `{ path: /index.html }`",
    ),
    (
        "    forwarding: nat",
        "    forwarding: nat\n    health_check: http /index.html",
        "L007 27:19",
        "write `{ http: /index.html }`",
    ),
    ("    - wait: 1s", "    - fault: stop rs1", "L007 35:14", "write `{ stop: rs1 }`"),
    (
        "    - wait: 1s",
        "    - run: ip addr",
        "L007 35:12",
        "write `{ on: NODE, command: ip addr }`",
    ),
    (
        "      inside: 192.168.137.200",
        "      inside: 192.168.137.200\n    backends: 8080",
        "L007 18:15",
        "write `{ 8080: {} }`",
    ),
    (
        "      inside: 192.168.137.200",
        "      inside: 192.168.137.200\n    backends: [8080]",
        "L007 18:15",
        "write `{ 8080: {} }`",
    ),
    (
        "      inside: 192.168.137.200",
        "      inside: 192.168.137.200\n    backends: [8080, 8081]",
        "L007 18:15",
        "write `{ 8080: {} }`",
    ),
    (
        "    - request: { from: client, service: web, count: 100 }\n      expect:\n        distribution: { rs1: 50, rs2: 50 }\n        status: 200\n        failures: 0\n    - wait: 1s\n",
        "    steps:\n      request: { from: client, service: web, count: 100 }\n      expect: { failures: 0 }\n",
        "L007 31:7",
        "write a list, each item with a dash, as in `- request: ...`",
    ),
    ("    port: 80", "    port: &80", "L001 24:11", "write `80`, or `\"&80\"` if a text is meant"),
    (
        "    scheduler: rr",
        "    scheduler: &rr",
        "L001 25:16",
        "write `rr`, or `\"&rr\"` if a text is meant",
    ),
    (
        "name: lab",
        "name: lab\nsummary: &draft",
        "L001 2:10",
        "write `draft`, or `\"&draft\"` if a text is meant",
    ),
    ("scheduler: rr", "s\u{441}heduler: rr", "L132 25:6", "type `c` in its place"),
    ("forwarding: nat", "forwarding: n\u{430}t", "L132 26:18", "type `a` in its place"),
    ("    port: 80", "    p\u{43e}rt: 80", "L132 24:6", "type `o` in its place"),
    ("networks:", "n\u{435}tworks:", "L132 2:2", "type `e` in its place"),
    ("[rs1, rs2]", "[r\u{455}1, rs2]", "L132 27:21", "type `s` in its place"),
    (
        "addresses:\n      inside: 192.168.137.200",
        "\u{430}ddresses:\n      inside: 192.168.137.200",
        "L132 16:5",
        "type `a` in its place",
    ),
    ("directors:", "dir\u{435}ctors:", "L132 9:4", "type `e` in its place"),
    (
        "name: lab",
        "name: lab # a\u{2028}b",
        "L133 1:14",
        "end the line there, or delete it: in YAML 1.1 it ends a line, in YAML 1.2 it does not (YAM",
    ),
    (
        "name: lab",
        "name: lab\nsummary: a\u{2029}b",
        "L133 2:11",
        "end the line there, or delete it: in YAML 1.1 it ends a line, in YAML 1.2 it does not (YAM",
    ),
    (
        "name: lab",
        "name: lab\nsummary: a\u{85}b",
        "L133 2:11",
        "end the line there, or delete it: in YAML 1.1 it ends a line, in YAML 1.2 it does not (YAM",
    ),
    (
        "name: lab",
        "name: lab\nsummary: a\u{7f}b",
        "L133 2:11",
        "delete it: YAML allows it in quotes at most (YAML 1.2.2, section 5.1), and a lab not there",
    ),
    (
        "name: lab",
        "name: lab\nsummary: a\u{1}b",
        "L133 2:11",
        "delete it: YAML allows it nowhere in a text (YAML 1.2.2, section 5.1)",
    ),
    ("count: 100", "count: 2M", "L007 30:53", "write `2000000`"),
    (
        "real_servers: [rs1, rs2]",
        "real_servers: { rs1: weight 2, rs2: {} }",
        "L007 27:26",
        "write `{ weight: 2 }`",
    ),
    (
        "    addresses:\n      inside: 192.168.137.200",
        "    addresses { inside: 192.168.137.200 }",
        "L005 16:5",
        "write `addresses: { inside`: no colon stands behind `addresses`",
    ),
];

/// The same in a lab with VRRP.
const SLIPS_OF_VRRP: &[(&str, &str, &str, &str)] = &[
    (
        "track: [{ network: outside }]",
        "track: [outside]",
        "L007 33:15",
        "write `{ network: outside }`",
    ),
    (
        "track: [{ network: outside }]",
        "track: { network: outside }",
        "L007 33:14",
        "write a list, each item with a dash, as in `- network: ...`",
    ),
    (
        "sync_groups: { both: [outside, inside] }",
        "sync_groups: [outside, inside]",
        "L007 41:16",
        "give the list a name, as in `{ NAME: [outside, inside] }`",
    ),
];

#[test]
fn a_slip_is_one_diagnostic_where_it_begins_with_what_to_write() {
    assert!(load(&source(SOUND.to_owned())).is_ok_and(|valid| valid.warnings.is_empty()));
    let vrrp = include_str!("../../topologies/ha-nat.yaml");
    let of = |text, slips: &'static [_]| slips.iter().map(move |slip| (text, slip));
    for (text, (sound, slip, wanted, help)) in of(SOUND, SLIPS).chain(of(vrrp, SLIPS_OF_VRRP)) {
        assert!(text.contains(sound), "{sound}");
        let found = match load(&source(text.replacen(sound, slip, 1))) {
            Ok(valid) => valid.warnings,
            Err(faults) => faults,
        };
        let [one] = found.as_slice() else { panic!("{slip}: {found:#?}") };
        let at = one.position.unwrap();
        let told = format!("{} {}:{}", one.code.0, at.line, at.column);
        assert_eq!((told.as_str(), one.help.get(..help.len())), (*wanted, Some(*help)), "{slip}");
    }
}

#[test]
fn a_slip_is_found_in_lines_with_windows_ends() {
    for (sound, slip, wanted, _) in SLIPS {
        let text = SOUND.replacen(sound, slip, 1).replace('\n', "\r\n");
        let found = load(&source(text)).map_or_else(|faults| faults, |valid| valid.warnings);
        let told = found.iter().map(|one| (one.code.0, one.position.unwrap()));
        let told: Vec<_> =
            told.map(|(code, at)| format!("{code} {}:{}", at.line, at.column)).collect();
        assert_eq!(told, [*wanted], "{slip}");
    }
}

fn source(text: String) -> Source {
    Source { name: "lab.yaml".to_owned(), text }
}
