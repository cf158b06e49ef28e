use crate::lab::{Destination, Lab, NodeName, VirtualService};
use crate::plan::{CheckedServer, CheckedService, Checker};

/// What the built-in checker of a director does; none if no service of the director's is checked.
pub(super) fn checker(lab: &Lab, director: &NodeName) -> Option<Checker> {
    let mine = lab.services.iter().filter(|service| service.directors.contains(director));
    let services: Vec<_> = mine.filter_map(checked).collect();
    (!services.is_empty()).then_some(Checker { services })
}

fn checked(service: &VirtualService) -> Option<CheckedService> {
    Some(CheckedService {
        service: service.into(),
        servers: service.destinations.iter().map(server).collect(),
        sorry_server: service.sorry_server.as_ref().map(Into::into),
        quorum: service.quorum,
        check: service.health_check.clone()?,
    })
}

fn server(destination: &Destination) -> CheckedServer {
    CheckedServer { name: destination.real_server.clone(), entry: destination.into() }
}
