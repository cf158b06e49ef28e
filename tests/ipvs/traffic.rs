//! What the tables do to connections, and what the kernel tells of these.

use crate::sandbox::*;
use crate::trials;
use lvs_lab::kernel::{Kernel, Namespace};
use lvs_lab::lab::{ForwardingMethod, Persistence, Protocol, Scheduler, SysctlKey};
use lvs_lab::plan::{Backend, Op};
use std::io::Read;
use std::net::TcpStream;
use std::time::{Duration, Instant};

trials![
    with_source_nat_the_real_server_sees_the_director_and_without_it_nobody,
    connections_and_counters_are_read_back,
];

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
            backend: Backend {
                port: 8080,
                protocol: Protocol::Tcp,
                vips: vec![web_address().ip()],
                upstream: Vec::new(),
                answers: Vec::new(),
            },
        },
    ]);
    ops
}

fn requested() -> String {
    let client = Namespace::named("lab-client").unwrap();
    let mut stream = client.run(|| TcpStream::connect(web_address())).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

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
        assert_eq!(connection.virtual_service, web());
        assert_eq!(connection.destination.to_string(), "10.2.0.10:8080");
    }
    assert!(templates[0].expires <= Duration::from_secs(90));

    // The kernel brings the counters up to date every two seconds.
    let begun = Instant::now();
    let counted = loop {
        let service = lab.services().await.remove(0);
        if service.statistics.connections == 3 || begun.elapsed() > crate::support::PATIENCE {
            break service;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(counted.statistics.connections, 3);
    assert_eq!(counted.destinations[0].statistics, counted.statistics);
    assert!(counted.statistics.bytes_out > 0);
}
