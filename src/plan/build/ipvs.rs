use super::{Draft, daemons};
use crate::lab::{ForwardingMethod, NodeName, VirtualService};
use crate::plan::{Op, PacketMark, ServiceEntry, ServiceKey};

/// Each director's table, unless a daemon of its makes it, the marks that its services are known
/// by, and the source NAT that makes FULLNAT of it.
pub(super) fn build(draft: &mut Draft<'_>) {
    for service in &draft.lab.services {
        for director in &service.directors {
            let entry = ServiceEntry::from(service);
            let key = entry.key;
            mark(draft, service, director);
            if !daemons::make_table(draft.lab, director) {
                table(draft, service, director, entry);
            }
            source_nat(draft, service, director, key);
        }
    }
}

fn mark(draft: &mut Draft<'_>, service: &VirtualService, director: &NodeName) {
    if let Some(packets) = PacketMark::of(service) {
        let why = format!(
            "virtual service `{}`: IPVS knows its packets by their firewall mark, whatever their \
             port",
            service.name
        );
        let op = Op::MarkPackets { node: director.clone(), packets };
        draft.add(op, why, &service.at.key("firewall_mark"));
    }
}

fn table(
    draft: &mut Draft<'_>,
    service: &VirtualService,
    director: &NodeName,
    entry: ServiceEntry,
) {
    let key = entry.key;
    let why = format!("virtual service `{}`: {}", service.name, service.scheduler.title());
    let why = why.trim_end_matches('.').to_owned();
    draft.add(Op::AddService { node: director.clone(), service: entry }, why, &service.at);
    for destination in &service.destinations {
        let op = Op::AddDestination {
            node: director.clone(),
            service: key,
            destination: destination.into(),
        };
        let why = match destination.real_server == *director {
            true => format!("local node of `{}`: the director serves too", service.name),
            false => format!("real server `{}` of `{}`", destination.real_server, service.name),
        };
        draft.add(op, why, &destination.at);
    }
}

fn source_nat(
    draft: &mut Draft<'_>,
    service: &VirtualService,
    director: &NodeName,
    key: ServiceKey,
) {
    if service.methods().contains(&ForwardingMethod::FullNat) {
        let why = "FULLNAT: real servers see the director as client, and so answer to it";
        draft.add(Op::AddSourceNat { node: director.clone(), service: key }, why, &service.at);
    }
}
