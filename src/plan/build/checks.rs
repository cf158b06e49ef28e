use crate::lab::{Destination, Lab, NodeName, VirtualService};
use crate::plan::{CheckedServer, CheckedService, Checker};
use std::net::SocketAddr;

/// What the built-in checker of a director does; none if no service of the director's is checked.
pub(super) fn checker(lab: &Lab, director: &NodeName) -> Option<Checker> {
    let mine = lab.services.iter().filter(|service| service.directors.contains(director));
    let services: Vec<_> = mine.filter_map(checked).collect();
    (!services.is_empty()).then_some(Checker { services })
}

fn checked(service: &VirtualService) -> Option<CheckedService> {
    Some(CheckedService {
        service: service.into(),
        servers: service.destinations.iter().map(|d| server(service, d)).collect(),
        sorry_server: service.sorry_server.as_ref().map(Into::into),
        quorum: service.quorum,
        check: service.health_check.clone()?,
    })
}

fn server(service: &VirtualService, destination: &Destination) -> CheckedServer {
    let checked = SocketAddr::new(destination.address, service.checked_port(destination));
    CheckedServer { name: destination.real_server.clone(), entry: destination.into(), checked }
}
