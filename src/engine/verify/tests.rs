mod daemons;

use super::*;
use crate::engine::sample::{find, plan};
use crate::kernel::{
    Fake, Leads, Observed, ObservedAddress, ObservedDirectRoute, ObservedLink, ObservedPolicyRule,
    Removable,
};
use crate::lab::{
    Family, FirewallMark, LabName, NodeName, Place, Protocol, Scheduler, SysctlKey, Timeouts,
};
use crate::plan::{Op, PacketMark, ServiceEntry, ServiceKey, Step};
use crate::state::StateDir;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

/// A lab that is up, and everything about its mending.
struct Bench {
    plan: Plan,
    kernel: Fake,
    journal: Journal,
    _parent: tempfile::TempDir,
}

impl Bench {
    async fn new() -> Self {
        let plan = plan();
        let mut kernel = Fake::new();
        for step in &plan.steps {
            kernel.apply(&step.op).await.unwrap();
        }
        let parent = tempfile::tempdir().unwrap();
        let lab = StateDir::at(parent.path()).lab(&"nat".parse::<LabName>().unwrap());
        lab.create().unwrap();
        let journal = Journal::open(&lab).unwrap();
        Self { plan, kernel, journal, _parent: parent }
    }

    /// Undoes the step that reads so.
    async fn undo(&mut self, words: &str) {
        let op = &self.plan.steps[find(&self.plan, words)].op;
        self.kernel.undo(op).await.unwrap();
    }

    fn meddle(&mut self, node: &str, change: impl FnOnce(&mut Observed)) {
        self.kernel.meddle(&node.parse().unwrap(), change);
    }

    /// What is found, and then mended without remainder.
    async fn mended(&mut self) -> String {
        let drifts = verify(&self.plan, &mut self.kernel).await.unwrap();
        repair(&drifts, &mut self.kernel, &mut self.journal).await.unwrap();
        assert_eq!(verify(&self.plan, &mut self.kernel).await.unwrap(), []);
        assert_eq!(self.kernel.commands().len(), 1, "commands of the file ran again");
        drifts.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }
}

/// A kernel that writes down which nodes are looked at.
struct Watched(Fake, Vec<NodeName>);

impl Kernel for Watched {
    async fn apply(&mut self, op: &Op) -> Result<(), KernelError> {
        self.0.apply(op).await
    }

    async fn undo(&mut self, op: &Op) -> Result<(), KernelError> {
        self.0.undo(op).await
    }

    async fn observe(
        &mut self,
        node: &NodeName,
        settings: &[SysctlKey],
    ) -> Result<Option<Observed>, KernelError> {
        self.1.push(node.clone());
        self.0.observe(node, settings).await
    }
}

#[tokio::test]
async fn each_node_is_looked_at_once() {
    let bench = Bench::new().await;
    let mut kernel = Watched(bench.kernel, Vec::new());
    verify(&bench.plan, &mut kernel).await.unwrap();
    let mut nodes: Vec<_> = kernel.1.iter().map(NodeName::as_str).collect();
    nodes.sort_unstable();
    assert_eq!(nodes, ["client", "director", "rs1", "rs2", "switch"]);
}

#[tokio::test]
async fn a_lab_as_planned_has_no_drift() {
    assert_eq!(Bench::new().await.mended().await, "");
}

#[tokio::test]
async fn ports_for_gue_and_timeouts_are_put_back() {
    let mut bench = Bench::new().await;
    let (rs1, director) = ("rs1".parse().unwrap(), "director".parse().unwrap());
    let timeouts = Timeouts { tcp: Duration::from_secs(60), ..Timeouts::default() };
    let ops = [Op::OpenGue { node: rs1, port: 6080 }, Op::SetTimeouts { node: director, timeouts }];
    for op in ops {
        bench.kernel.apply(&op).await.unwrap();
        bench.plan.steps.push(Step { op, why: String::new(), at: Place::root() });
    }
    assert_eq!(bench.mended().await, "");
    bench.meddle("rs1", |seen| seen.gue.clear());
    bench.meddle("director", |seen| seen.timeouts = Some(Timeouts::default()));
    insta::assert_snapshot!(bench.mended().await, @"
    rs1: UDP port 6080 is not open for GUE
    director: the IPVS timeouts are 900 120 300 instead of 60 120 300
    ");
}

#[tokio::test]
async fn an_end_of_tunnels_that_takes_ipv6_only_is_told_again() {
    let mut bench = Bench::new().await;
    let op = Op::TakeAny { node: "rs1".parse().unwrap(), interface: "ip6tnl0".to_owned() };
    bench.plan.steps.push(Step { op: op.clone(), why: String::new(), at: Place::root() });
    let words = "rs1: interface ip6tnl0 does not take every protocol";
    assert_eq!(bench.mended().await, words);
    assert_eq!(bench.mended().await, "");
    bench.kernel.undo(&op).await.unwrap();
    assert_eq!(bench.mended().await, words);
}

#[tokio::test]
async fn packets_that_are_marked_no_more_are_marked_again() {
    let mut bench = Bench::new().await;
    let packets = PacketMark {
        mark: FirewallMark(NonZeroU32::MIN),
        vip: [192, 168, 136, 100].into(),
        protocol: Protocol::Tcp,
        ports: [80, 443].into(),
    };
    let op = Op::MarkPackets { node: "director".parse().unwrap(), packets };
    bench.plan.steps.push(Step { op, why: String::new(), at: Place::root() });
    let words = "director: packets to 192.168.136.100 tcp 80,443 with 1: the mark is missing";
    assert_eq!(bench.mended().await, words);
    assert_eq!(bench.mended().await, "");
    bench.meddle("director", |seen| seen.marked[0].ports = [80].into());
    let surplus = "director: packets to 192.168.136.100 tcp 80 with 1: the mark is not in the file";
    assert_eq!(bench.mended().await, format!("{words}\n{surplus}"));
}

#[tokio::test]
async fn rules_of_ours_that_the_file_does_not_have_are_removed() {
    let mut bench = Bench::new().await;
    let packets = PacketMark {
        mark: FirewallMark(NonZeroU32::MIN),
        vip: [192, 168, 136, 100].into(),
        protocol: Protocol::Tcp,
        ports: [80].into(),
    };
    let (one, other) = (packets.clone(), PacketMark { ports: [443].into(), ..packets });
    bench.meddle("director", |seen| {
        seen.source_nat.push(ServiceKey::Mark(one.mark, Family::Inet));
        seen.marked.push(one);
    });
    bench.meddle("rs1", |seen| seen.partly_marked.push(other));
    insta::assert_snapshot!(bench.mended().await, @"
    director: source NAT for firewall mark 1 is not in the file
    director: packets to 192.168.136.100 tcp 80 with 1: the mark is not in the file
    rs1: packets to 192.168.136.100 tcp 443 with 1: the mark is not in the file
    ");
}

#[tokio::test]
async fn what_is_missing_is_named_and_put_back() {
    let mut bench = Bench::new().await;
    for words in [
        "director: add address 192.168.136.100/32 to eth0",
        "rs1: add default route via 192.168.137.199",
        "rs1: set tunl0 up",
        "rs2: start a backend on port 80",
        "director: add source NAT for tcp 192.168.136.100:80",
        "director: add real server 192.168.137.200:80 (fullnat, weight 1) to tcp 192.168.136.100:80",
    ] {
        bench.undo(words).await;
    }
    insta::assert_snapshot!(bench.mended().await, @"
    director: address 192.168.136.100/32 is missing on eth0
    rs1: interface tunl0 is down
    rs1: default route via 192.168.137.199 is missing
    director: real server 192.168.137.200:80 is missing in tcp 192.168.136.100:80
    director: clients of tcp 192.168.136.100:80 are not masqueraded
    rs2: nothing listens on port 80
    director: no director holds 192.168.136.100
    ");
}

#[tokio::test]
async fn a_lost_interface_is_one_drift_though_much_goes_with_it() {
    let mut bench = Bench::new().await;
    bench.undo("rs1: plug eth0 into inside").await;
    insta::assert_snapshot!(bench.mended().await, @"rs1: interface eth0 is missing");
}

#[tokio::test]
async fn a_lost_namespace_is_made_again_without_its_commands() {
    let mut bench = Bench::new().await;
    bench.undo("rs1: create the namespace").await;
    bench.undo("rs2: create the namespace").await;
    insta::assert_snapshot!(bench.mended().await, @"
    rs1: its namespace is missing (commands of the file are not run again)
    rs2: its namespace is missing
    ");
}

#[tokio::test]
async fn a_lost_switch_takes_all_cables_along() {
    let mut bench = Bench::new().await;
    bench.undo("switch: create the namespace").await;
    insta::assert_snapshot!(bench.mended().await, @"
    switch: its namespace is missing
    director: no director holds 192.168.136.100
    ");
}

#[tokio::test]
async fn a_lost_bridge_is_made_again_and_plugged() {
    let mut bench = Bench::new().await;
    bench.undo("switch: create bridge inside").await;
    insta::assert_snapshot!(bench.mended().await, @"switch: bridge inside is missing");
}

#[tokio::test]
async fn links_that_are_down_are_set_up_and_their_routes_put_back() {
    let mut bench = Bench::new().await;
    for (node, interface) in [("rs1", "eth0"), ("switch", "rs2.0"), ("switch", "inside")] {
        let (node, interface) = (node.parse().unwrap(), interface.to_owned());
        bench.kernel.undo(&Op::SetLinkUp { node, interface }).await.unwrap();
    }
    insta::assert_snapshot!(bench.mended().await, @"
    switch: bridge inside is down
    rs1: interface eth0 is down
    rs1: default route via 192.168.137.199 is missing
    switch: interface rs2.0 is down
    ");
}

#[tokio::test]
async fn a_drift_is_told_from_one_that_heals_with_a_fault() {
    let mut bench = Bench::new().await;
    bench.undo("rs2: start a backend on port 80").await;
    bench.undo("rs1: add default route via 192.168.137.199").await;
    let (node, interface) = ("rs2".parse().unwrap(), "eth0".to_owned());
    let cut = Op::CutCable { node, interface };
    bench.kernel.apply(&cut).await.unwrap();
    let drifts = verify(&bench.plan, &mut bench.kernel).await.unwrap();
    let backend = bench.plan.steps[find(&bench.plan, "rs2: start a backend on port 80")].op.clone();
    let heals = [Act::Undo(cut), Act::Apply(backend)];
    let (by_faults, rest): (Vec<_>, Vec<_>) = drifts.iter().partition(|d| d.is_mended_by(&heals));
    let words = |drifts: Vec<&Drift>| drifts.iter().map(|d| d.to_string()).collect::<Vec<_>>();
    assert_eq!(
        words(by_faults),
        ["switch: interface rs2.0 is down", "rs2: nothing listens on port 80"]
    );
    assert_eq!(words(rest), ["rs1: default route via 192.168.137.199 is missing"]);
    bench.mended().await;
}

#[tokio::test]
async fn other_mtus_and_plugs_are_mended() {
    let mut bench = Bench::new().await;
    bench.meddle("rs1", |seen| {
        seen.links.iter_mut().find(|l| l.name == "eth0").unwrap().mtu = 1500;
    });
    bench.meddle("switch", |seen| {
        seen.links.iter_mut().find(|l| l.name == "rs2.0").unwrap().bridge = None;
    });
    insta::assert_snapshot!(bench.mended().await, @"
    rs1: interface eth0 has MTU 1500, its port 1400
    rs2: interface eth0 is not plugged into inside
    ");
}

#[tokio::test]
async fn another_way_is_brought_back() {
    let mut bench = Bench::new().await;
    bench.undo("rs1: add default route via 192.168.137.199").await;
    let (node, via) = ("rs1".parse().unwrap(), "192.168.137.201".parse().unwrap());
    bench.kernel.apply(&Op::AddRoute { node, destination: None, via }).await.unwrap();
    insta::assert_snapshot!(bench.mended().await, @"rs1: default route goes via 192.168.137.201 instead of 192.168.137.199");
}

#[tokio::test]
async fn another_value_of_a_setting_is_brought_back() {
    let mut bench = Bench::new().await;
    let (node, key) = ("director".parse().unwrap(), SysctlKey("net.ipv4.ip_forward".to_owned()));
    bench.kernel.apply(&Op::SetSysctl { node, key, value: "0".to_owned() }).await.unwrap();
    insta::assert_snapshot!(bench.mended().await, @"director: net.ipv4.ip_forward is 0 instead of 1");
}

#[tokio::test]
async fn other_values_in_a_table_are_brought_back() {
    let mut bench = Bench::new().await;
    bench.meddle("director", |seen| {
        seen.services[0].scheduler = Some(Scheduler::Wlc);
        seen.services[0].destinations[0].entry.weight = 0;
        seen.services[0].destinations[1].entry.thresholds.upper = 9;
    });
    insta::assert_snapshot!(bench.mended().await, @"
    director: virtual service tcp 192.168.136.100:80 has scheduler wlc, not rr
    director: real server 192.168.137.200:80 in tcp 192.168.136.100:80 has other thresholds
    director: real server 192.168.137.201:80 in tcp 192.168.136.100:80 has weight 0, not 1
    ");
}

#[tokio::test]
async fn what_the_file_does_not_have_is_removed_from_a_table() {
    let mut bench = Bench::new().await;
    let steps = bench.plan.steps.clone();
    for step in steps {
        match step.op {
            Op::AddService { node, service } => {
                let mut address = service.key.address().unwrap();
                address.set_port(8080);
                let key = ServiceKey::Address(Protocol::Tcp, address);
                let service = ServiceEntry { key, ..service };
                bench.kernel.apply(&Op::AddService { node, service }).await.unwrap();
            }
            Op::AddDestination { node, service, mut destination } => {
                destination.address = SocketAddr::new(destination.address.ip(), 81);
                let op = Op::AddDestination { node, service, destination };
                bench.kernel.apply(&op).await.unwrap();
            }
            _ => {}
        }
    }
    insta::assert_snapshot!(bench.mended().await, @"
    director: real server 192.168.137.201:81 in tcp 192.168.136.100:80 is not in the file
    director: real server 192.168.137.200:81 in tcp 192.168.136.100:80 is not in the file
    director: virtual service tcp 192.168.136.100:8080 is not in the file
    ");
}

/// Routes without a next hop, of each kind.
fn direct_routes() -> Vec<ObservedDirectRoute> {
    let direct = |destination: &str, leads| {
        let (family, destination) = (Family::Inet, Some(destination.parse().unwrap()));
        ObservedDirectRoute { family, destination, leads, metric: 0, tos: 0 }
    };
    let out = |name: &str| Leads::Out(name.to_owned());
    let refusing = [Leads::Blackhole, Leads::Unreachable, Leads::Prohibit, Leads::Throw];
    let mut routes = vec![direct("10.8.0.0/16", out("eth0"))];
    routes.extend(refusing.map(|leads| direct("10.8.0.0/16", leads)));
    routes.push(direct("10.3.0.0/16", Leads::Several));
    routes.push(direct("10.4.0.0/16", out("spare")));
    let (family, leads) = (Family::Inet6, out("eth0"));
    routes.push(ObservedDirectRoute { family, destination: None, leads, metric: 100, tos: 4 });
    routes
}

#[tokio::test]
async fn what_somebody_has_added_is_told_and_left_alone() {
    let mut bench = Bench::new().await;
    let (node, address) = ("rs2".parse().unwrap(), "10.9.9.9/32".parse().unwrap());
    let added = Op::AddAddress { node, interface: "lo".to_owned(), address };
    bench.kernel.apply(&added).await.unwrap();
    let (node, via) = ("client".parse().unwrap(), "192.168.136.1".parse().unwrap());
    let destination = Some("10.9.9.0/24".parse().unwrap());
    bench.kernel.apply(&Op::AddRoute { node, destination, via }).await.unwrap();
    bench.meddle("client", |seen| {
        seen.direct_routes.extend(direct_routes());
        let (what, away) = ("iptables -t filter -P INPUT DROP", "iptables -P INPUT ACCEPT");
        seen.drops.push(Removable { what: what.to_owned(), away: vec![away.to_owned()] });
        let words = "from 10.9.0.0/16 lookup 100".to_owned();
        seen.policy_rules.push(ObservedPolicyRule { family: Family::Inet, priority: 100, words });
        // With an interface go its addresses and routes.
        let spare = || "spare".to_owned();
        seen.links.push(ObservedLink { name: spare(), ..seen.links[0].clone() });
        let address = "10.5.0.1/24".parse().unwrap();
        seen.addresses.push(ObservedAddress { interface: spare(), address });
        let web = ServiceKey::Address(Protocol::Tcp, "192.168.136.100:81".parse().unwrap());
        seen.typed.source_nat.push(Removable { what: web, away: vec!["as typed".to_owned()] });
        // These are the kernel's own.
        for (interface, address) in [("lo", "127.0.0.1/8"), ("eth0", "fe80::1/64")] {
            let (interface, address) = (interface.to_owned(), address.parse().unwrap());
            seen.addresses.push(ObservedAddress { interface, address });
        }
    });
    let drifts = verify(&bench.plan, &mut bench.kernel).await.unwrap();
    assert!(drifts.iter().all(Drift::is_left_alone));
    repair(&drifts, &mut bench.kernel, &mut bench.journal).await.unwrap();
    assert_eq!(verify(&bench.plan, &mut bench.kernel).await.unwrap(), drifts);
    let words: Vec<_> = drifts.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(words.join("\n"), @r"
    client: packets are dropped: iptables -t filter -P INPUT DROP
    client: source NAT for tcp 192.168.136.100:81 is not in the file
    client: interface spare is not in the file
    client: route to 10.9.9.0/24 via 192.168.136.1 is not in the file
    client: route to 10.8.0.0/16 on eth0 is not in the file
    client: route to 10.8.0.0/16 to nowhere (blackhole) is not in the file
    client: route to 10.8.0.0/16 to nowhere (unreachable) is not in the file
    client: route to 10.8.0.0/16 to nowhere (prohibit) is not in the file
    client: route to 10.8.0.0/16 to nowhere (throw) is not in the file
    client: route to 10.3.0.0/16 via several next hops is not in the file
    client: default route on eth0 is not in the file
    client: policy rule 100: from 10.9.0.0/16 lookup 100 is not in the file
    rs2: address 10.9.9.9/32 on lo is not in the file
    ");
    let away: Vec<_> = drifts.iter().flat_map(|drift| drift.by_hand(&bench.plan)).collect();
    insta::assert_snapshot!(away.join("\n"), @r"
    iptables -P INPUT ACCEPT
    as typed
    ip link del spare
    ip route del 10.9.9.0/24 via 192.168.136.1
    ip route del 10.8.0.0/16 dev eth0
    ip route del blackhole 10.8.0.0/16
    ip route del unreachable 10.8.0.0/16
    ip route del prohibit 10.8.0.0/16
    ip route del throw 10.8.0.0/16
    ip route del 10.3.0.0/16
    ip -6 route del default tos 0x4 dev eth0 metric 100
    ip rule del from 10.9.0.0/16 lookup 100 priority 100
    ip address del 10.9.9.9/32 dev lo
    ");
}

#[tokio::test]
async fn a_command_of_the_file_may_add_addresses_and_routes() {
    let mut bench = Bench::new().await;
    let by_command = |op: &Op| matches!(op, Op::RunCommand { .. });
    let step = bench.plan.steps.iter().find(|step| by_command(&step.op)).unwrap();
    let (node, address) = (step.op.node(), "10.9.9.9/32".parse().unwrap());
    let op = Op::AddAddress { node, interface: "lo".to_owned(), address };
    bench.kernel.apply(&op).await.unwrap();
    assert_eq!(bench.mended().await, "");
}
