//! IPVS in the kernel room, held against what ipvsadm says.
//!
//! These tests want a kernel with ip_vs and are run inside a guest. Each works in a mount
//! namespace of its own with an empty /run.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test panics when it fails")]

use lvs_lab::kernel::{
    BackendOrder, IpvsSupport, IpvsTimeouts, Kernel, Linux, Names, Namespace, ObservedService,
    ip_vs_available,
};
use lvs_lab::lab::{
    ForwardingMethod, NodeName, Persistence, Protocol, Scheduler, SchedulerFlag, SysctlKey,
    Thresholds,
};
use lvs_lab::plan::{Backend, DestinationEntry, Op, ServiceEntry, ServiceKey};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A lab called `lab`, and what it orders of whoever serves backends.
struct Sandbox {
    kernel: Linux,
    orders: UnboundedReceiver<BackendOrder>,
}

impl Sandbox {
    fn new() -> Self {
        assert_eq!(ip_vs_available(), IpvsSupport::Loaded, "a kernel with ip_vs is needed");
        unshare(CloneFlags::CLONE_NEWNS).expect("root is needed");
        let private = MsFlags::MS_PRIVATE | MsFlags::MS_REC;
        mount(None::<&str>, "/", None::<&str>, private, None::<&str>).unwrap();
        mount(Some("tmpfs"), "/run", Some("tmpfs"), MsFlags::empty(), None::<&str>).unwrap();
        let names =
            Names::new("lab".parse().unwrap(), Path::new("/run/lvs-lab/lab"), "/run/netns".into());
        let (backends, orders) = unbounded_channel();
        Self { kernel: Linux::new(names, backends), orders }
    }

    async fn apply(&mut self, ops: &[Op]) {
        for op in ops {
            self.kernel.apply(op).await.unwrap();
        }
    }

    async fn services(&mut self) -> Vec<ObservedService> {
        self.kernel.observe(&director(), &[]).await.unwrap().unwrap().services
    }

    /// What answers in a node, one connection after the other: the client's address as seen there.
    fn serve(&mut self) {
        while let Ok(order) = self.orders.try_recv() {
            let BackendOrder::Start { listener, .. } = order else { continue };
            listener.set_nonblocking(false).unwrap();
            std::thread::spawn(move || tell_addresses(&listener));
        }
    }
}

fn tell_addresses(listener: &TcpListener) {
    while let Ok((mut client, from)) = listener.accept() {
        let _ = write!(client, "{}", from.ip());
    }
}

fn node(name: &str) -> NodeName {
    name.parse().unwrap()
}

fn director() -> NodeName {
    node("director")
}

fn web() -> ServiceKey {
    ServiceKey { protocol: Protocol::Tcp, address: "10.1.0.100:80".parse().unwrap() }
}

fn service(key: ServiceKey, scheduler: Scheduler) -> ServiceEntry {
    ServiceEntry { key, scheduler, flags: Vec::new(), persistence: None }
}

fn add_service(service: ServiceEntry) -> Op {
    Op::AddService { node: director(), service }
}

fn destination(address: &str, forwarding: ForwardingMethod, weight: u32) -> DestinationEntry {
    let (address, thresholds) = (address.parse().unwrap(), Thresholds::default());
    DestinationEntry { address, forwarding, weight, thresholds }
}

fn add_destination(service: ServiceKey, destination: DestinationEntry) -> Op {
    Op::AddDestination { node: director(), service, destination }
}

/// A director without any interface but its loopback.
fn alone() -> [Op; 1] {
    [Op::CreateNamespace { node: director() }]
}

fn said(arguments: &[&str]) -> String {
    let inside = ["netns", "exec", "lab-director"];
    let output = Command::new("ip").args(inside).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn rules() -> Vec<String> {
    let mut rules: Vec<_> = said(&["ipvsadm", "-S", "-n"]).lines().map(str::to_owned).collect();
    rules.iter_mut().for_each(|rule| rule.truncate(rule.trim_end().len()));
    rules
}

#[tokio::test]
#[ignore = "needs the guest kernel"]
async fn a_table_is_what_ipvsadm_says_it_is() {
    let mut lab = Sandbox::new();
    lab.apply(&alone()).await;
    let dns = ServiceKey { protocol: Protocol::Udp, address: "[fd00::100]:53".parse().unwrap() };
    let mut sticky = service(dns, Scheduler::Mh);
    sticky.flags = vec![SchedulerFlag::Fallback, SchedulerFlag::Port];
    let persistence = Persistence { timeout: Duration::from_secs(120), prefix_length: 64 };
    sticky.persistence = Some(persistence);
    let mut limited = destination("10.2.0.12:8080", ForwardingMethod::Nat, 3);
    limited.thresholds = Thresholds { upper: 20, lower: 10 };
    lab.apply(&[
        add_service(service(web(), Scheduler::Wrr)),
        add_destination(web(), destination("10.2.0.10:80", ForwardingMethod::Dr, 1)),
        add_destination(web(), destination("10.2.0.11:80", ForwardingMethod::Tun, 0)),
        add_destination(web(), limited),
        add_service(sticky),
        add_destination(dns, destination("[fd00::10]:53", ForwardingMethod::FullNat, 1)),
    ])
    .await;

    let mut rules = rules();
    rules.sort();
    assert_eq!(
        rules,
        [
            "-A -t 10.1.0.100:80 -s wrr",
            "-A -u [fd00::100]:53 -s mh -p 120 -M 64 -b mh-fallback,mh-port",
            "-a -t 10.1.0.100:80 -r 10.2.0.10:80 -g -w 1",
            "-a -t 10.1.0.100:80 -r 10.2.0.11:80 -i -w 0 --tun-type ipip",
            "-a -t 10.1.0.100:80 -r 10.2.0.12:8080 -m -w 3",
            "-a -u [fd00::100]:53 -r [fd00::10]:53 -m -w 1",
        ]
    );
    let thresholds = said(&["ipvsadm", "-L", "-n", "--thresholds"]);
    let line = thresholds.lines().find(|line| line.contains("10.2.0.12:8080")).unwrap();
    let words: Vec<_> = line.split_whitespace().collect();
    assert_eq!(words, ["->", "10.2.0.12:8080", "20", "10", "0", "0"]);
}

#[tokio::test]
#[ignore = "needs the guest kernel"]
async fn what_is_observed_is_what_was_made_with_the_last_server_first() {
    let mut lab = Sandbox::new();
    lab.apply(&alone()).await;
    let mut entry = service(web(), Scheduler::Sh);
    entry.flags = vec![SchedulerFlag::Port];
    entry.persistence = Some(Persistence { timeout: Duration::from_secs(60), prefix_length: 24 });
    let first = destination("10.2.0.10:80", ForwardingMethod::Dr, 1);
    let mut second = destination("10.2.0.11:80", ForwardingMethod::Nat, 7);
    second.thresholds = Thresholds { upper: 9, lower: 3 };
    lab.apply(&[
        add_service(entry.clone()),
        add_destination(web(), first.clone()),
        add_destination(web(), second.clone()),
    ])
    .await;

    let services = lab.services().await;
    let [seen] = services.as_slice() else { panic!("one service should be there") };
    assert_eq!(seen.key, web());
    assert_eq!(seen.scheduler, Some(Scheduler::Sh));
    assert_eq!((&seen.flags, seen.persistence), (&entry.flags, entry.persistence));
    let destinations: Vec<_> = seen.destinations.iter().map(|d| d.entry.clone()).collect();
    assert_eq!(destinations, [second, first]);
}

#[tokio::test]
#[ignore = "needs the guest kernel"]
async fn entries_that_are_there_are_brought_to_the_operations_values() {
    let mut lab = Sandbox::new();
    lab.apply(&alone()).await;
    let mut before = service(web(), Scheduler::Sh);
    before.flags = vec![SchedulerFlag::Fallback];
    before.persistence = Some(Persistence { timeout: Duration::from_secs(60), prefix_length: 32 });
    lab.apply(&[
        add_service(before),
        add_destination(web(), destination("10.2.0.10:80", ForwardingMethod::Dr, 1)),
        add_service(service(web(), Scheduler::Wlc)),
        add_destination(web(), destination("10.2.0.10:80", ForwardingMethod::Nat, 5)),
    ])
    .await;
    assert_eq!(
        rules(),
        ["-A -t 10.1.0.100:80 -s wlc", "-a -t 10.1.0.100:80 -r 10.2.0.10:80 -m -w 5"]
    );
}

#[tokio::test]
#[ignore = "needs the guest kernel"]
async fn every_scheduler_of_the_kernel_can_be_used() {
    let mut lab = Sandbox::new();
    lab.apply(&alone()).await;
    // User-mode Linux is built without it (CONFIG_IP_VS_TWOS).
    let schedulers = Scheduler::ALL.iter().copied().filter(|s| *s != Scheduler::Twos);
    for scheduler in schedulers {
        lab.apply(&[add_service(service(web(), scheduler))]).await;
        assert_eq!(lab.services().await[0].scheduler, Some(scheduler));
    }
}

#[tokio::test]
#[ignore = "needs the guest kernel"]
async fn a_long_table_is_read_whole() {
    let mut lab = Sandbox::new();
    lab.apply(&alone()).await;
    lab.apply(&[add_service(service(web(), Scheduler::Rr))]).await;
    for number in 0..300_u32 {
        let address = format!("10.2.{}.{}:80", number / 250, number % 250 + 1);
        lab.apply(&[add_destination(web(), destination(&address, ForwardingMethod::Dr, number))])
            .await;
    }
    let destinations = &lab.services().await[0].destinations;
    let weights: Vec<_> = destinations.iter().map(|d| d.entry.weight).rev().collect();
    assert_eq!(weights, (0..300).collect::<Vec<_>>());
}

#[tokio::test]
#[ignore = "needs the guest kernel"]
async fn undoing_leaves_an_empty_table_however_often() {
    let mut lab = Sandbox::new();
    lab.apply(&alone()).await;
    let ops = [
        add_service(service(web(), Scheduler::Rr)),
        add_destination(web(), destination("10.2.0.10:80", ForwardingMethod::Dr, 1)),
    ];
    lab.apply(&ops).await;
    for op in [&ops[1], &ops[1], &ops[0], &ops[0], &ops[1]] {
        lab.kernel.undo(op).await.unwrap();
    }
    assert_eq!(lab.services().await, []);
    assert!(rules().is_empty());
}

#[tokio::test]
#[ignore = "needs the guest kernel"]
async fn a_refusal_names_the_command_and_the_reason() {
    let mut lab = Sandbox::new();
    lab.apply(&alone()).await;
    let op = add_destination(web(), destination("10.2.0.10:80", ForwardingMethod::Dr, 1));
    assert_eq!(
        lab.kernel.apply(&op).await.unwrap_err().to_string(),
        "cannot add real server 10.2.0.10:80 (dr, weight 1) to tcp 10.1.0.100:80 in node \
         `director`: IPVS_CMD_NEW_DEST: ESRCH (No such process)"
    );
}

#[tokio::test]
#[ignore = "needs the guest kernel"]
async fn tables_are_per_node_and_services_by_mark_are_passed_over() {
    let mut lab = Sandbox::new();
    lab.apply(&alone()).await;
    lab.apply(&[Op::CreateNamespace { node: node("rs1") }]).await;
    said(&["ipvsadm", "-A", "-f", "1", "-s", "rr"]);
    said(&["ipvsadm", "-A", "-t", "10.1.0.100:80", "-s", "rr"]);
    let services = lab.services().await;
    assert_eq!(services.iter().map(|s| s.key).collect::<Vec<_>>(), [web()]);
    let other = lab.kernel.observe(&node("rs1"), &[]).await.unwrap().unwrap();
    assert_eq!(other.services, []);
}

#[tokio::test]
#[ignore = "needs the guest kernel"]
async fn a_whole_table_has_version_size_and_timeouts() {
    let mut lab = Sandbox::new();
    lab.apply(&alone()).await;
    lab.apply(&[add_service(service(web(), Scheduler::Rr))]).await;
    let table = lab.kernel.ipvs_table(&director()).await.unwrap();
    let (major, minor, patch) = table.version;
    let heading =
        format!("IP Virtual Server version {major}.{minor}.{patch} (size={})", table.size);
    assert_eq!(said(&["ipvsadm", "-L", "-n"]).lines().next(), Some(heading.as_str()));
    assert_eq!(table.services.len(), 1);

    let to = |tcp, tcp_fin, udp| IpvsTimeouts {
        tcp: Duration::from_secs(tcp),
        tcp_fin: Duration::from_secs(tcp_fin),
        udp: Duration::from_secs(udp),
    };
    lab.kernel.set_ipvs_timeouts(&director(), to(100, 0, 30)).await.unwrap();
    assert_eq!(lab.kernel.ipvs_timeouts(&director()).await.unwrap(), to(100, 120, 30));
    assert!(said(&["ipvsadm", "-L", "--timeout"]).contains("100 120 30"));

    lab.kernel.flush_ipvs(&director()).await.unwrap();
    assert!(rules().is_empty());
}

fn connect(name: &str, interface: &str, network: &str) -> Op {
    let (interface, network) = (interface.to_owned(), network.parse().unwrap());
    Op::Connect { node: node(name), interface, network, mtu: None }
}

fn address(name: &str, interface: &str, address: &str) -> Op {
    let (interface, address) = (interface.to_owned(), address.parse().unwrap());
    Op::AddAddress { node: node(name), interface, address }
}

fn setting(name: &str, key: &str) -> Op {
    Op::SetSysctl { node: node(name), key: SysctlKey(key.to_owned()), value: "1".to_owned() }
}

/// A client, a director between two networks, and a real server without any route back.
fn fullnat() -> Vec<Op> {
    let bridge = |name: &str| Op::CreateBridge { network: name.parse().unwrap(), mtu: None };
    let namespaces = ["switch", "client", "director", "rs1"];
    let mut ops: Vec<_> =
        namespaces.map(|name| Op::CreateNamespace { node: node(name) }).into_iter().collect();
    ops.extend([
        bridge("outside"),
        bridge("inside"),
        connect("client", "eth0", "outside"),
        connect("director", "eth0", "outside"),
        connect("director", "eth1", "inside"),
        connect("rs1", "eth0", "inside"),
        address("client", "eth0", "10.1.0.10/24"),
        address("director", "eth0", "10.1.0.1/24"),
        address("director", "eth0", "10.1.0.100/32"),
        address("director", "eth1", "10.2.0.1/24"),
        address("rs1", "eth0", "10.2.0.10/24"),
        setting("director", "net.ipv4.ip_forward"),
        setting("director", "net.ipv4.vs.conntrack"),
        Op::AddSourceNat { node: director(), service: web() },
        add_service(service(web(), Scheduler::Rr)),
        add_destination(web(), destination("10.2.0.10:8080", ForwardingMethod::FullNat, 1)),
        Op::StartBackend {
            node: node("rs1"),
            backend: Backend { port: 8080, vips: vec![web().address.ip()] },
        },
    ]);
    ops
}

fn requested() -> String {
    let client = Namespace::named("lab-client").unwrap();
    let mut stream = client.run(|| TcpStream::connect(web().address)).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
#[ignore = "needs the guest kernel"]
async fn with_source_nat_the_real_server_sees_the_director_and_without_it_nobody() {
    let mut lab = Sandbox::new();
    lab.apply(&fullnat()).await;
    lab.serve();
    assert_eq!(requested(), "10.2.0.1");

    let nat = Op::AddSourceNat { node: director(), service: web() };
    let observed = lab.kernel.observe(&director(), &[]).await.unwrap().unwrap();
    assert_eq!(observed.source_nat, [web()]);
    lab.apply(std::slice::from_ref(&nat)).await;
    lab.kernel.undo(&nat).await.unwrap();
    lab.kernel.undo(&nat).await.unwrap();
    let observed = lab.kernel.observe(&director(), &[]).await.unwrap().unwrap();
    assert_eq!(observed.source_nat, []);
}

#[tokio::test]
#[ignore = "needs the guest kernel"]
async fn connections_and_counters_are_read_back() {
    let mut lab = Sandbox::new();
    lab.apply(&fullnat()).await;
    let mut sticky = service(web(), Scheduler::Rr);
    sticky.persistence = Some(Persistence { timeout: Duration::from_secs(90), prefix_length: 32 });
    lab.apply(&[add_service(sticky)]).await;
    lab.serve();
    for _ in 0..3 {
        requested();
    }
    let connections = lab.kernel.ipvs_connections(&director()).unwrap();
    let (templates, others): (Vec<_>, Vec<_>) =
        connections.into_iter().partition(|c| c.is_template());
    assert_eq!((templates.len(), others.len()), (1, 3));
    for connection in templates.iter().chain(&others) {
        assert_eq!(connection.client.ip().to_string(), "10.1.0.10");
        assert_eq!(connection.virtual_service, web().address);
        assert_eq!(connection.destination.to_string(), "10.2.0.10:8080");
    }
    assert!(templates[0].expires <= Duration::from_secs(90));

    // The kernel brings the counters up to date every two seconds.
    let begun = Instant::now();
    let counted = loop {
        let service = lab.services().await.remove(0);
        if service.statistics.connections == 3 || begun.elapsed() > Duration::from_secs(20) {
            break service;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(counted.statistics.connections, 3);
    assert_eq!(counted.destinations[0].statistics, counted.statistics);
    assert!(counted.statistics.bytes_out > 0);
}
