//! A virtual service for tests.

use crate::lab::{
    ForwardingMethod, HealthCheck, OnFailure, Place, Probe, Protocol, Quorum, Scheduler,
};
use crate::plan::{CheckedServer, CheckedService, DestinationEntry, ServiceEntry, ServiceKey};
use std::time::Duration;

/// A destination `10.0.0.NUMBER:80`.
pub(super) fn entry(number: u8, weight: u32) -> DestinationEntry {
    let address = ([10, 0, 0, number], 80).into();
    DestinationEntry { weight, ..DestinationEntry::new(address, ForwardingMethod::Dr) }
}

/// `10.0.0.100:80` with servers rs1, rs2, … of these weights, at `10.0.0.1` and so on; without
/// sorry server, quorum 1, failed servers removed.
pub(super) fn web(weights: &[u32]) -> CheckedService {
    let address = ([10, 0, 0, 100], 80).into();
    let servers = (1..).zip(weights).map(|(number, weight)| CheckedServer {
        name: format!("rs{number}").parse().unwrap(),
        entry: entry(number, *weight),
        checked: entry(number, *weight).address,
    });
    CheckedService {
        service: ServiceEntry::new(ServiceKey::Address(Protocol::Tcp, address), Scheduler::Rr),
        servers: servers.collect(),
        sorry_server: None,
        quorum: Quorum::default(),
        check: HealthCheck {
            probe: Probe::Tcp,
            delay_loop: Duration::from_secs(6),
            connect_timeout: Duration::from_secs(5),
            nb_get_retry: 1,
            delay_before_retry: Duration::from_secs(1),
            on_failure: OnFailure::Remove,
            at: Place::default(),
        },
    }
}

/// The same with a sorry server `10.0.0.99:80`.
pub(super) fn web_or_sorry(weights: &[u32]) -> CheckedService {
    CheckedService { sorry_server: Some(entry(99, 1)), ..web(weights) }
}
