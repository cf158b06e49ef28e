//! Labs with high availability, for this room's tests.

use crate::lab::{
    Destination, Engine, FirewallMark, ForwardingMethod, HealthCheck, HighAvailability, HttpProbe,
    Lab, Marked, OnFailure, Persistence, Place, Preemption, Probe, Quorum, Scheduler,
    SchedulerFlag, Source, Thresholds, Transport, VirtualAddress, VirtualRouter, VrrpVersion,
};
use std::num::NonZeroU32;
use std::time::Duration;

/// The cluster of two directors and two real servers, with this engine on both.
pub fn cluster(engine: Engine) -> Lab {
    let mut lab = without_availability("dr");
    let names = ["node01", "node04"].map(|name| name.parse().unwrap());
    let web = &mut lab.services[0];
    web.directors = names.to_vec();
    web.health_check = Some(http());
    lab.high_availability = Some(HighAvailability {
        engines: names.map(|name| (name, engine)).into_iter().collect(),
        routers: vec![router("VI_1", 51, "192.168.150.100")],
        sync_groups: Vec::new(),
        connection_sync: None,
        at: Place::root().key("high_availability"),
    });
    lab
}

/// The cluster with everything that a virtual service can have, but for its check.
pub fn furnished(engine: Engine) -> Lab {
    let mut lab = cluster(engine);
    let web = &mut lab.services[0];
    web.scheduler = Scheduler::Mh;
    web.flags = vec![SchedulerFlag::Fallback, SchedulerFlag::Port];
    web.persistence = Some(Persistence { timeout: Duration::from_secs(50), prefix_length: 24 });
    web.quorum = Quorum { weight: 2, hysteresis: 1 };
    let sorry = web.destinations[1].clone();
    let mapped = Destination { forwarding: ForwardingMethod::FullNat, port: 8080, ..sorry };
    web.sorry_server = Some(mapped);
    web.destinations[0].thresholds = Thresholds { upper: 100, lower: 50 };
    web.destinations[0].forwarding = ForwardingMethod::Tun;
    web.destinations[1].weight = 0;
    lab
}

/// The cluster with 80 and 443 as one virtual service by firewall mark; one real server has a port
/// of its own.
pub fn marked(engine: Engine) -> Lab {
    let mut lab = cluster(engine);
    let web = &mut lab.services[0];
    web.marked = Some(Marked { mark: FirewallMark(NonZeroU32::MIN), ports: vec![80, 443] });
    web.forwarding = ForwardingMethod::Nat;
    for destination in &mut web.destinations {
        destination.forwarding = ForwardingMethod::Nat;
        destination.port = 0;
    }
    web.sorry_server = web.destinations.pop();
    web.destinations.push(Destination { port: 8080, ..web.destinations[0].clone() });
    lab
}

/// The same networks and nodes, with one director in charge.
pub fn without_availability(forwarding: &str) -> Lab {
    let text = format!(
        "
name: ha
networks: {{ lan: 192.168.150.0/24 }}
clients: {{ client: {{ addresses: {{ lan: 192.168.150.9 }} }} }}
directors:
  node01: {{ addresses: {{ lan: 192.168.150.1 }} }}
  node04: {{ addresses: {{ lan: 192.168.150.4 }} }}
real_servers:
  node02: {{ addresses: {{ lan: 192.168.150.2 }} }}
  node03: {{ addresses: {{ lan: 192.168.150.3 }} }}
virtual_services:
  web:
    directors: [node01]
    vip: 192.168.150.100
    port: 80
    scheduler: rr
    forwarding: {forwarding}
    real_servers: [node02, node03]
"
    );
    load(text)
}

/// A web server that is two programs, and asks nobody; one that asks PHP, which asks a database.
pub fn tiers() -> Lab {
    let text = r#"
name: tiers
networks: { lan: 192.168.1.0/24, back: 10.0.0.0/24 }
real_servers:
  real:
    addresses: { lan: 192.168.1.17 }
    files: { "conf/nginx.conf": "it's nginx's\nEND\n", empty: "" }
    processes:
      nginx: { run: "nginx -c $FILES/conf/nginx.conf", ready: 80, needs: { nginx: nginx-light } }
      cron: { run: "cron -f" }
  web: { addresses: { lan: 192.168.1.16, back: 10.0.0.16 }, upstream: ["php:9000", "192.168.1.17:80"] }
servers:
  php:
    addresses: { lan: 192.168.1.2, back: 10.0.0.2 }
    upstream: [db]
    backends: { 9000: {}, 9001: { upstream: [] } }
  db: { addresses: { back: 10.0.0.13 }, backends: { 3306: {} } }
"#;
    load(text.to_owned())
}

fn load(text: String) -> Lab {
    crate::topology::load(&Source { name: "ha.yaml".to_owned(), text }).unwrap().lab
}

/// A virtual router on `lan`, with `node01` before `node04`.
pub fn router(name: &str, router_id: u8, vip: &str) -> VirtualRouter {
    let priorities = [("node01", 100), ("node04", 50)];
    VirtualRouter {
        name: name.parse().unwrap(),
        router_id,
        network: "lan".parse().unwrap(),
        version: VrrpVersion::V2,
        advert_interval: Duration::from_secs(1),
        password: Some("1111".to_owned()),
        transport: Transport::Multicast,
        preemption: Preemption::After(Duration::ZERO),
        priorities: priorities.map(|(name, of)| (name.parse().unwrap(), of)).into_iter().collect(),
        vips: vec![vip_on_lan(vip)],
        tracks: Vec::new(),
        overrides: indexmap::IndexMap::new(),
        at: Place::root().key("high_availability").key("virtual_routers").key(name),
    }
}

/// An address that moves, on `lan`.
pub fn vip_on_lan(vip: &str) -> VirtualAddress {
    let address: std::net::IpAddr = vip.parse().unwrap();
    VirtualAddress { address: address.into(), network: "lan".parse().unwrap() }
}

/// The health check of the notes.
pub fn http() -> HealthCheck {
    HealthCheck {
        probe: Probe::Http(HttpProbe {
            path: "/".to_owned(),
            status: (200, 200),
            digest: None,
            body: None,
        }),
        delay_loop: Duration::from_secs(6),
        connect_timeout: Duration::from_secs(3),
        nb_get_retry: 3,
        delay_before_retry: Duration::from_secs(3),
        on_failure: OnFailure::Remove,
        at: Place::root().key("virtual_services").key("web").key("health_check"),
    }
}
