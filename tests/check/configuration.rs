//! What a checker is told.

use lvs_lab::lab::{
    ForwardingMethod, HealthCheck, HttpProbe, OnFailure, Place, Probe, Protocol, Quorum, Scheduler,
};
use lvs_lab::plan::{
    CheckedServer, CheckedService, Checker, Daemon, DestinationEntry, ServiceEntry, ServiceKey,
};
use std::net::SocketAddr;
use std::time::Duration;

/// A GET of `/`, good with a status of 2xx.
pub fn http() -> HttpProbe {
    HttpProbe { path: "/".to_owned(), status: (200, 299), digest: None, body: None }
}

/// A check each second with two attempts a second apart, each of which may take a second.
pub fn check(probe: Probe) -> HealthCheck {
    let second = Duration::from_secs(1);
    HealthCheck {
        probe,
        delay_loop: second,
        connect_timeout: second,
        nb_get_retry: 1,
        delay_before_retry: second,
        on_failure: OnFailure::Remove,
        at: Place::default(),
    }
}

/// A TCP service at this address without sorry server.
pub fn service(vip: SocketAddr, servers: &[(&str, SocketAddr)], probe: Probe) -> CheckedService {
    let key = ServiceKey::Address(Protocol::Tcp, vip);
    let servers = servers.iter().map(|(name, address)| CheckedServer {
        name: name.parse().unwrap(),
        entry: destination(*address),
        checked: *address,
    });
    CheckedService {
        service: ServiceEntry::new(key, Scheduler::Rr),
        servers: servers.collect(),
        sorry_server: None,
        quorum: Quorum::default(),
        check: check(probe),
    }
}

/// A destination of weight 1 that requests are routed to.
pub fn destination(address: SocketAddr) -> DestinationEntry {
    DestinationEntry::new(address, ForwardingMethod::Dr)
}

/// The text of a checker's configuration file.
pub fn text(services: Vec<CheckedService>) -> String {
    serde_json::to_string(&Daemon::Checker(Checker { services })).unwrap()
}
