use super::*;
use crate::lab::{Engine, Source};
use crate::plan::Act;
use crate::plan::sample::{cluster, marked};
use std::fmt::Write as _;
use std::time::Duration;

/// Two directors with the same table, as plain as can be.
const TWO: &str = "
name: two
networks: { lan: 192.168.150.0/24, wan: 10.0.0.0/24 }
clients: { client: { addresses: { lan: 192.168.150.9 } } }
directors:
  node01: { addresses: { lan: 192.168.150.1, wan: 10.0.0.1 } }
  node04: { addresses: { lan: 192.168.150.4 } }
real_servers:
  node02: { addresses: { lan: 192.168.150.2 } }
  node03: { addresses: { lan: 192.168.150.3 } }
virtual_services:
  web: { directors: [node01], vip: 192.168.150.100, port: 80, forwarding: dr, real_servers: [node02, node03] }
  api: { directors: [node04], vip: 192.168.150.101, port: 81, forwarding: fullnat, real_servers: [node02] }
";

fn two() -> Lab {
    crate::topology::load(&Source { name: "two.yaml".to_owned(), text: TWO.to_owned() })
        .unwrap()
        .lab
}

fn fault(node: &str, kind: FaultKind) -> Fault {
    Fault { node: node.parse().unwrap(), kind }
}

/// Each fault, what it does, and what heals it.
fn words(lab: &Lab, faults: impl IntoIterator<Item = Fault>) -> String {
    let mut text = String::new();
    for fault in faults {
        let Disturbance { acts, mends } = disturb(lab, &fault);
        let _ = writeln!(text, "{fault}");
        let acts = acts.iter().map(Act::breaking).collect();
        let mends = mends.iter().map(Act::to_string).collect();
        for (title, lines) in [("acts", acts), ("mends", mends)] as [(&str, Vec<_>); 2] {
            let _ = writeln!(text, "  {title}");
            for line in lines {
                let _ = writeln!(text, "    {line}");
            }
        }
    }
    text
}

fn impair(network: Option<&str>) -> FaultKind {
    FaultKind::Impair {
        network: network.map(|name| name.parse().unwrap()),
        delay: Duration::from_millis(50),
        loss: 10,
    }
}

#[test]
fn what_befalls_a_real_server() {
    let kinds = [
        FaultKind::Stop,
        FaultKind::Hang,
        FaultKind::Fail { status: 503 },
        FaultKind::Slow { by: Duration::from_secs(2) },
        FaultKind::Kill,
        FaultKind::Weight { service: None, to: 0 },
        FaultKind::Weight { service: Some("web".parse().unwrap()), to: 7 },
        FaultKind::Remove { service: Some("api".parse().unwrap()) },
    ];
    insta::assert_snapshot!(words(&two(), kinds.map(|kind| fault("node02", kind))));
}

#[test]
fn what_befalls_a_director() {
    let kinds = [
        FaultKind::Cut { network: "wan".parse().unwrap() },
        FaultKind::Isolate,
        FaultKind::Kill,
        impair(Some("lan")),
        impair(None),
    ];
    let there = kinds.map(|kind| fault("node01", kind));
    insta::assert_snapshot!(words(
        &two(),
        there.into_iter().chain([fault("node04", FaultKind::Kill)])
    ));
}

#[test]
fn a_director_without_power_marks_nothing_until_it_is_back() {
    let killed = disturb(&marked(Engine::Keepalived), &fault("node01", FaultKind::Kill));
    let marks = |acts: &[Act]| {
        let words = acts.iter().map(Act::to_string);
        words.filter(|words| words.contains("mark packets")).collect::<Vec<_>>()
    };
    let packets = "node01: mark packets to 192.168.150.100 tcp 80,443 with 1";
    assert_eq!(marks(&killed.acts), [format!("{packets} no more")]);
    assert_eq!(marks(&killed.mends), [packets]);
}

#[test]
fn a_fault_that_a_node_cannot_have_does_nothing() {
    let lab = two();
    for (node, kind) in [
        ("client", FaultKind::Stop),
        ("client", FaultKind::Hang),
        ("node01", FaultKind::Hang),
        ("node01", FaultKind::KillDaemons),
        ("node01", FaultKind::Remove { service: None }),
        ("node04", FaultKind::Cut { network: "wan".parse().unwrap() }),
        ("nobody", FaultKind::Isolate),
    ] {
        assert_eq!(disturb(&lab, &fault(node, kind)), Disturbance::default(), "{node}");
    }
}

#[test]
fn only_what_was_done_is_taken_back() {
    let killed = disturb(&two(), &fault("node04", FaultKind::Kill));
    let words = |done| killed.taking_back(done).iter().map(Act::to_string).collect::<Vec<_>>();
    assert!(!words(0).contains(&"node04: add source NAT for tcp 192.168.150.101:81".to_owned()));
    assert_eq!(killed.taking_back(killed.acts.len()), killed.mends);
}

/// The cluster of the notes, with this engine on both directors.
fn clustered(engine: Engine) -> String {
    let kinds = [FaultKind::Stop, FaultKind::KillDaemons, FaultKind::Kill];
    let faults = kinds.map(|kind| fault("node01", kind));
    let quiesced = fault("node02", FaultKind::Weight { service: None, to: 0 });
    words(&cluster(engine), faults.into_iter().chain([quiesced]))
}

#[test]
fn what_befalls_a_director_that_others_stand_in_for() {
    insta::assert_snapshot!(clustered(Engine::Vrrp));
}

#[test]
fn a_table_that_a_daemon_makes_is_made_anew_by_it() {
    insta::assert_snapshot!(clustered(Engine::Keepalived));
}
