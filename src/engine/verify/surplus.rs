use super::compare::Found;
use super::daemons;
use super::drift::Mend;
use crate::kernel::ObservedService;
use crate::lab::{NodeName, Scheduler};
use crate::plan::Act;
use crate::plan::{Op, ServiceEntry, ServiceKey};
use std::collections::BTreeSet;
use std::net::SocketAddr;

/// What somebody else put into the IPVS tables that the plan fills, and rules in a firewall that
/// are ours by their looks.
pub(super) fn undeclared(found: &mut Found<'_>) {
    in_tables(found);
    let nodes: BTreeSet<NodeName> = found.plan.steps.iter().map(|step| step.op.node()).collect();
    for node in nodes {
        in_firewall(found, &node);
    }
}

fn in_tables(found: &mut Found<'_>) {
    let filled = found.steps(|op| matches!(op, Op::AddService { .. }));
    let directors: BTreeSet<NodeName> =
        filled.into_iter().map(|number| found.plan.steps[number].op.node()).collect();
    for director in directors {
        if daemons::make_table(found.plan, &director) {
            continue;
        }
        let Some(seen) = found.survey.node(&director) else { continue };
        for service in &seen.services {
            in_service(found, &director, service);
        }
    }
}

fn in_service(found: &mut Found<'_>, director: &NodeName, there: &ObservedService) {
    let key = there.key;
    let Some(declared) = declared(found, director, &key) else {
        let op = Op::AddService { node: director.clone(), service: entry(there) };
        return found.add(
            director,
            format!("virtual service {key} is not in the file"),
            remove(op),
        );
    };
    for extra in there.destinations.iter().filter(|d| !declared.contains(&d.entry.address)) {
        let words = format!("real server {} in {key} is not in the file", extra.entry.address);
        let (node, destination) = (director.clone(), extra.entry.clone());
        let op = Op::AddDestination { node, service: key, destination };
        found.add(director, words, remove(op));
    }
}

fn in_firewall(found: &mut Found<'_>, node: &NodeName) {
    let Some(seen) = found.survey.node(node) else { return };
    let nat = seen.source_nat.iter().map(|service| {
        let op = Op::AddSourceNat { node: node.clone(), service: *service };
        (op, format!("source NAT for {service} is not in the file"))
    });
    let marks = seen.marked.iter().chain(&seen.partly_marked).map(|packets| {
        let op = Op::MarkPackets { node: node.clone(), packets: packets.clone() };
        (op, format!("packets to {packets}: the mark is not in the file"))
    });
    let is_planned = |op: &Op| found.plan.steps.iter().any(|step| step.op == *op);
    let surplus: Vec<_> = nat.chain(marks).filter(|(op, _)| !is_planned(op)).collect();
    for (op, words) in surplus {
        found.add(node, words, remove(op));
    }
}

/// The real servers that the plan, or its health checker, puts into a service; `None` if it does
/// not have the service.
fn declared(
    found: &Found<'_>,
    director: &NodeName,
    key: &ServiceKey,
) -> Option<BTreeSet<SocketAddr>> {
    let mut addresses = None;
    for step in &found.plan.steps {
        match &step.op {
            Op::AddService { node, service } if node == director && service.key == *key => {
                addresses = Some(BTreeSet::new());
            }
            Op::AddDestination { node, service, destination }
                if node == director && service == key =>
            {
                addresses.get_or_insert_default().insert(destination.address);
            }
            _ => {}
        }
    }
    let checked = daemons::checked(found.plan, director, key);
    let sorry = checked.and_then(|checked| Some(checked.sorry_server.as_ref()?.address));
    if let Some(addresses) = &mut addresses {
        addresses.extend(sorry);
    }
    addresses
}

/// Before everything else, as no step of the plan is concerned.
fn remove(op: Op) -> Vec<Mend> {
    vec![Mend { step: usize::MAX, act: Act::Undo(op) }]
}

pub(super) fn entry(there: &ObservedService) -> ServiceEntry {
    ServiceEntry {
        key: there.key,
        // Removing a service takes only its key.
        scheduler: there.scheduler.unwrap_or(Scheduler::Wlc),
        flags: there.flags.clone(),
        persistence: there.persistence,
        scheduled: there.scheduled,
    }
}
