use super::build;
use crate::lab::{
    Engine, IpvsSettings, Lab, Override, Place, Preemption, SyncGroup, Sysctl, SysctlKey, Timeouts,
    Track, Tracked, Transport, Tunnel, TunnelChecksum,
};
use crate::plan::sample::{cluster, http, marked, router, tiers, vip_on_lan, without_availability};
use crate::plan::{Daemon, Op, Speaker};
use std::time::Duration;

/// The steps from the first entry of a table on, each with its reason.
fn words(lab: &Lab) -> String {
    let plan = build(lab);
    let lines =
        plan.steps.iter().map(|step| format!("{}: {}\n", step.op.line(&lab.name), step.why));
    lines.filter(|line| !line.contains(": create") && !line.contains(": plug")).collect()
}

fn speaker_of(lab: &Lab, node: &str) -> Speaker {
    let steps = build(lab).steps;
    let mut speakers = steps.into_iter().filter_map(|step| match step.op {
        Op::StartDaemon { node: at, daemon: Daemon::Speaker(it) } if at.as_str() == node => {
            Some(it)
        }
        _ => None,
    });
    speakers.next().unwrap()
}

fn daemons(lab: &Lab) -> Vec<String> {
    let steps = build(lab).steps;
    let daemons = steps.iter().filter(|step| matches!(step.op, Op::StartDaemon { .. }));
    daemons.map(|step| format!("{}: {}", step.op.node(), step.op)).collect()
}

#[test]
fn two_directors_have_tables_checkers_and_speakers_and_the_plan_waits_for_the_vip() {
    insta::assert_snapshot!(words(&cluster(Engine::Vrrp)));
}

#[test]
fn the_ends_of_tunnels_are_made_once_each() {
    let mut lab = without_availability("tun");
    let gue = |port| Tunnel::Gue { port, checksum: TunnelChecksum::None };
    let mut second = lab.services[0].clone();
    second.port = 81;
    for (service, [first, other]) in [
        (&mut lab.services[0], [gue(6080), Tunnel::Gre(TunnelChecksum::None)]),
        (&mut second, [gue(6082), Tunnel::Ipip]),
    ] {
        service.destinations[0].tunnel = first;
        service.destinations[1].tunnel = other;
    }
    lab.services.push(second);
    let words = words(&lab);
    let ends = words
        .lines()
        .filter(|line| ["GUE", " up:", "rp_filter"].iter().any(|word| line.contains(word)));
    insta::assert_snapshot!(ends.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_directors_own_settings_are_stronger_than_everybodys_and_these_than_derived_ones() {
    let mut lab = cluster(Engine::Vrrp);
    lab.services[0].destinations[0].forwarding = crate::lab::ForwardingMethod::FullNat;
    let sysctl = |name: &str, value: &str| Sysctl {
        key: SysctlKey(format!("net.ipv4.vs.{name}")),
        value: value.to_owned(),
        at: Place::root(),
    };
    let timeouts = Timeouts { udp: std::time::Duration::from_secs(9), ..Timeouts::default() };
    lab.ipvs = Some(IpvsSettings {
        sysctls: vec![sysctl("conntrack", "0"), sysctl("conn_reuse_mode", "0")],
        timeouts: Some(timeouts),
        at: Place::root().key("ipvs"),
    });
    let second = lab.nodes.iter_mut().find(|node| node.name.as_str() == "node04").unwrap();
    second.sysctls = vec![sysctl("conn_reuse_mode", "3")];
    let words = words(&lab);
    let settings = words.lines().filter(|line| line.contains("vs.") || line.contains("timeouts"));
    insta::assert_snapshot!(settings.collect::<Vec<_>>().join("\n"));
    let timeouts = words.find("set the IPVS timeouts").unwrap();
    assert!(timeouts < words.find("add virtual service").unwrap(), "{words}");
}

#[test]
fn a_service_by_firewall_mark_is_marked_first_and_has_a_backend_for_each_port() {
    insta::assert_snapshot!(words(&marked(Engine::Vrrp)));
}

#[test]
fn keepalived_makes_the_table_itself() {
    insta::assert_snapshot!(words(&cluster(Engine::Keepalived)));
}

#[test]
fn ldirectord_makes_the_table_and_the_speaker_holds_the_vip() {
    insta::assert_snapshot!(words(&cluster(Engine::Ldirectord)));
}

#[test]
fn a_check_without_high_availability_is_the_built_in_checkers() {
    let mut lab = without_availability("dr");
    assert!(daemons(&lab).is_empty());
    lab.services[0].health_check = Some(http());
    assert_eq!(daemons(&lab), ["node01: start the health checker"]);
    let lo = "ha-node01: add address 192.168.150.100/32 to lo";
    assert!(words(&lab).contains(lo), "{}", words(&lab));
}

#[test]
fn who_has_nothing_to_check_gets_no_checker() {
    let mut lab = cluster(Engine::Vrrp);
    lab.services[0].health_check = None;
    assert_eq!(daemons(&lab), ["node01: start the VRRP speaker", "node04: start the VRRP speaker"]);
}

#[test]
fn who_stands_first_begins_first() {
    let mut lab = cluster(Engine::Keepalived);
    let wanted = lab.high_availability.as_mut().unwrap();
    wanted.routers[0].priorities["node04"] = 200;
    assert_eq!(daemons(&lab), ["node04: start keepalived", "node01: start keepalived"]);
    let steps = build(&lab).steps;
    let Some(Op::AwaitAddress { node, others, .. }) = steps.last().map(|step| &step.op) else {
        panic!("{steps:?}");
    };
    assert_eq!((node.as_str(), others[0].as_str()), ("node04", "node01"));
}

#[test]
fn directors_who_do_not_heed_each_other_are_awaited_each() {
    for preemption in [Preemption::Never, Preemption::After(std::time::Duration::ZERO)] {
        let mut lab = cluster(Engine::Vrrp);
        let router = &mut lab.high_availability.as_mut().unwrap().routers[0];
        router.preemption = preemption;
        let own = Override { router_id: Some(52), ..Override::default() };
        router.overrides.insert("node04".parse().unwrap(), own);
        let vip = "192.168.150.100";
        assert_eq!(succession(&lab), ["node01", "node04", vip, vip], "{preemption:?}");
    }
}

/// Who begins to speak, and which VIPs are awaited, in the plan's order.
#[test]
fn an_election_is_waited_for_as_long_as_its_adverts_say() {
    let mut lab = cluster(Engine::Vrrp);
    let routers = lab.high_availability.iter_mut().flat_map(|wanted| &mut wanted.routers);
    routers.for_each(|router| router.advert_interval = Duration::from_secs(255));
    let waits: Vec<_> = build(&lab)
        .steps
        .into_iter()
        .filter_map(|step| match step.op {
            Op::AwaitAddress { election, .. } => Some(election.as_secs()),
            _ => None,
        })
        .collect();
    assert_eq!(waits, [1022]);
}

fn succession(lab: &Lab) -> Vec<String> {
    let word = |op| match op {
        Op::StartDaemon { node, daemon: Daemon::Speaker(_) } => Some(node.to_string()),
        Op::AwaitAddress { address, .. } => Some(address.to_string()),
        _ => None,
    };
    build(lab).steps.into_iter().filter_map(|step| word(step.op)).collect()
}

#[test]
fn where_nobody_is_pre_empted_the_others_wait_for_the_first() {
    let mut lab = cluster(Engine::Vrrp);
    lab.high_availability.as_mut().unwrap().routers[0].preemption = Preemption::Never;
    assert_eq!(succession(&lab), ["node01", "192.168.150.100", "node04"]);
}

#[test]
fn where_each_is_the_first_of_a_router_nobody_waits_for_the_other() {
    let mut lab = cluster(Engine::Vrrp);
    let routers = &mut lab.high_availability.as_mut().unwrap().routers;
    routers[0].preemption = Preemption::Never;
    let mut other = router("VI_2", 52, "192.168.150.101");
    other.preemption = Preemption::Never;
    other.priorities.insert("node04".parse().unwrap(), 200);
    routers.push(other);
    let vips = ["192.168.150.100", "192.168.150.101"];
    assert_eq!(succession(&lab), ["node01", "node04", vips[0], vips[1]]);
}

#[test]
fn each_director_may_have_an_engine_of_its_own() {
    let mut lab = cluster(Engine::Vrrp);
    lab.high_availability.as_mut().unwrap().engines["node04"] = Engine::Keepalived;
    assert_eq!(
        daemons(&lab),
        [
            "node01: start the health checker",
            "node01: start the VRRP speaker",
            "node04: start keepalived"
        ]
    );
    let tables = |node: &str| words(&lab).matches(&format!("ha-{node}: add virtual")).count();
    assert_eq!((tables("node01"), tables("node04")), (1, 0));
}

#[test]
fn names_become_interfaces_and_addresses() {
    let mut lab = cluster(Engine::Vrrp);
    let wanted = lab.high_availability.as_mut().unwrap();
    let mut second = router("VI_2", 52, "192.168.150.101");
    second.transport = Transport::Unicast;
    second.tracks = vec![Track { subject: Tracked::Network("lan".parse().unwrap()), weight: -60 }];
    wanted.routers.push(second);
    let members = ["VI_1", "VI_2"].map(|name| name.parse().unwrap()).to_vec();
    wanted.sync_groups = vec![SyncGroup { name: "G1".parse().unwrap(), members }];
    wanted.connection_sync = Some(crate::lab::ConnectionSync {
        id: 51,
        network: "lan".parse().unwrap(),
        router: "VI_1".parse().unwrap(),
        at: Place::root(),
    });
    insta::assert_json_snapshot!(speaker_of(&lab, "node04"));
}

#[test]
fn nat_replies_return_by_a_vip_that_moves() {
    let mut lab = cluster(Engine::Vrrp);
    for destination in &mut lab.services[0].destinations {
        destination.forwarding = crate::lab::ForwardingMethod::Nat;
    }
    let wanted = lab.high_availability.as_mut().unwrap();
    wanted.routers[0].vips = vec![vip_on_lan("192.168.150.254")];
    assert!(words(&lab).contains("ha-node02: add default route via 192.168.150.254: NAT"));
}

#[test]
fn a_sorry_server_is_ready_to_serve() {
    let mut lab = cluster(Engine::Vrrp);
    let sorry = lab.services[0].destinations.pop().unwrap();
    lab.services[0].sorry_server = Some(sorry);
    let words = words(&lab);
    assert!(words.contains("ha-node03: add address 192.168.150.100/32 to lo"), "{words}");
    assert!(!words.contains("add real server 192.168.150.3"), "{words}");
}

#[test]
fn each_tier_has_its_backends_and_a_process_takes_the_place_of_one() {
    let lab = tiers();
    let started = build(&lab)
        .steps
        .into_iter()
        .filter(|step| matches!(step.op, Op::StartBackend { .. } | Op::StartProcess { .. }));
    let lines = started.map(|step| format!("{}: {}\n", step.op.line(&lab.name), step.why));
    insta::assert_snapshot!(lines.collect::<String>());
}

/// The lab with the director of this name in the place of its first real server.
fn serving(mut lab: Lab, director: &str) -> Lab {
    let address = lab.node(&director.parse().unwrap()).unwrap().addresses().next().unwrap();
    let entry = &mut lab.services[0].destinations[0];
    (entry.real_server, entry.address) = (director.parse().unwrap(), address);
    lab
}

#[test]
fn a_director_that_serves_has_a_backend_and_answers_arp_as_before() {
    let lab = serving(without_availability("dr"), "node01");
    let words = words(&lab);
    let local = "ha-node01: add real server 192.168.150.1:80 (dr, weight 1) to tcp \
                 192.168.150.100:80: local node of `web`";
    assert!(words.contains(local), "{words}");
    assert!(words.contains("ha-node01: start a backend on port 80"), "{words}");
    assert!(words.contains("ha-node01: add address 192.168.150.100/32 to lo"), "{words}");
    assert!(!words.contains("ha-node01: set net.ipv4.conf.all.arp_ignore"), "{words}");
}

#[test]
fn a_director_that_serves_for_the_master_has_the_vip_hidden_on_lo() {
    let words = words(&serving(cluster(Engine::Vrrp), "node04"));
    let hidden = "ha-node04: set net.ipv4.conf.all.arp_ignore to 1";
    let vip = "ha-node04: add address 192.168.150.100/32 to lo";
    assert!(words.find(hidden).unwrap() < words.find(vip).unwrap(), "{words}");
    assert!(!words.contains("ha-node01: add address 192.168.150.100/32"), "{words}");
    assert!(!words.contains("ha-node01: set net.ipv4.conf.all.arp_ignore"), "{words}");
}

#[test]
fn a_director_that_serves_by_nat_is_not_its_own_gateway() {
    let mut lab = serving(without_availability("dr"), "node01");
    lab.services[0].destinations[0].forwarding = crate::lab::ForwardingMethod::Nat;
    assert!(!words(&lab).contains("ha-node01: add default route"), "{}", words(&lab));
}

fn built_in(name: &str) -> Lab {
    crate::topology::load(&crate::topology::builtin(name).unwrap()).unwrap().lab
}

#[test]
fn ipv6_hides_a_vip_on_lo_without_any_setting() {
    insta::assert_snapshot!(words(&built_in("dr6")));
}

#[test]
fn nat_over_ipv6_forwards_and_has_a_gateway() {
    let plan = words(&built_in("nat6"));
    let part = |lab: &str| plan.lines().filter(|l| l.contains(lab)).take(9).collect::<Vec<_>>();
    insta::assert_snapshot!([part("nat6-director:"), part("nat6-rs1:")].concat().join("\n"));
}

#[test]
fn each_mixture_of_families_has_a_tunnel_of_its_own() {
    let plan = words(&built_in("tun-4in6"));
    let ends = |line: &&str| line.contains("-rs1: ") || line.contains("-rs3: ");
    insta::assert_snapshot!(plan.lines().filter(ends).collect::<Vec<_>>().join("\n"));
}

#[test]
fn adverts_of_ipv6_come_from_the_link_local_address_and_unicast_ones_do_not() {
    let mut lab = built_in("ha6");
    let source = |lab: &Lab| speaker_of(lab, "node01").seats[0].source.to_string();
    assert_eq!(source(&lab), "fe80::1");
    lab.high_availability.as_mut().unwrap().routers[0].transport = Transport::Unicast;
    assert_eq!(source(&lab), "fd00:150::1");
    assert_eq!(speaker_of(&lab, "node01").seats[0].peers[0].to_string(), "fd00:150::4");
}
