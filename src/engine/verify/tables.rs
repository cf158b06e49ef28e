use super::compare::Found;
use super::daemons;
use crate::kernel::{Observed, ObservedDestination, ObservedService, Removable};
use crate::lab::{ForwardingMethod, Scheduler, SchedulerFlag};
use crate::plan::{DestinationEntry, Op, PacketMark, ServiceEntry, ServiceKey};
use std::collections::BTreeSet;

pub(super) fn entry(found: &mut Found<'_>, number: usize) {
    let op = &found.plan.steps[number].op;
    let node = op.node();
    let Some(seen) = found.survey.node(&node) else { return };
    let words = match op {
        Op::AddSourceNat { service, .. } => source_nat(seen, service),
        Op::MarkPackets { packets, .. } => marks(seen, packets),
        Op::AddService { service, .. } => service_words(seen, service),
        Op::AddDestination { service, destination, .. } => {
            let checked = daemons::checked(found.plan, &node, service).is_some();
            let by_checker = checked && is_checkers_doing(seen, service, destination);
            if by_checker { None } else { destination_words(seen, service, destination) }
        }
        _ => None,
    };
    if let Some(words) = words {
        let mends = vec![found.apply(number)];
        match is_there(seen, op) {
            true => found.other(&node, words, mends),
            false => found.add(&node, words, mends),
        }
    }
}

/// Whether what an operation adds to a table is there, be it with other values.
fn is_there(seen: &Observed, op: &Op) -> bool {
    match op {
        Op::AddService { service: entry, .. } => service(seen, &entry.key).is_some(),
        Op::AddDestination { service: key, destination: entry, .. } => {
            service(seen, key).and_then(|service| destination(service, entry)).is_some()
        }
        _ => false,
    }
}

/// How long connections are remembered. It is not seen in a table that is empty.
pub(super) fn timeouts(found: &mut Found<'_>, number: usize) {
    let Op::SetTimeouts { node, timeouts } = &found.plan.steps[number].op else { return };
    let Some(there) = found.survey.node(node).and_then(|seen| seen.timeouts) else { return };
    if there != *timeouts {
        let mends = vec![found.apply(number)];
        found.add(node, format!("the IPVS timeouts are {there} instead of {timeouts}"), mends);
    }
}

fn source_nat(seen: &Observed, key: &ServiceKey) -> Option<String> {
    let missing = !seen.source_nat.contains(key) && !is_typed(&seen.typed.source_nat, key);
    missing.then(|| format!("clients of {key} are not masqueraded"))
}

fn marks(seen: &Observed, packets: &PacketMark) -> Option<String> {
    let missing = !seen.marked.contains(packets) && !is_typed(&seen.typed.marked, packets);
    missing.then(|| format!("packets to {packets}: the mark is missing"))
}

fn is_typed<T: PartialEq>(typed: &[Removable<T>], wanted: &T) -> bool {
    typed.iter().any(|rule| rule.what == *wanted)
}

fn service_words(seen: &Observed, entry: &ServiceEntry) -> Option<String> {
    let Some(there) = service(seen, &entry.key) else {
        return Some(format!("virtual service {} is missing", entry.key));
    };
    let scheduler = there.scheduler.map_or("another", Scheduler::keyword);
    if there.scheduler != Some(entry.scheduler) {
        let (key, wanted) = (entry.key, entry.scheduler);
        return Some(format!("virtual service {key} has scheduler {scheduler}, not {wanted}"));
    }
    let same = flags(&there.flags) == flags(&entry.flags)
        && there.persistence == entry.persistence
        && there.scheduled == entry.scheduled;
    (!same).then(|| format!("virtual service {} has other flags or persistence", entry.key))
}

fn destination_words(
    seen: &Observed,
    key: &ServiceKey,
    entry: &DestinationEntry,
) -> Option<String> {
    let address = entry.address;
    let there = service(seen, key).and_then(|s| destination(s, entry));
    let Some(there) = there.map(|d| &d.entry) else {
        return Some(format!("real server {address} is missing in {key}"));
    };
    let (is, wanted) = (told(there.forwarding), told(entry.forwarding));
    let wrong = if is != wanted {
        format!("is forwarded to by {is}, not {wanted}")
    } else if there.weight != entry.weight {
        format!("has weight {}, not {}", there.weight, entry.weight)
    } else if entry.forwarding == ForwardingMethod::Tun && there.tunnel != entry.tunnel {
        "has another tunnel".to_owned()
    } else if there.thresholds != entry.thresholds {
        "has other thresholds".to_owned()
    } else {
        return None;
    };
    Some(format!("real server {address} in {key} {wrong}"))
}

/// Whether a health checker took a server out of a service that is there, or quiesced it.
fn is_checkers_doing(seen: &Observed, key: &ServiceKey, entry: &DestinationEntry) -> bool {
    let Some(service) = service(seen, key) else { return false };
    let quiesced = DestinationEntry { weight: 0, ..entry.clone() };
    destination(service, entry).is_none() || destination_words(seen, key, &quiesced).is_none()
}

fn service<'a>(seen: &'a Observed, key: &ServiceKey) -> Option<&'a ObservedService> {
    seen.services.iter().find(|service| service.key == *key)
}

fn destination<'a>(
    service: &'a ObservedService,
    entry: &DestinationEntry,
) -> Option<&'a ObservedDestination> {
    service.destinations.iter().find(|d| d.entry.address == entry.address)
}

fn flags(flags: &[SchedulerFlag]) -> BTreeSet<SchedulerFlag> {
    flags.iter().copied().collect()
}

/// To IPVS, FULLNAT is NAT.
fn told(method: ForwardingMethod) -> ForwardingMethod {
    match method {
        ForwardingMethod::FullNat => ForwardingMethod::Nat,
        method => method,
    }
}
