//! Who is master.

use crate::capture::Capture;
use crate::node::{Network, Node, eventually, ip, said};
use crate::speaker::{Running, VIP, command, seat, seat_v3, seat_v6};
use lvs_lab::lab::{Preemption, VrrpState};
use lvs_lab::plan::{Seat, Speaker};
use std::time::Duration;

/// Two speakers, of which `a` is master.
struct Pair {
    network: Network,
    master: Running,
    backup: Running,
}

impl Pair {
    fn of(seat: impl Fn(&Node, u8) -> Seat) -> Self {
        let network = Network::new();
        let master = Running::start(&network.node("a"), seat(&network.node("a"), 150));
        let backup = Running::start(&network.node("b"), seat(&network.node("b"), 100));
        master.comes_to(VrrpState::Master);
        backup.comes_to(VrrpState::Backup);
        Self { network, master, backup }
    }

    /// Whether the address is on `b` alone.
    fn moved(&self, vip: &str) -> bool {
        self.network.node("b").holds(vip) && !self.network.node("a").holds(vip)
    }
}

/// For how long a speaker says that it heard nobody before it became master: what it has waited
/// for, however busy the machine was.
fn silence(log: &str) -> Duration {
    let (_, rest) = log.rsplit_once("no better master for ").unwrap();
    let (time, _) = rest.split_once(", ").unwrap();
    match time.strip_suffix("ms") {
        Some(milliseconds) => Duration::from_secs_f64(milliseconds.parse::<f64>().unwrap() / 1e3),
        None => Duration::from_secs_f64(time.strip_suffix('s').unwrap().parse().unwrap()),
    }
}

/// The higher is master and holds the VIP; if it stops in order the other one takes over before a
/// dead master would have been noticed.
fn follows_an_orderly_stop(seat: impl Fn(&Node, u8) -> Seat, vip: &str) {
    let mut pair = Pair::of(&seat);
    assert!(pair.network.node("a").holds(vip) && !pair.network.node("b").holds(vip));
    pair.master.stop();
    pair.backup.comes_to(VrrpState::Master);
    eventually("the VIP moves", || pair.moved(vip));
    assert!(pair.backup.log().contains("resigns"), "{}", pair.backup.log());
}

#[test]
#[ignore = "needs root"]
fn version_2_by_multicast() {
    follows_an_orderly_stop(seat, VIP);
}

#[test]
#[ignore = "needs root"]
fn version_3_by_multicast() {
    follows_an_orderly_stop(|node, priority| seat_v3(node, priority, 100), VIP);
}

#[test]
#[ignore = "needs root"]
fn version_3_over_ipv6() {
    follows_an_orderly_stop(|node, priority| seat_v6(node, priority, 100), "fd00::64");
}

fn unicast(node: &Node, seat: Seat) -> Seat {
    let mut peer = node.clone();
    peer.number = 3 - node.number;
    let peers = match seat.source.is_ipv4() {
        true => vec![peer.address().parse().unwrap()],
        false => vec![format!("fd00::{}", peer.number).parse().unwrap()],
    };
    Seat { peers, ..seat }
}

#[test]
#[ignore = "needs root"]
fn version_2_by_unicast() {
    follows_an_orderly_stop(|node, priority| unicast(node, seat(node, priority)), VIP);
}

#[test]
#[ignore = "needs root"]
fn version_3_over_ipv6_by_unicast() {
    let seat = |node: &Node, priority| unicast(node, seat_v6(node, priority, 100));
    follows_an_orderly_stop(seat, "fd00::64");
}

#[test]
#[ignore = "needs root"]
fn a_killed_master_is_missed_after_three_adverts_and_skew() {
    let mut pair = Pair::of(|node, priority| seat_v3(node, priority, 100));
    pair.master.kill();
    pair.backup.comes_to(VrrpState::Master);
    let silence = silence(&pair.backup.log());
    assert!(silence >= Duration::from_millis(360), "after {silence:?}");
    assert!(pair.network.node("a").holds(VIP), "a killed daemon cannot have removed it");
}

#[test]
#[ignore = "needs root"]
fn adverts_of_ten_milliseconds_are_enough() {
    let mut pair = Pair::of(|node, priority| seat_v3(node, priority, 10));
    pair.master.kill();
    pair.backup.comes_to(VrrpState::Master);
    let silence = silence(&pair.backup.log());
    assert!(silence >= Duration::from_millis(36), "after {silence:?}");
}

#[test]
#[ignore = "needs root"]
fn who_comes_back_preempts_and_removes_what_it_left() {
    let mut pair = Pair::of(|node, priority| seat_v3(node, priority, 100));
    pair.master.kill();
    pair.backup.comes_to(VrrpState::Master);
    let node = pair.network.node("a");
    assert!(node.holds(VIP));
    let humble = Running::start(&node, seat_v3(&node, 50, 100));
    assert!(!node.holds(VIP));
    drop(humble);
    pair.master = Running::start(&node, seat_v3(&node, 150, 100));
    pair.master.comes_to(VrrpState::Master);
    pair.backup.comes_to(VrrpState::Backup);
    eventually("the backup has no VIP", || !pair.network.node("b").holds(VIP));
}

#[test]
#[ignore = "needs root"]
fn who_does_not_preempt_stays_backup() {
    let seat = |node: &Node, priority| Seat {
        preemption: Preemption::Never,
        ..seat_v3(node, priority, 200)
    };
    let mut pair = Pair::of(seat);
    pair.master.stop();
    pair.backup.comes_to(VrrpState::Master);
    let node = pair.network.node("a");
    let capture = Capture::begin(&pair.network.node("c"), "proto 112");
    pair.master = Running::start(&node, seat(&node, 150));
    pair.master.comes_to(VrrpState::Backup);
    // Three would do.
    capture.text("vrid 51, prio 100", 10);
    assert_eq!(pair.master.state_of("VI_1"), Some(VrrpState::Backup));
    assert_eq!(pair.backup.state_of("VI_1"), Some(VrrpState::Master));
}

#[test]
#[ignore = "needs root"]
fn an_owner_is_master_from_the_begin() {
    let network = Network::new();
    let node = network.node("a");
    let owner = Running::start(&node, seat(&node, 255));
    owner.comes_to(VrrpState::Master);
    assert_eq!(owner.changes().len(), 1);
}

#[test]
#[ignore = "needs root"]
fn a_command_lowers_the_priority_of_a_master() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("down");
    let test = format!("test ! -e {}", file.display());
    let pair = Pair::of(|node, priority| {
        let tracks = if priority == 150 { vec![command(&test, -60)] } else { Vec::new() };
        Seat { tracks, ..seat_v3(node, priority, 100) }
    });
    std::fs::write(&file, "").unwrap();
    pair.backup.comes_to(VrrpState::Master);
    pair.master.comes_to(VrrpState::Backup);
    eventually("the VIP moves", || pair.moved(VIP));
    std::fs::remove_file(&file).unwrap();
    pair.master.comes_to(VrrpState::Master);
}

#[test]
#[ignore = "needs root"]
fn a_sync_group_moves_as_one() {
    let network = Network::new();
    let speaker = |node: &Node, priority, test: &str| {
        let first = seat_v3(node, priority, 100);
        let mut second = Seat { router_id: 52, ..first.clone() };
        second.router = "VI_2".parse().unwrap();
        second.vips[0].address = "10.0.0.101/32".parse().unwrap();
        second.tracks = vec![command(test, 0)];
        let groups = vec![vec![first.router.clone(), second.router.clone()]];
        Speaker { seats: vec![first, second], groups, sync: None }
    };
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("down");
    let test = format!("test ! -e {}", file.display());
    let (a, b) = (network.node("a"), network.node("b"));
    let master = Running::speak(&a, speaker(&a, 150, &test));
    let backup = Running::speak(&b, speaker(&b, 100, "true"));
    master.comes_to(VrrpState::Master);
    backup.comes_to(VrrpState::Backup);
    std::fs::write(&file, "").unwrap();
    for router in ["VI_1", "VI_2"] {
        eventually("all fail", || master.state_of(router) == Some(VrrpState::Fault));
        eventually("all rise", || backup.state_of(router) == Some(VrrpState::Master));
    }
    eventually("both VIPs move", || b.holds(VIP) && b.holds("10.0.0.101") && !a.holds(VIP));
}

#[test]
#[ignore = "needs root"]
fn the_neighbours_learn_where_the_vip_is() {
    for (seat, vip) in [
        (seat_v3 as fn(&Node, u8, u64) -> Seat, VIP),
        (seat_v6 as fn(&Node, u8, u64) -> Seat, "fd00::64"),
    ] {
        let mut pair = Pair::of(|node, priority| seat(node, priority, 100));
        let client = pair.network.node("c");
        let knows = |node: &Node| {
            let shown = said(&format!("-n {} neighbour show {vip}", client.namespace));
            shown.contains(&node.hardware())
        };
        let knock = format!("echo > /dev/udp/{vip}/9");
        client.command("bash").args(["-c", &knock]).status().unwrap();
        eventually("the client knows the master", || knows(&pair.network.node("a")));
        pair.master.kill();
        // As a machine that is dead: it answers no more.
        ip(&format!("-n {} link set dev eth0 down", pair.network.node("a").namespace));
        pair.backup.comes_to(VrrpState::Master);
        eventually("the client knows the new master", || knows(&pair.network.node("b")));
    }
}
