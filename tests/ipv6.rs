//! IPv6 labs in a guest, in the eyes of the distribution's own programs.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::thread;
use support::lab::Lab;
use support::listings::assert_agree;
use support::{Place, eventually};

impl Lab {
    /// Whether two requests are answered.
    fn answers(&self) -> bool {
        self.place.run(&["request", &self.name, "-n", "2"]).code == 0
    }

    /// What tcpdump prints of the first packet that fits, while requests are sent.
    fn seen(&self, node: &str, interface: &str, filter: &str) -> String {
        let script = format!("timeout 60 tcpdump -nvc 1 -i {interface} '{filter}' 2>/dev/null");
        thread::scope(|scope| {
            let dump = scope.spawn(|| self.sh(node, &script));
            while !dump.is_finished() {
                self.answers();
            }
            dump.join().unwrap()
        })
    }
}

#[test]
#[ignore = "needs the guest kernel"]
fn every_lab_proves_itself() {
    let labs = ["nat6", "dr6", "tun6", "tun-4in6"];
    let words: Vec<_> = ["--kernel", "uml", "test"].into_iter().chain(labs).collect();
    Place::new().run(&words).code(0).says(" 0 failed, 0 errored");
}

#[test]
#[ignore = "needs the guest kernel"]
fn directors_of_ipv6_prove_themselves() {
    Place::new().run(&["--kernel", "uml", "test", "ha6"]).code(0).says(" 0 failed, 0 errored");
}

#[test]
#[ignore = "needs the guest kernel"]
fn the_table_is_ipvsadms() {
    let lab = Lab::up("tun-4in6");
    assert!(lab.answers());
    for option in [None, Some("-c")] {
        let ours: Vec<_> = ["ipvs", &lab.name].into_iter().chain(option).collect();
        let ours = || lab.place.run(&ours).code(0).stdout;
        let theirs = || lab.sh("director", &format!("ipvsadm -L -n {}", option.unwrap_or("")));
        assert_agree(ours, theirs);
    }
    let exported = lab.place.run(&["export", "tun-4in6", "--format", "ipvsadm"]).code(0).stdout;
    let saved = |table: &str| {
        let lines = table.replace(" --tun-type ipip", "");
        let mut lines: Vec<_> = lines.lines().map(|l| l.trim_end().to_owned()).collect();
        lines.sort();
        lines
    };
    assert_eq!(saved(&exported), saved(&lab.sh("director", "ipvsadm -S -n")));
}

/// The kernel takes every IPv6 address off an interface that is set down.
#[test]
#[ignore = "needs the guest kernel"]
fn what_went_with_an_interface_is_mended() {
    let lab = Lab::up("dr6");
    let addresses = || lab.sh("director", "ip -6 -o address show dev eth0 | grep -o 'inet6 [^ ]*'");
    let sorted = || {
        let mut lines: Vec<_> = addresses().lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let all = ["inet6 fd00:137::100/128", "inet6 fd00:137::199/64", "inet6 fe80::199/64"];
    assert_eq!(sorted(), all);
    lab.sh("director", "ip link set eth0 down; ip link set eth0 up");
    assert_eq!(lab.sh("director", "ip -6 address show dev eth0"), "");
    let mended = lab.to_be("dr6").code(0).says("is up; mended:\n");
    mended.says("director: address fd00:137::199/64 is missing on eth0");
    assert_eq!(sorted(), all);
    let shown = lab.sh("director", "ip -6 address show dev eth0");
    assert!(shown.contains("/128 scope global nodad deprecated"), "{shown}");
    assert!(lab.answers());
}

/// The difference to IPv4: what is on lo is not answered for, on whichever side.
#[test]
#[ignore = "needs the guest kernel"]
fn neighbours_are_told_of_the_interface_alone() {
    let lab = Lab::up("dr6");
    assert!(lab.answers());
    let mac = lab.sh("director", "cat /sys/class/net/eth0/address");
    let neighbour = lab.sh("client", "ip -6 neigh show fd00:137::100");
    assert!(neighbour.contains(mac.trim()), "{neighbour} is not {mac}");
    lab.sh("director", "ip address del fd00:137::100/128 dev eth0");
    lab.sh("director", "ip address add fd00:137::100/128 dev lo");
    lab.sh("client", "ip -6 neigh flush dev eth0");
    assert!(!lab.answers());
    let failed = || lab.sh("client", "ip -6 neigh show fd00:137::100");
    eventually(|| failed().contains("FAILED"), failed);
}

#[test]
#[ignore = "needs the guest kernel"]
fn one_family_travels_in_the_other() {
    let lab = Lab::up("tun-4in6");
    let four = lab.seen("director", "eth2", "ip6 proto 4");
    assert!(four.contains("fd00:137::199 > fd00:137::20"), "{four}");
    assert!(four.contains("192.168.136.10.") && four.contains("192.168.136.100.80"), "{four}");
    let mode = || lab.sh("rs1", "ip -6 tunnel show ip6tnl0").split(' ').nth(1).map(str::to_owned);
    assert_eq!(mode().as_deref(), Some("any/ipv6"));
    lab.sh("rs1", "ip -6 tunnel change ip6tnl0 mode ip6ip6");
    let drift = "rs1: interface ip6tnl0 does not take every protocol";
    lab.place.run(&["status", &lab.name]).code(0).says(drift);
    lab.to_be("tun-4in6").code(0).says(drift);
    assert_eq!(mode().as_deref(), Some("any/ipv6"));
    let six = &["request", &lab.name, "--service", "web6", "-n", "2"];
    lab.place.run(six).code(0);
    lab.sh("rs3", "ip link set sit0 down");
    lab.place.run(six).says("no answer       1");
}

/// RFC 9568, sections 5.1.1.2 and 5.1.1.3.
#[test]
#[ignore = "needs the guest kernel"]
fn adverts_come_from_link_local_addresses() {
    let lab = Lab::up("ha6");
    let advert = lab.sh("node04", "timeout 60 tcpdump -nvc 1 -i eth0 'ip6 proto 112' 2>/dev/null");
    for part in ["hlim 255", "fe80::1 > ff02::12", "VRRPv3", "vrid 51, prio 100"] {
        assert!(advert.contains(part), "no `{part}` in {advert}");
    }
    assert!(advert.contains("fd00:150::100"), "{advert}");
}

/// What IPv4 drops as martians: replies from the VIP that the director has itself.
#[test]
#[ignore = "needs the guest kernel"]
fn a_director_that_forwards_can_be_the_gateway_of_dr() {
    let place = Place::new();
    let text = "
name: gateway
networks: { outside: fd00:136::/64, inside: fd00:137::/64 }
clients: { client: { addresses: { outside: fd00:136::10 } } }
directors:
  director:
    addresses: { outside: fd00:136::1, inside: fd00:137::199 }
    sysctls: { net.ipv6.conf.all.forwarding: 1 }
real_servers: { rs: { addresses: { inside: fd00:137::200 }, gateway: fd00:137::199, replicas: 2 } }
virtual_services:
  web: { vip: fd00:136::100, port: 80, scheduler: rr, forwarding: dr, real_servers: [rs] }
scenarios:
  all:
    - request: { from: client, service: web, count: 10 }
      expect: { distribution: { rs: 5 }, failures: 0, source: client }
";
    let file = place.write("gateway.yaml", text);
    place.run(&["check", &file]).code(0).says("no fault found");
    place.run(&["--kernel", "uml", "test", &file]).code(0);
    let silent = text.replace("forwarding: 1", "forwarding: 0");
    let file = place.write("silent.yaml", &silent);
    assert!(place.run(&["check", &file]).code != 0);
    let routed = silent
        .replace("gateway: fd00:137::199", "routes: { fd00:136::/64: fd00:137::199 }")
        .replace("count: 10 }", "count: 10, concurrency: 10, timeout: 1s }");
    let file = place.write("routed.yaml", &routed);
    let unmeasured = place.run(&["--kernel", "uml", "test", &file]).code(4);
    unmeasured.says("without an answer: connect timed out 10").says("cannot be measured");
    let file = place.write("unseen.yaml", &routed.replace(", source: client", ""));
    place.run(&["--kernel", "uml", "test", &file]).code(1).says("2 failed, 0 errored");
}

/// Every transport protocol over NAT and DR, FULLNAT to a real server without a way back, and NAT
/// with one arm.
const FORWARDED: &str = "
name: forwarded
networks: { outside: fd00:136::/64, inside: fd00:137::/64, arm: fd00:138::/64 }
clients: { client: { addresses: { outside: fd00:136::10 } } }
routers: { router: { addresses: { outside: fd00:136::2, arm: fd00:138::2 } } }
directors:
  director: { addresses: { outside: fd00:136::1, inside: fd00:137::199 } }
  armed: { addresses: { arm: fd00:138::199 } }
real_servers:
  rs: { addresses: { inside: fd00:137::200 }, replicas: 2 }
  far: { addresses: { inside: fd00:137::210 }, gateway: none }
  near: { addresses: { outside: fd00:136::210 }, replicas: 2 }
  beside: { addresses: { arm: fd00:138::210 }, replicas: 2 }
virtual_services:
  udp-nat: { vip: fd00:136::100, port: 53, protocol: udp, scheduler: rr, forwarding: nat, directors: [director], real_servers: [rs] }
  udp-dr: { vip: fd00:136::101, port: 53, protocol: udp, scheduler: rr, forwarding: dr, directors: [director], real_servers: [near] }
  sctp-nat: { vip: fd00:136::102, port: 90, protocol: sctp, scheduler: rr, forwarding: nat, directors: [director], real_servers: [rs] }
  sctp-dr: { vip: fd00:136::103, port: 90, protocol: sctp, scheduler: rr, forwarding: dr, directors: [director], real_servers: [near] }
  full: { vip: fd00:136::104, port: 80, scheduler: rr, forwarding: fullnat, directors: [director], real_servers: [far] }
  one-arm: { vip: fd00:138::100, port: 80, scheduler: rr, forwarding: nat, directors: [armed], real_servers: [beside] }
scenarios:
  all:
    - request: { from: client, service: udp-nat, count: 4 }
      expect: { distribution: { rs: 2 }, failures: 0, source: client }
    - request: { from: client, service: udp-dr, count: 4 }
      expect: { distribution: { near: 2 }, failures: 0, source: client }
    - request: { from: client, service: sctp-nat, count: 4 }
      expect: { distribution: { rs: 2 }, failures: 0, source: client }
    - request: { from: client, service: sctp-dr, count: 4 }
      expect: { distribution: { near: 2 }, failures: 0, source: client }
    - request: { from: client, service: full, count: 4 }
      expect: { distribution: { far: 4 }, failures: 0, source: director }
    - request: { from: client, service: one-arm, count: 4 }
      expect: { distribution: { beside: 2 }, failures: 0, source: client }
";

#[test]
#[ignore = "needs the guest kernel"]
fn every_transport_fullnat_and_one_arm_go_over_ipv6() {
    let place = Place::new();
    let file = place.write("forwarded.yaml", FORWARDED);
    place.run(&["--kernel", "uml", "test", &file]).code(0).says("18 passed, 0 failed, 0 errored");
}
