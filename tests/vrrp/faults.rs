//! What is tracked, and packets that are not as they should be.

use crate::capture::Capture;
use crate::node::{Network, eventually, said};
use crate::speaker::{Running, VIP, seat, seat_v3, seat_v6};
use lvs_lab::lab::VrrpState;
use lvs_lab::plan::{HeldAddress, Seat};

#[test]
#[ignore = "needs root"]
fn a_cut_cable_is_a_fault_and_the_other_takes_over() {
    let network = Network::new();
    let (a, b) = (network.node("a"), network.node("b"));
    let master = Running::start(&a, seat_v3(&a, 150, 100));
    let backup = Running::start(&b, seat_v3(&b, 100, 100));
    master.comes_to(VrrpState::Master);
    network.cable(&a, "down");
    master.comes_to(VrrpState::Fault);
    eventually("the VIP is gone", || !a.holds(VIP));
    backup.comes_to(VrrpState::Master);
    network.cable(&a, "up");
    master.comes_to(VrrpState::Master);
    backup.comes_to(VrrpState::Backup);
}

#[test]
#[ignore = "needs root"]
fn an_interface_that_is_set_down_is_a_fault() {
    let network = Network::new();
    let a = network.node("a");
    let master = Running::start(&a, seat_v3(&a, 150, 100));
    master.comes_to(VrrpState::Master);
    crate::node::ip(&format!("-n {} link set dev eth0 down", a.namespace));
    master.comes_to(VrrpState::Fault);
    crate::node::ip(&format!("-n {} link set dev eth0 up", a.namespace));
    master.comes_to(VrrpState::Master);
    eventually("the VIP is back", || a.holds(VIP));
}

#[test]
#[ignore = "needs root"]
fn a_vip_returns_with_an_interface_that_was_set_down() {
    let network = Network::new();
    let a = network.node("a");
    let ip = |words: &str| said(&format!("-n {} {words}", a.namespace));
    ip("link add name eth1 up type veth peer name eth2");
    ip("link set dev eth2 up");
    let address = "fd01::64/128".parse().unwrap();
    let vips = vec![HeldAddress { interface: "eth1".to_owned(), address }];
    let master = Running::start(&a, Seat { vips, ..seat_v6(&a, 150, 100) });
    master.comes_to(VrrpState::Master);
    let holds = || ip("address show dev eth1").contains("fd01::64");
    eventually("the VIP is there", holds);
    ip("link set dev eth1 down");
    assert!(!holds(), "the kernel takes it off");
    ip("link set dev eth1 up");
    eventually("the VIP is back", holds);
}

#[test]
#[ignore = "needs root"]
fn a_vip_that_somebody_deletes_returns_with_an_announcement() {
    let network = Network::new();
    let (a, client) = (network.node("a"), network.node("c"));
    for (seat, address, protocol) in [
        (seat_v3(&a, 150, 100), "10.0.0.100/32", "arp"),
        (seat_v6(&a, 150, 100), "fd00::64/128", "icmp6"),
    ] {
        let vip = address.split('/').next().unwrap();
        let mut master = Running::start(&a, seat);
        master.comes_to(VrrpState::Master);
        eventually("the VIP is there", || a.holds(vip));
        let capture = Capture::begin(&client, protocol);
        for times in 1..=2 {
            said(&format!("-n {} address del {address} dev eth0", a.namespace));
            eventually("the VIP is back", || a.holds(vip));
            let told = format!("{vip} was gone from eth0, holding it again");
            eventually("it is said", || master.log().matches(&told).count() == times);
        }
        capture.text(vip, 2);
        assert_eq!(master.changes().len(), 2, "backup and master: {}", master.log());
        master.stop();
        assert!(!a.holds(vip), "who resigns does not take it back");
    }
}

#[test]
#[ignore = "needs root"]
fn an_advert_with_another_password_is_discarded_and_said_once() {
    let network = Network::new();
    let (a, b) = (network.node("a"), network.node("b"));
    let first = Running::start(&a, seat(&a, 255));
    let password = Some("2222".to_owned());
    let second = Running::start(&b, Seat { password, ..seat(&b, 255) });
    let reason = "packet of 10.0.0.1 discarded: its password is not ours";
    eventually("it is said", || second.log().contains(reason));
    eventually("both hold the VIP", || a.holds(VIP) && b.holds(VIP));
    let capture = Capture::begin(&network.node("c"), "proto 112");
    capture.text("10.0.0.1 > 224.0.0.18: VRRPv2", 3);
    assert_eq!(second.log().matches("discarded").count(), 1, "{}", second.log());
    drop(first);
}
