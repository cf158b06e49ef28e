use super::Draft;
use crate::lab::{Destination, ForwardingMethod, NodeName, VirtualService};
use crate::plan::{DestinationEntry, Op, ServiceEntry, ServiceKey};
use std::net::SocketAddr;

/// Each director's table, and the source NAT that makes FULLNAT of it.
pub(super) fn build(draft: &mut Draft<'_>) {
    for service in &draft.lab.services {
        for director in &service.directors {
            table(draft, service, director);
        }
    }
}

fn table(draft: &mut Draft<'_>, service: &VirtualService, director: &NodeName) {
    let entry = entry(service);
    let key = entry.key;
    let why = format!("virtual service `{}`: {}", service.name, service.scheduler.title());
    let why = why.trim_end_matches('.').to_owned();
    draft.add(Op::AddService { node: director.clone(), service: entry }, why, &service.at);
    for destination in &service.destinations {
        let op = Op::AddDestination {
            node: director.clone(),
            service: key,
            destination: destination_entry(destination),
        };
        let why = format!("real server `{}` of `{}`", destination.real_server, service.name);
        draft.add(op, why, &destination.at);
    }
    if service.methods().contains(&ForwardingMethod::FullNat) {
        let why = "FULLNAT: real servers see the director as client, and so answer to it";
        draft.add(Op::AddSourceNat { node: director.clone(), service: key }, why, &service.at);
    }
}

fn entry(service: &VirtualService) -> ServiceEntry {
    ServiceEntry {
        key: ServiceKey {
            protocol: service.protocol,
            address: SocketAddr::new(service.vip, service.port),
        },
        scheduler: service.scheduler,
        flags: service.flags.clone(),
        persistence: service.persistence,
    }
}

fn destination_entry(destination: &Destination) -> DestinationEntry {
    DestinationEntry {
        address: SocketAddr::new(destination.address, destination.port),
        forwarding: destination.forwarding,
        weight: destination.weight,
        thresholds: destination.thresholds,
    }
}
