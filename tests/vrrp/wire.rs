//! Our packets as tcpdump and tshark decode them.

use crate::capture::Capture;
use crate::node::Network;
use crate::speaker::{Running, seat, seat_v3, seat_v6};
use lvs_lab::plan::Seat;

/// How often a VIP is announced: five times, and again in five seconds, if the master lives so long.
const ANNOUNCED: [usize; 2] = [5, 10];

/// What a speaker of priority 255 sends until so many adverts were seen, and one that resigns.
fn sent(seat: impl Fn(&crate::node::Node) -> Seat) -> (Capture, String) {
    let network = Network::new();
    let node = network.node("a");
    let capture = Capture::begin(&network.node("c"), "proto 112 or ip6 proto 112 or arp or icmp6");
    let mut speaker = Running::start(&node, seat(&node));
    capture.text("Advertisement, vrid", 2);
    speaker.stop();
    let text = capture.text("prio 0", 1);
    assert!(!text.contains("bad vrrp cksum"), "{text}");
    (capture, text)
}

#[test]
#[ignore = "needs root"]
fn tcpdump_reads_version_2() {
    let (capture, text) = sent(|node| seat(node, 255));
    for part in [
        "tos 0xc0, ttl 255",
        "10.0.0.1 > 224.0.0.18: VRRPv2, Advertisement, vrid 51, prio 255",
        "authtype simple, intvl 1s, length 20, addrs: 10.0.0.100 auth \"1111\"",
        "Request who-has 10.0.0.100 (ff:ff:ff:ff:ff:ff) tell 10.0.0.100",
    ] {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
    assert!(ANNOUNCED.contains(&text.matches("who-has").count()), "{text}");
    assert_eq!(capture.fields("_ws.malformed", &["frame.number"]), [""; 0]);
    let fields = capture.fields("vrrp.prio == 0", &["vrrp.virt_rtr_id", "vrrp.checksum.status"]);
    assert_eq!(fields, ["51\t1"]);
}

#[test]
#[ignore = "needs root"]
fn tcpdump_reads_version_3() {
    let (capture, text) = sent(|node| seat_v3(node, 255, 100));
    let part = "VRRPv3, Advertisement, vrid 51, prio 255, intvl 10cs, length 12, addrs: 10.0.0.100";
    assert!(text.contains(part), "{text}");
    assert_eq!(capture.fields("_ws.malformed", &["frame.number"]), [""; 0]);
    let fields = capture.fields("vrrp.prio == 0", &["vrrp.virt_rtr_id", "vrrp.checksum.status"]);
    assert_eq!(fields, ["51\t1"]);
}

#[test]
#[ignore = "needs root"]
fn tcpdump_reads_ipv6() {
    let (capture, text) = sent(|node| seat_v6(node, 255, 100));
    for part in [
        "IP6 (class 0xc0, flowlabel ",
        "hlim 255, next-header VRRP (112) payload length: 24) fd00::1 > ff02::12: VRRPv3, Advertisement, vrid 51, prio 255, intvl 10cs",
        "fd00::64 > ff02::1:",
        "neighbor advertisement",
    ] {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
    assert_eq!(capture.fields("_ws.malformed", &["frame.number"]), [""; 0]);
    let fields = capture.fields("vrrp.prio == 0", &["vrrp.virt_rtr_id", "vrrp.checksum.status"]);
    assert_eq!(fields, ["51\t1"]);
    let told = ["icmpv6.nd.na.target_address", "icmpv6.nd.na.flag.o", "icmpv6.checksum.status"];
    let advertised = capture.fields("icmpv6.type == 136", &told);
    assert!(ANNOUNCED.contains(&advertised.len()), "{advertised:?}");
    assert!(advertised.iter().all(|line| line.starts_with("fd00::64\t")), "{advertised:?}");
    assert!(advertised.iter().all(|line| line.ends_with("\t1")), "{advertised:?}");
}
