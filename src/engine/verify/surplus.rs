use super::compare::Found;
use super::daemons;
use super::drift::Mend;
use crate::kernel::ObservedService;
use crate::lab::{NodeName, Scheduler};
use crate::plan::Act;
use crate::plan::{Op, ServiceEntry, ServiceKey};
use std::collections::BTreeSet;
use std::net::SocketAddr;

/// What somebody else put into the IPVS tables that the plan fills.
pub(super) fn undeclared(found: &mut Found<'_>) {
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

fn entry(there: &ObservedService) -> ServiceEntry {
    ServiceEntry {
        key: there.key,
        // Removing a service takes only its key.
        scheduler: there.scheduler.unwrap_or(Scheduler::Wlc),
        flags: there.flags.clone(),
        persistence: there.persistence,
        scheduled: there.scheduled,
    }
}
