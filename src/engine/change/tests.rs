use super::*;
use crate::engine::sample::{find, plan};
use crate::lab::{NodeName, Scheduler, SysctlKey, Timeouts};
use crate::plan::{Checker, Daemon, Op, Speaker, Step};
use std::time::Duration;

fn step(op: Op) -> Step {
    Step { op, why: "because".to_owned(), at: crate::lab::Place::root() }
}

fn director() -> NodeName {
    "director".parse().unwrap()
}

fn words(change: Change) -> Vec<String> {
    match change {
        Change::NothingNew => Vec::new(),
        Change::Live(acts) => acts.iter().map(ToString::to_string).collect(),
        Change::Rebuild { reasons } => panic!("{reasons:?}"),
    }
}

fn reasons(new: &Plan) -> Vec<String> {
    match change(&plan(), new) {
        Change::Rebuild { reasons } => reasons,
        other => panic!("{other:?}"),
    }
}

const RS1: &str =
    "director: add real server 192.168.137.200:80 (fullnat, weight 1) to tcp 192.168.136.100:80";

#[test]
fn other_reasons_and_places_are_nothing_new() {
    let mut new = plan();
    for step in &mut new.steps {
        step.why = "for another reason".to_owned();
    }
    assert_eq!(change(&plan(), &new), Change::NothingNew);
}

#[test]
fn other_values_overwrite_what_can_be_overwritten() {
    let mut new = plan();
    for step in &mut new.steps {
        match &mut step.op {
            Op::AddService { service, .. } => service.scheduler = Scheduler::Wrr,
            Op::AddDestination { destination, .. } => destination.weight = 3,
            Op::SetSysctl { value, .. } if value == "0" => *value = "2".to_owned(),
            _ => {}
        }
    }
    insta::assert_snapshot!(words(change(&plan(), &new)).join("\n"), @"
    director: set net.ipv4.conf.eth0.send_redirects to 2
    director: add virtual service tcp 192.168.136.100:80 (wrr)
    director: add real server 192.168.137.200:80 (fullnat, weight 3) to tcp 192.168.136.100:80
    director: add real server 192.168.137.201:80 (fullnat, weight 3) to tcp 192.168.136.100:80
    ");
}

#[test]
fn what_the_file_drops_goes_in_reverse_and_what_it_adds_comes_in_order() {
    let mut new = plan();
    let gone = find(&new, "rs2: add route to 192.168.136.0/24 via 192.168.137.199");
    new.steps.remove(gone);
    new.steps.retain(|step| !matches!(step.op, Op::AddSourceNat { .. }));
    let address = "192.168.136.101/32".parse().unwrap();
    new.steps.push(step(Op::AddAddress { node: director(), interface: "eth0".into(), address }));
    insta::assert_snapshot!(words(change(&plan(), &new)).join("\n"), @"
    director: remove source NAT for tcp 192.168.136.100:80
    rs2: remove route to 192.168.136.0/24 via 192.168.137.199
    director: add address 192.168.136.101/32 to eth0
    ");
}

#[test]
fn routes_through_a_lost_address_are_made_again() {
    let mut new = plan();
    let moved = find(&new, "rs1: add address 192.168.137.200/24 to eth0");
    let Op::AddAddress { address, .. } = &mut new.steps[moved].op else { panic!() };
    *address = "192.168.137.210/24".parse().unwrap();
    insta::assert_snapshot!(words(change(&plan(), &new)).join("\n"), @"
    rs1: remove default route via 192.168.137.199
    rs1: remove address 192.168.137.200/24 from eth0
    rs1: add address 192.168.137.210/24 to eth0
    rs1: add default route via 192.168.137.199
    ");
}

#[test]
fn real_servers_in_another_order_are_added_again() {
    let mut new = plan();
    let first = find(&new, RS1);
    new.steps.swap(first, first + 1);
    insta::assert_snapshot!(words(change(&plan(), &new)).join("\n"), @"
    director: remove real server 192.168.137.201:80 (fullnat, weight 1) from tcp 192.168.136.100:80
    director: remove real server 192.168.137.200:80 (fullnat, weight 1) from tcp 192.168.136.100:80
    director: add real server 192.168.137.201:80 (fullnat, weight 1) to tcp 192.168.136.100:80
    director: add real server 192.168.137.200:80 (fullnat, weight 1) to tcp 192.168.136.100:80
    ");
}

#[test]
fn a_real_server_less_leaves_the_others_alone() {
    let mut new = plan();
    let first = find(&new, RS1);
    new.steps.remove(first);
    insta::assert_snapshot!(words(change(&plan(), &new)).join("\n"), @"director: remove real server 192.168.137.200:80 (fullnat, weight 1) from tcp 192.168.136.100:80");
}

#[test]
fn a_backend_with_other_vips_is_started_again() {
    let mut new = plan();
    for step in &mut new.steps {
        if let Op::StartBackend { node, backend } = &mut step.op
            && node.as_str() == "rs1"
        {
            backend.vips = vec!["192.168.136.100".parse().unwrap()];
        }
    }
    insta::assert_snapshot!(words(change(&plan(), &new)).join("\n"), @"
    rs1: stop the backend on port 80
    rs1: start a backend on port 80
    ");
}

#[test]
fn nodes_that_come_or_go_need_a_rebuild_and_their_insides_are_not_told() {
    let mut new = plan();
    let (rs2, rs3) = ("rs2".parse().unwrap(), "rs3".parse::<NodeName>().unwrap());
    new.steps.retain(|step| step.op.node() != rs2);
    new.steps.push(step(Op::CreateNamespace { node: rs3.clone() }));
    new.steps.push(step(Op::RunCommand { node: rs3, shell: "true".into() }));
    assert_eq!(reasons(&new), ["node `rs3` is new", "node `rs2` is gone"]);
}

#[test]
fn cables_networks_commands_and_dropped_settings_need_a_rebuild() {
    let mut new = plan();
    let setting = find(&new, "director: set net.ipv4.ip_forward to 1");
    new.steps.remove(setting);
    let (rs1, rs2): (NodeName, NodeName) = ("rs1".parse().unwrap(), "rs2".parse().unwrap());
    let third = "third".parse().unwrap();
    for step in &mut new.steps {
        match &mut step.op {
            Op::Connect { node, network, .. } if *node == rs1 => {
                *network = "outside".parse().unwrap();
            }
            Op::CreateBridge { network, mtu } if network.as_str() == "outside" => *mtu = Some(9000),
            Op::RunCommand { shell, .. } => *shell = "touch another".to_owned(),
            _ => {}
        }
    }
    new.steps.push(step(Op::CreateBridge { network: third, mtu: None }));
    new.steps.push(step(Op::SetLinkUp { node: rs2, interface: "tunl0".into() }));
    insta::assert_snapshot!(reasons(&new).join("\n"), @"
    network `outside` has another MTU
    eth0 of `rs1` moves from `inside` to `outside`
    `rs1` now runs `touch another`
    network `third` is new
    `rs2` now uses tunl0
    `director` does not set net.ipv4.ip_forward any more, and what it was before is not known
    `rs1` has run `touch marker`, which cannot be taken back
    ");
}

#[test]
fn the_last_word_on_a_setting_counts() {
    let mut new = plan();
    let key = SysctlKey("net.ipv4.ip_forward".to_owned());
    let value = "0".to_owned();
    new.steps.push(step(Op::SetSysctl { node: director(), key, value }));
    assert_eq!(words(change(&plan(), &new)), ["director: set net.ipv4.ip_forward to 0"]);
}

#[test]
fn ports_for_gue_and_timeouts_come_and_go_live() {
    let with = |port, tcp| {
        let mut with = plan();
        let node = "rs1".parse().unwrap();
        let timeouts = Timeouts { tcp: Duration::from_secs(tcp), ..Timeouts::default() };
        with.steps.push(step(Op::OpenGue { node, port }));
        with.steps.push(step(Op::SetTimeouts { node: director(), timeouts }));
        with
    };
    insta::assert_snapshot!(words(change(&plan(), &with(6080, 60))).join("\n"), @"
    rs1: open UDP port 6080 for GUE
    director: set the IPVS timeouts to 60 120 300
    ");
    insta::assert_snapshot!(words(change(&with(6080, 60), &with(6082, 90))).join("\n"), @"
    rs1: close UDP port 6080 for GUE
    rs1: open UDP port 6082 for GUE
    director: set the IPVS timeouts to 90 120 300
    ");
    insta::assert_snapshot!(words(change(&with(6080, 60), &plan())).join("\n"), @"
    director: set the IPVS timeouts to 900 120 300
    rs1: close UDP port 6080 for GUE
    ");
}

fn start(daemon: Daemon) -> Op {
    Op::StartDaemon { node: director(), daemon }
}

fn speaker_in(plan: &mut Plan) -> &mut Op {
    let mut ops = plan.steps.iter_mut().map(|step| &mut step.op);
    ops.find(|op| matches!(op, Op::StartDaemon { .. })).unwrap()
}

#[test]
fn a_daemon_with_another_configuration_is_started_anew_and_waited_for() {
    let mut new = plan();
    let group = vec!["VI_1".parse().unwrap(), "VI_2".parse().unwrap()];
    let speaker = Speaker { seats: Vec::new(), groups: vec![group], sync: None };
    *speaker_in(&mut new) = start(Daemon::Speaker(speaker));
    insta::assert_snapshot!(words(change(&plan(), &new)).join("\n"), @"
    director: stop the VRRP speaker
    director: start the VRRP speaker
    director: wait until a director holds 192.168.136.100
    ");
}

#[test]
fn a_new_checker_finds_the_whole_table() {
    let mut new = plan();
    new.steps.push(step(start(Daemon::Checker(Checker { services: Vec::new() }))));
    insta::assert_snapshot!(words(change(&plan(), &new)).join("\n"), @"
    director: add virtual service tcp 192.168.136.100:80 (rr)
    director: add real server 192.168.137.200:80 (fullnat, weight 1) to tcp 192.168.136.100:80
    director: add real server 192.168.137.201:80 (fullnat, weight 1) to tcp 192.168.136.100:80
    director: wait until a director holds 192.168.136.100
    director: start the health checker
    ");
    insta::assert_snapshot!(words(change(&new, &plan())).join("\n"), @"director: stop the health checker");
}

#[test]
fn other_directors_are_waited_for_live() {
    let mut new = plan();
    for step in &mut new.steps {
        if let Op::AwaitAddress { others, .. } = &mut step.op {
            others.push("rs1".parse().unwrap());
        }
    }
    insta::assert_snapshot!(words(change(&plan(), &new)).join("\n"), @"director: wait until a director holds 192.168.136.100");
}
