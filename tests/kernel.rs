//! The kernel room on the running kernel, held against what the distribution's `ip` says.
//!
//! Each test works in a mount namespace of its own with an empty /run, so that nothing of it can
//! be left on the machine.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test panics when it fails")]

#[path = "support/patience.rs"]
mod patience;

use lvs_lab::kernel::{
    BackendOrder, Changed, Kernel, KernelError, Linux, Names, Namespace, Observed, Packets, Watch,
};
use lvs_lab::lab::{Family, FirewallMark, NodeName, Port, Protocol, SysctlKey};
use lvs_lab::plan::{Backend, Op, PacketMark, ServiceKey};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::num::NonZeroU32;
use std::path::Path;
use std::process::Command;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const DIRECTORY: &str = "/run/lvs-lab/nat";

/// A kernel with an empty lab called `nat`, and what it orders of whoever serves backends.
struct Sandbox {
    kernel: Linux,
    orders: UnboundedReceiver<BackendOrder>,
}

impl Sandbox {
    fn new() -> Self {
        unshare(CloneFlags::CLONE_NEWNS).expect("root is needed");
        let private = MsFlags::MS_PRIVATE | MsFlags::MS_REC;
        mount(None::<&str>, "/", None::<&str>, private, None::<&str>).unwrap();
        mount(Some("tmpfs"), "/run", Some("tmpfs"), MsFlags::empty(), None::<&str>).unwrap();
        let (backends, orders) = unbounded_channel();
        Self { kernel: Linux::new(names(), backends), orders }
    }

    async fn apply(&mut self, ops: &[Op]) {
        for op in ops {
            self.kernel.apply(op).await.unwrap();
        }
    }

    async fn refused(&mut self, op: &Op) -> KernelError {
        self.kernel.apply(op).await.unwrap_err()
    }

    async fn observed(&mut self, name: &str) -> Observed {
        self.kernel.observe(&node(name), &[]).await.unwrap().unwrap()
    }
}

fn names() -> Names {
    Names::new("nat".parse().unwrap(), Path::new(DIRECTORY), "/run/netns".into())
}

fn node(name: &str) -> NodeName {
    name.parse().unwrap()
}

fn namespace(name: &str) -> Op {
    Op::CreateNamespace { node: node(name) }
}

fn bridge(mtu: Option<u32>) -> Op {
    Op::CreateBridge { network: "inside".parse().unwrap(), mtu }
}

fn connect(name: &str, mtu: Option<u32>) -> Op {
    let (interface, network) = ("eth0".to_owned(), "inside".parse().unwrap());
    Op::Connect { node: node(name), interface, network, mtu }
}

fn address(name: &str, interface: &str, address: &str) -> Op {
    let (interface, address) = (interface.to_owned(), address.parse().unwrap());
    Op::AddAddress { node: node(name), interface, address }
}

fn default_route(name: &str, via: &str) -> Op {
    Op::AddRoute { node: node(name), destination: None, via: via.parse().unwrap() }
}

fn setting(name: &str, key: &str, value: &str) -> Op {
    let (key, value) = (SysctlKey(key.to_owned()), value.to_owned());
    Op::SetSysctl { node: node(name), key, value }
}

fn command(name: &str, shell: &str) -> Op {
    Op::RunCommand { node: node(name), shell: shell.to_owned() }
}

/// Two nodes on one bridge.
fn pair() -> Vec<Op> {
    vec![
        namespace("switch"),
        bridge(None),
        namespace("rs1"),
        connect("rs1", None),
        address("rs1", "eth0", "192.168.137.200/24"),
        namespace("rs2"),
        connect("rs2", None),
        address("rs2", "eth0", "192.168.137.201/24"),
    ]
}

/// What a program of the distribution says.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn ip(arguments: &[&str]) -> Value {
    serde_json::from_str(&said("ip", &[&["-j"], arguments].concat())).unwrap()
}

#[tokio::test]
#[ignore = "needs root"]
async fn a_node_is_what_ip_says_it_is() {
    let mut lab = Sandbox::new();
    lab.apply(&pair()).await;
    lab.apply(&[default_route("rs1", "192.168.137.199")]).await;

    let links = ip(&["-n", "nat-rs1", "-d", "link", "show", "eth0"]);
    assert_eq!(links[0]["operstate"], "UP");
    assert_eq!(links[0]["inet6_addr_gen_mode"], "none");
    assert_eq!(links[0]["num_tx_queues"], 1);
    assert_eq!(ip(&["-n", "nat-rs1", "link", "show", "lo"])[0]["flags"][1], "UP");
    let addresses = ip(&["-n", "nat-rs1", "address", "show", "eth0"]);
    assert_eq!(addresses[0]["addr_info"].as_array().unwrap().len(), 1);
    assert_eq!(addresses[0]["addr_info"][0]["local"], "192.168.137.200");
    assert_eq!(addresses[0]["addr_info"][0]["prefixlen"], 24);
    assert_eq!(addresses[0]["addr_info"][0]["broadcast"], serde_json::Value::Null);
    assert_eq!(ip(&["-n", "nat-rs1", "route", "show", "default"])[0]["gateway"], "192.168.137.199");
}

#[tokio::test]
#[ignore = "needs root"]
async fn a_bridge_has_a_port_for_each_node_and_no_snooping() {
    let mut lab = Sandbox::new();
    lab.apply(&pair()).await;

    let bridge = ip(&["-n", "nat-switch", "-d", "link", "show", "inside"]);
    assert_eq!(bridge[0]["linkinfo"]["info_data"]["mcast_snooping"], 0);
    assert!(bridge[0]["flags"].as_array().unwrap().contains(&"UP".into()));
    let ports = ip(&["-n", "nat-switch", "link", "show", "master", "inside"]);
    let names: Vec<_> = ports.as_array().unwrap().iter().map(|p| &p["ifname"]).collect();
    assert_eq!(names, ["rs1.0", "rs2.0"]);
    let quiet = said("ip", &["-n", "nat-switch", "-6", "address"]);
    assert!(!quiet.contains("inside"), "{quiet}");
}

#[tokio::test]
#[ignore = "needs root"]
async fn an_mtu_is_that_of_both_ends_and_of_the_bridge() {
    let mut lab = Sandbox::new();
    let ops =
        [namespace("switch"), bridge(Some(1400)), namespace("rs1"), connect("rs1", Some(1400))];
    lab.apply(&ops).await;

    assert_eq!(ip(&["-n", "nat-rs1", "link", "show", "eth0"])[0]["mtu"], 1400);
    assert_eq!(ip(&["-n", "nat-switch", "link", "show", "rs1.0"])[0]["mtu"], 1400);
    assert_eq!(ip(&["-n", "nat-switch", "link", "show", "inside"])[0]["mtu"], 1400);
}

#[tokio::test]
#[ignore = "needs root"]
async fn what_is_observed_is_what_was_made() {
    let mut lab = Sandbox::new();
    lab.apply(&pair()).await;
    lab.apply(&[
        default_route("rs1", "192.168.137.199"),
        address("rs1", "lo", "192.168.136.100/32"),
        address("rs1", "eth0", "fd00::200/64"),
    ])
    .await;

    let observed = lab.observed("rs1").await;
    // Where the ipip module is loaded, each namespace has a tunl0.
    let links = observed.links.iter().filter(|l| l.name != "tunl0");
    let links: Vec<_> = links.map(|l| (l.name.as_str(), l.up, l.mtu)).collect();
    assert_eq!(links, [("lo", true, 65536), ("eth0", true, 1500)]);
    let addresses: Vec<_> =
        observed.addresses.iter().map(|a| format!("{} {}", a.interface, a.address)).collect();
    assert_eq!(
        addresses,
        [
            "lo 127.0.0.1/8",
            "lo 192.168.136.100/32",
            "eth0 192.168.137.200/24",
            "lo ::1/128",
            "eth0 fd00::200/64"
        ]
    );
    assert_eq!(observed.routes.len(), 1);
    assert_eq!(observed.routes[0].destination, None);
    assert_eq!(observed.routes[0].via.to_string(), "192.168.137.199");
    assert_eq!(observed.routes[0].interface.as_deref(), Some("eth0"));

    let switch = lab.observed("switch").await;
    let port = switch.links.iter().find(|l| l.name == "rs1.0").unwrap();
    assert_eq!(port.bridge.as_deref(), Some("inside"));
    let mac = ip(&["-n", "nat-switch", "link", "show", "rs1.0"])[0]["address"].clone();
    assert_eq!(Value::from(port.mac.clone().unwrap()), mac);
}

#[tokio::test]
#[ignore = "needs root"]
async fn a_node_that_is_not_there_is_observed_as_nothing() {
    let mut lab = Sandbox::new();
    assert_eq!(lab.kernel.observe(&node("rs1"), &[]).await.unwrap(), None);
}

#[tokio::test]
#[ignore = "needs root"]
async fn what_exists_already_is_refused() {
    let mut lab = Sandbox::new();
    lab.apply(&pair()).await;
    lab.apply(&[default_route("rs1", "192.168.137.199")]).await;
    let again = [
        (namespace("rs1"), "create the namespace", "mount"),
        (bridge(None), "create bridge inside", "RTM_NEWLINK"),
        (connect("rs1", None), "plug eth0 into inside", "RTM_NEWLINK"),
        (
            address("rs1", "eth0", "192.168.137.200/24"),
            "add address 192.168.137.200/24 to eth0",
            "RTM_NEWADDR",
        ),
        (
            default_route("rs1", "192.168.137.199"),
            "add default route via 192.168.137.199",
            "RTM_NEWROUTE",
        ),
    ];
    for (op, action, call) in again {
        let node = op.node();
        assert_eq!(
            lab.refused(&op).await.to_string(),
            format!("cannot {action} in node `{node}`: {call}: EEXIST (File exists)")
        );
    }
}

#[tokio::test]
#[ignore = "needs root"]
async fn a_namespace_of_someone_else_is_refused_and_left_alone() {
    let mut lab = Sandbox::new();
    said("ip", &["netns", "add", "nat-rs1"]);
    assert_eq!(
        lab.refused(&namespace("rs1")).await.to_string(),
        "cannot create the namespace in node `rs1`: \
         `/run/netns/nat-rs1` is there and does not belong to this lab"
    );
    lab.kernel.undo(&namespace("rs1")).await.unwrap();
    said("ip", &["netns", "exec", "nat-rs1", "true"]);
}

#[tokio::test]
#[ignore = "needs root"]
async fn the_same_name_of_another_lab_is_refused_and_left_alone() {
    let mut lab = Sandbox::new();
    // `nat` with a node `ha-rs1`, and `nat-ha` with a node `rs1`, are both called `nat-ha-rs1`.
    let other = Names::new("nat-ha".parse().unwrap(), Path::new("/run/other"), "/run/netns".into());
    Linux::open(other).apply(&namespace("rs1")).await.unwrap();
    assert!(lab.refused(&namespace("ha-rs1")).await.to_string().contains("does not belong"));
    lab.kernel.undo(&namespace("ha-rs1")).await.unwrap();
    said("ip", &["netns", "exec", "nat-ha-rs1", "true"]);
}

#[tokio::test]
#[ignore = "needs root"]
async fn undone_in_reverse_nothing_is_left() {
    let mut lab = Sandbox::new();
    let mut ops = pair();
    ops.push(default_route("rs1", "192.168.137.199"));
    lab.apply(&ops).await;
    for op in ops.iter().rev() {
        lab.kernel.undo(op).await.unwrap();
    }
    assert_eq!(std::fs::read_dir("/run/netns").unwrap().count(), 0);
    assert_eq!(std::fs::read_dir(DIRECTORY).unwrap().count(), 0);
    assert!(!said("cat", &["/proc/thread-self/mounts"]).contains(DIRECTORY));
}

#[tokio::test]
#[ignore = "needs root"]
async fn undoing_what_was_never_done_is_no_error() {
    let mut lab = Sandbox::new();
    for op in pair().iter().rev() {
        lab.kernel.undo(op).await.unwrap();
    }
    lab.apply(&[namespace("switch"), namespace("rs1")]).await;
    for op in pair().iter().rev() {
        lab.kernel.undo(op).await.unwrap();
    }
}

#[tokio::test]
#[ignore = "needs root"]
async fn undoing_one_thing_leaves_the_others() {
    let mut lab = Sandbox::new();
    lab.apply(&pair()).await;
    lab.apply(&[default_route("rs1", "192.168.137.199")]).await;
    lab.kernel.undo(&default_route("rs1", "192.168.137.199")).await.unwrap();
    assert_eq!(lab.observed("rs1").await.routes, []);
    lab.kernel.undo(&address("rs1", "eth0", "192.168.137.200/24")).await.unwrap();
    assert!(lab.observed("rs1").await.addresses.iter().all(|a| a.interface == "lo"));
    lab.kernel.undo(&connect("rs1", None)).await.unwrap();
    assert!(lab.observed("rs1").await.links.iter().all(|l| l.name != "eth0"));
    assert!(lab.observed("switch").await.links.iter().all(|l| l.name != "rs1.0"));
}

#[tokio::test]
#[ignore = "needs root"]
async fn a_route_is_removed_whoever_made_it() {
    let mut lab = Sandbox::new();
    lab.apply(&pair()).await;
    let words = ["-n", "nat-rs1", "route", "add", "default", "via", "192.168.137.198", "proto"];
    said("ip", &[words.as_slice(), &["static"]].concat());
    lab.kernel.undo(&default_route("rs1", "192.168.137.198")).await.unwrap();
    assert_eq!(lab.observed("rs1").await.routes, []);
}

#[tokio::test]
#[ignore = "needs root"]
async fn another_process_finds_the_lab_by_its_directory() {
    let mut lab = Sandbox::new();
    lab.apply(&pair()).await;
    let mut other = Linux::open(names());
    assert_eq!(other.observe(&node("rs1"), &[]).await.unwrap(), Some(lab.observed("rs1").await));
    for op in pair().iter().rev() {
        other.undo(op).await.unwrap();
    }
    assert_eq!(std::fs::read_dir("/run/netns").unwrap().count(), 0);
}

#[tokio::test]
#[ignore = "needs root"]
async fn what_another_process_took_away_is_not_there_any_more() {
    let mut lab = Sandbox::new();
    lab.apply(&[namespace("switch"), namespace("rs1")]).await;
    Linux::open(names()).undo(&namespace("rs1")).await.unwrap();
    assert_eq!(lab.kernel.observe(&node("rs1"), &[]).await.unwrap(), None);
    lab.apply(&[namespace("rs1")]).await;
    assert_eq!(lab.observed("rs1").await.addresses.len(), 2);
}

#[tokio::test]
#[ignore = "needs root"]
async fn a_setting_is_that_of_its_node() {
    let mut lab = Sandbox::new();
    lab.apply(&[namespace("rs1"), namespace("rs2")]).await;
    lab.apply(&[setting("rs1", "net.ipv4.conf.all.arp_announce", "2")]).await;
    let key = SysctlKey("net.ipv4.conf.all.arp_announce".to_owned());
    let unknown = SysctlKey("net.ipv4.there_is_no_such_thing".to_owned());
    for (name, value) in [("rs1", "2"), ("rs2", "0")] {
        let keys = [key.clone(), unknown.clone()];
        let observed = lab.kernel.observe(&node(name), &keys).await.unwrap().unwrap();
        assert_eq!(
            observed.settings.into_iter().collect::<Vec<_>>(),
            [(key.clone(), value.into())]
        );
    }
    let refused = lab.refused(&setting("rs1", &unknown.0, "1")).await.to_string();
    assert_eq!(
        refused,
        "cannot set net.ipv4.there_is_no_such_thing to 1 in node `rs1`: \
         open: ENOENT (No such file or directory)"
    );
    let refused = lab.refused(&setting("rs1", &key.0, "many")).await.to_string();
    assert!(refused.ends_with("write: EINVAL (Invalid argument)"), "{refused}");
}

#[tokio::test]
#[ignore = "needs root"]
async fn a_backend_gets_a_listener_inside_its_node() {
    let mut lab = Sandbox::new();
    lab.apply(&pair()).await;
    let backend = Backend {
        port: 8080,
        protocol: Protocol::Tcp,
        vips: Vec::new(),
        upstream: Vec::new(),
        answers: Vec::new(),
    };
    let start = Op::StartBackend { node: node("rs1"), backend: backend.clone() };
    lab.apply(std::slice::from_ref(&start)).await;
    assert_eq!(lab.observed("rs1").await.listening, [Port::tcp(8080)]);
    assert!(lab.observed("rs2").await.listening.is_empty());

    let Some(BackendOrder::Start { node: at, backend: what, mut sockets, .. }) =
        lab.orders.recv().await
    else {
        panic!("a listener should have been handed over");
    };
    assert_eq!((at, what), (node("rs1"), backend));
    let answer = std::thread::spawn(move || {
        let listener = TcpListener::from(sockets.remove(0));
        listener.set_nonblocking(false).unwrap();
        let (mut client, from) = listener.accept().unwrap();
        client.write_all(b"rs1").unwrap();
        from
    });
    let client = Namespace::named("nat-rs2").unwrap();
    let mut stream = client.run(|| TcpStream::connect("192.168.137.200:8080")).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert_eq!(text, "rs1");
    assert_eq!(answer.join().unwrap().ip().to_string(), "192.168.137.201");

    // Undoing waits until the order is dropped.
    let is_told =
        |order| matches!(order, Some(BackendOrder::Stop { port, .. }) if port == Port::tcp(8080));
    let told = async { is_told(lab.orders.recv().await) };
    let (undone, told) = tokio::join!(lab.kernel.undo(&start), told);
    undone.unwrap();
    assert!(told);
}

#[tokio::test]
#[ignore = "needs root"]
async fn a_backend_of_a_node_with_ipv6_listens_on_both() {
    let mut lab = Sandbox::new();
    lab.apply(&pair()).await;
    lab.apply(&[address("rs1", "eth0", "fd00::200/64"), address("rs2", "eth0", "fd00::201/64")])
        .await;
    let backend = Backend {
        port: 80,
        protocol: Protocol::Tcp,
        vips: Vec::new(),
        upstream: Vec::new(),
        answers: Vec::new(),
    };
    lab.apply(&[Op::StartBackend { node: node("rs1"), backend }]).await;
    let client = Namespace::named("nat-rs2").unwrap();
    for address in ["[fd00::200]:80", "192.168.137.200:80"] {
        client.run(move || TcpStream::connect(address)).unwrap();
    }
}

#[tokio::test]
#[ignore = "needs root"]
async fn a_command_sees_its_node_as_ip_netns_exec_shows_it() {
    let mut lab = Sandbox::new();
    lab.apply(&pair()).await;
    lab.apply(&[command("rs1", "ls /sys/class/net > /run/seen; ip -o link >> /run/seen")]).await;
    let seen = std::fs::read_to_string("/run/seen").unwrap();
    let expected =
        said("ip", &["netns", "exec", "nat-rs1", "sh", "-c", "ls /sys/class/net; ip -o link"]);
    assert_eq!(seen, expected);
    assert!(seen.contains("eth0"));
}

#[tokio::test]
#[ignore = "needs root"]
async fn a_failing_command_says_what_it_said() {
    let mut lab = Sandbox::new();
    lab.apply(&[namespace("rs1")]).await;
    assert_eq!(
        lab.refused(&command("rs1", "echo out; echo err >&2; exit 7")).await.to_string(),
        "cannot run `echo out; echo err >&2; exit 7` in node `rs1`: exit status: 7: out\nerr"
    );
}

#[tokio::test]
#[ignore = "needs root"]
async fn what_a_command_leaves_behind_ends_with_its_undoing_and_nothing_else_does() {
    let mut lab = Sandbox::new();
    lab.apply(&[namespace("rs1")]).await;
    let daemon = command("rs1", "sleep 1000 & echo $! > /run/pid");
    lab.apply(std::slice::from_ref(&daemon)).await;
    let mut shell =
        Command::new("ip").args(["netns", "exec", "nat-rs1", "sleep", "1000"]).spawn().unwrap();
    let pid = std::fs::read_to_string("/run/pid").unwrap();
    let alive = |pid: &str| {
        let status = std::fs::read_to_string(format!("/proc/{}/status", pid.trim()));
        // Dead, and not yet collected (Z) or just being so (X); see proc(5).
        let dead = |text: &str| text.contains("State:\tZ") || text.contains("State:\tX");
        status.is_ok_and(|text| !dead(&text))
    };
    assert!(alive(&pid));
    lab.kernel.undo(&daemon).await.unwrap();
    assert!(!alive(&pid));
    assert!(alive(&shell.id().to_string()));
    shell.kill().unwrap();
    shell.wait().unwrap();
}

#[tokio::test]
#[ignore = "needs root"]
async fn source_nat_is_added_seen_and_removed_for_each_service() {
    let mut lab = Sandbox::new();
    lab.apply(&[namespace("director")]).await;
    let web = ServiceKey::Address(Protocol::Tcp, "10.0.0.100:80".parse().unwrap());
    let dns = ServiceKey::Address(Protocol::Udp, "[fd00::100]:53".parse().unwrap());
    let ops = [web, dns].map(|service| Op::AddSourceNat { node: node("director"), service });
    assert_eq!(lab.observed("director").await.source_nat, []);
    lab.apply(&ops).await;
    lab.apply(&ops).await;
    assert_eq!(lab.observed("director").await.source_nat, [web, dns]);
    lab.kernel.undo(&ops[0]).await.unwrap();
    assert_eq!(lab.observed("director").await.source_nat, [dns]);
    lab.kernel.undo(&ops[1]).await.unwrap();
    lab.kernel.undo(&ops[1]).await.unwrap();
    assert_eq!(lab.observed("director").await.source_nat, []);
    assert_eq!(ruleset(), "");
}

/// What `nft` says of the director's rules.
fn ruleset() -> String {
    said("ip", &["netns", "exec", "nat-director", "nft", "list", "ruleset"])
}

#[tokio::test]
#[ignore = "needs root"]
async fn packets_are_marked_for_clients_and_for_the_director_itself_beside_source_nat() {
    let mut lab = Sandbox::new();
    lab.apply(&[namespace("director")]).await;
    let mark = FirewallMark(NonZeroU32::new(4_294_967_295).unwrap());
    let packets = |vip: &str, protocol, ports: &[u16]| PacketMark {
        mark,
        vip: vip.parse().unwrap(),
        protocol,
        ports: ports.iter().copied().collect(),
    };
    let web = packets("10.0.0.100", Protocol::Tcp, &[443, 80]);
    let dns = packets("fd00::100", Protocol::Udp, &[53]);
    let service = ServiceKey::Mark(mark, Family::Inet);
    let node = || node("director");
    let ops = [
        Op::MarkPackets { node: node(), packets: web.clone() },
        Op::AddSourceNat { node: node(), service },
        Op::MarkPackets { node: node(), packets: dns.clone() },
    ];
    lab.apply(&ops).await;
    lab.apply(&ops).await;
    let observed = lab.observed("director").await;
    assert_eq!(
        (observed.marked, observed.source_nat),
        (vec![web.clone(), dns.clone()], vec![service])
    );
    let rules = ruleset();
    let rule = "ip daddr 10.0.0.100 tcp dport { 80, 443 } meta mark set 0xffffffff";
    assert_eq!(rules.matches(rule).count(), 2, "{rules}");
    assert_eq!(
        rules.matches("ip6 daddr fd00::100 udp dport 53 meta mark set").count(),
        2,
        "{rules}"
    );
    assert_eq!(rules.matches("meta mark 0xffffffff masquerade").count(), 1, "{rules}");

    // Half of a mark is none, and is made whole.
    let flush =
        ["netns", "exec", "nat-director", "nft", "flush", "chain", "ip", "lvs-lab", "output"];
    said("ip", &flush);
    assert_eq!(lab.observed("director").await.marked, std::slice::from_ref(&dns));
    lab.apply(&ops[..1]).await;
    assert_eq!(lab.observed("director").await.marked, [web, dns]);
    assert_eq!(ruleset().matches(rule).count(), 2);

    // What somebody puts into one of our chains is half of a mark, and goes like a whole one.
    let other = packets("10.0.0.100", Protocol::Tcp, &[8080]);
    let add =
        "nft add rule ip lvs-lab prerouting ip daddr 10.0.0.100 tcp dport 8080 mark set 0xffffffff";
    said("ip", &["netns", "exec", "nat-director", "sh", "-c", add]);
    assert_eq!(lab.observed("director").await.partly_marked, std::slice::from_ref(&other));
    let surplus = Op::MarkPackets { node: node(), packets: other };
    lab.kernel.undo(&surplus).await.unwrap();
    assert_eq!(lab.observed("director").await.partly_marked, []);
    assert_eq!(ruleset().matches(rule).count(), 2);

    for op in ops.iter().chain(&ops) {
        lab.kernel.undo(op).await.unwrap();
    }
    assert_eq!(lab.observed("director").await.marked, []);
    assert_eq!(ruleset(), "");
}

#[tokio::test]
#[ignore = "needs root"]
async fn a_panic_inside_a_namespace_goes_on_outside_and_the_next_visit_works() {
    let mut lab = Sandbox::new();
    lab.apply(&[namespace("rs1")]).await;
    let rs1 = Namespace::named("nat-rs1").unwrap();
    let visited = rs1.clone();
    let panicked =
        std::thread::spawn(move || visited.run(|| -> std::io::Result<()> { panic!("x") }));
    assert!(panicked.join().is_err());
    let inside = || std::fs::read_link("/proc/thread-self/ns/net");
    let place = rs1.run(inside).unwrap();
    assert_ne!(place, inside().unwrap());
    assert_eq!(place, rs1.run(inside).unwrap());
}

#[tokio::test]
#[ignore = "needs root"]
async fn a_visit_does_not_keep_a_namespace_alive() {
    let mut lab = Sandbox::new();
    lab.apply(&[namespace("rs1")]).await;
    let rs1 = Namespace::named("nat-rs1").unwrap();
    let socket = rs1.run(|| UdpSocket::bind("127.0.0.1:0")).unwrap();
    drop((rs1, socket));
    let place = said("ip", &["netns", "exec", "nat-rs1", "readlink", "/proc/self/ns/net"]);
    lab.kernel.undo(&namespace("rs1")).await.unwrap();
    // Threads of other tests may end meanwhile, and are no matter.
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    let inside = |thread: std::fs::DirEntry| std::fs::read_link(thread.path().join("ns/net")).ok();
    for place_of_thread in threads.filter_map(|thread| inside(thread.unwrap())) {
        assert_ne!(place_of_thread.to_str().unwrap(), place.trim());
    }
}

#[tokio::test]
#[ignore = "needs root"]
async fn a_watch_sees_addresses_come_and_go() {
    let mut lab = Sandbox::new();
    lab.apply(&pair()).await;
    let inside = names().open(&node("rs1")).unwrap().unwrap();
    let watch = Watch::begin(vec![(node("rs1"), inside)]).unwrap();
    let vip: std::net::IpAddr = "192.168.137.100".parse().unwrap();
    let seen = |what: Changed| watch.changes().iter().any(|change| change.what == what);
    assert!(seen(Changed::Holds("192.168.137.200".parse().unwrap())));
    assert!(!seen(Changed::Holds(vip)));

    let before = std::time::Instant::now();
    let held = address("rs1", "eth0", "192.168.137.100/32");
    lab.apply(std::slice::from_ref(&held)).await;
    until(|| seen(Changed::Holds(vip))).await;
    lab.kernel.undo(&held).await.unwrap();
    until(|| seen(Changed::Lost(vip))).await;
    let changes = watch.changes();
    assert!(changes.iter().all(|change| change.director == node("rs1")));
    assert!(changes.last().unwrap().at > before);
}

#[tokio::test]
#[ignore = "needs root"]
async fn the_last_packets_are_remembered() {
    let mut lab = Sandbox::new();
    lab.apply(&pair()).await;
    let inside = names().open(&node("rs1")).unwrap().unwrap();
    let packets = Packets::begin(vec![(node("rs1"), inside.clone())]).unwrap();
    let socket = inside.run(|| UdpSocket::bind("192.168.137.200:5000")).unwrap();
    socket.send_to(b"hello", "192.168.137.201:5001").unwrap();

    let seen = |text: &str| packets.last(&node("rs1")).iter().any(|packet| packet.text == text);
    until(|| seen("ARP who has 192.168.137.201, tell 192.168.137.200")).await;
    until(|| seen("192.168.137.200:5000 > 192.168.137.201:5001 UDP")).await;
    let last = packets.last(&node("rs1"));
    assert!(last.is_sorted_by_key(|packet| packet.at));
}

/// Waits until something is so.
async fn until(is_so: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < patience::PATIENCE, "it never came to be so");
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
}
