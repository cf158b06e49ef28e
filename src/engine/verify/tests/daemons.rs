//! Daemons of a plan, and tables that are theirs.

use super::Bench;
use crate::kernel::{Kernel, ObservedAddress, ObservedDestination, Statistics};
use crate::lab::{HealthCheck, NodeName, OnFailure, Place, Probe, Quorum};
use crate::plan::{CheckedServer, CheckedService, Checker, Daemon, DestinationEntry, Op, Step};
use std::collections::BTreeSet;
use std::time::Duration;

/// A lab with a health checker on its director, and a sorry server.
async fn checked() -> Bench {
    let mut bench = Bench::new().await;
    let op = Op::StartDaemon { node: "director".parse().unwrap(), daemon: checker(&bench) };
    bench.kernel.apply(&op).await.unwrap();
    bench.plan.steps.push(Step { op, why: String::new(), at: Place::root() });
    bench
}

fn checker(bench: &Bench) -> Daemon {
    let ops = || bench.plan.steps.iter().map(|step| &step.op);
    let service = ops().find_map(|op| match op {
        Op::AddService { service, .. } => Some(service.clone()),
        _ => None,
    });
    let servers = ops().filter_map(|op| match op {
        Op::AddDestination { destination, .. } => {
            let (name, entry) = ("rs1".parse().unwrap(), destination.clone());
            Some(CheckedServer { name, checked: entry.address, entry })
        }
        _ => None,
    });
    let servers: Vec<_> = servers.collect();
    let sorry_server = Some(sorry(&servers[0].entry));
    let checked = CheckedService {
        service: service.unwrap(),
        servers,
        sorry_server,
        quorum: Quorum::default(),
        check: check(),
    };
    Daemon::Checker(Checker { services: vec![checked] })
}

fn check() -> HealthCheck {
    HealthCheck {
        probe: Probe::Tcp,
        delay_loop: Duration::from_secs(6),
        connect_timeout: Duration::from_secs(3),
        nb_get_retry: 1,
        delay_before_retry: Duration::from_secs(1),
        on_failure: OnFailure::Remove,
        at: Place::root(),
    }
}

fn sorry(like: &DestinationEntry) -> DestinationEntry {
    DestinationEntry { address: "192.168.137.250:80".parse().unwrap(), ..like.clone() }
}

#[tokio::test]
async fn a_daemon_that_died_is_started_again() {
    let mut bench = checked().await;
    let kill = Op::KillDaemons { node: "director".parse().unwrap() };
    bench.kernel.apply(&kill).await.unwrap();
    insta::assert_snapshot!(bench.mended().await, @"
    director: the VRRP speaker does not run
    director: the health checker does not run
    ");
}

#[tokio::test]
async fn a_vip_that_nobody_holds_is_waited_for() {
    let mut bench = Bench::new().await;
    let [first, other] = ["director", "rs1"].map(|node| node.parse::<NodeName>().unwrap());
    let address = "192.168.136.101".parse().unwrap();
    let op =
        Op::AwaitAddress { node: first, others: vec![other], address, election: Duration::ZERO };
    bench.plan.steps.push(Step { op, why: String::new(), at: Place::root() });
    insta::assert_snapshot!(bench.mended().await, @"director, rs1: no director holds 192.168.136.101");
    bench.meddle("director", |seen| seen.addresses.retain(|a| a.address.addr() != address));
    bench.meddle("rs1", |seen| {
        let interface = "eth0".to_owned();
        seen.addresses.push(ObservedAddress { interface, address: address.into() });
    });
    assert_eq!(bench.mended().await, "", "the other holds it");
}

#[tokio::test]
async fn a_dead_checkers_table_is_filled_again() {
    let mut bench = checked().await;
    bench.meddle("director", |seen| seen.services[0].destinations.clear());
    assert_eq!(bench.mended().await, "", "a checker removed them");
    let kill = Op::KillDaemons { node: "director".parse().unwrap() };
    bench.kernel.apply(&kill).await.unwrap();
    bench.mended().await;
    let seen = bench.kernel.observe(&"director".parse().unwrap(), &[]).await.unwrap().unwrap();
    assert_eq!(seen.services[0].destinations.len(), 2);
}

#[tokio::test]
async fn what_a_checker_does_is_no_drift_and_what_it_does_not_is() {
    let mut bench = checked().await;
    bench.meddle("director", |seen| {
        let there = &mut seen.services[0].destinations;
        let entry = sorry(&there[0].entry);
        there[0].entry.weight = 0;
        there.pop();
        let statistics = Statistics::default();
        there.push(ObservedDestination { entry, active: 0, inactive: 0, statistics });
    });
    assert_eq!(bench.mended().await, "");
    bench.meddle("director", |seen| seen.services[0].destinations[0].entry.weight = 7);
    insta::assert_snapshot!(bench.mended().await, @"director: real server 192.168.137.201:80 in tcp 192.168.136.100:80 has weight 7, not 1");
    bench.meddle("director", |seen| seen.services.clear());
    insta::assert_snapshot!(bench.mended().await, @"
    director: virtual service tcp 192.168.136.100:80 is missing
    director: real server 192.168.137.200:80 is missing in tcp 192.168.136.100:80
    director: real server 192.168.137.201:80 is missing in tcp 192.168.136.100:80
    ");
}

#[tokio::test]
async fn a_table_that_a_daemon_makes_is_its_own() {
    let mut bench = Bench::new().await;
    let node = || "rs1".parse().unwrap();
    let daemon = Daemon::Keepalived { configuration: String::new(), schedulers: BTreeSet::new() };
    let op = Op::StartDaemon { node: node(), daemon };
    bench.kernel.apply(&op).await.unwrap();
    bench.plan.steps.push(Step { op, why: String::new(), at: Place::root() });
    let director = bench.kernel.observe(&"director".parse().unwrap(), &[]).await.unwrap().unwrap();
    bench.meddle("rs1", |seen| seen.services = director.services);
    assert_eq!(bench.mended().await, "");
}

#[tokio::test]
async fn a_node_that_was_lost_gets_its_daemons_back() {
    let mut bench = checked().await;
    bench.undo("director: create the namespace").await;
    insta::assert_snapshot!(bench.mended().await, @"
    director: its namespace is missing
    director: no director holds 192.168.136.100
    ");
}
