use super::super::rule;
use super::View;
use crate::lab::{
    Destination, FaultKind, OnFailure, Place, Scheduler, SchedulerFlag, StepAction, VirtualService,
};

/// Tables whose scheduler has nobody to choose, or chooses somebody who takes no connection.
pub fn check(view: &mut View<'_>) {
    let services: Vec<_> = view.lab.services.iter().filter(|s| view.sure(&s.at)).collect();
    for service in services {
        sorry_twice(service, view);
        match service.destinations.iter().all(|d| d.weight == 0) {
            true => weightless(service, view),
            false => without_fallback(service, view),
        }
    }
}

fn weightless(service: &VirtualService, view: &mut View<'_>) {
    if service.destinations.is_empty() {
        return;
    }
    view.push(rule::NO_WEIGHT.at(
        &service.at.key("real_servers"),
        format!("every real server of `{}` has the weight 0", service.name),
        "give one of them a weight of 1 or more: with 0 a real server takes no new connection, and \
         the director refuses clients",
    ));
}

/// keepalived adds the sorry server to the table beside the real servers, and takes it out again: it
/// is the same entry (`ipvs_update_stats` aside, an entry is its address and port).
fn sorry_twice(service: &VirtualService, view: &mut View<'_>) {
    let Some(sorry) = &service.sorry_server else { return };
    let entry = |d: &Destination| (d.real_server.clone(), d.address, d.port);
    // That two nodes have one address is told of the nodes.
    if service.destinations.iter().any(|d| entry(d) == entry(sorry)) {
        view.push(rule::SORRY_TWICE.at(
            &service.at.key("sorry_server"),
            format!("`{}` is a real server of `{}` already", sorry.real_server, service.name),
            "name another node: the table has one entry for both, so that it may be taken out with \
             the sorry server when the others are back",
        ));
    }
}

/// A hash that leads to a real server of weight 0 leads nowhere else (`ip_vs_sh_get`,
/// `ip_vs_mh_get`).
fn without_fallback(service: &VirtualService, view: &mut View<'_>) {
    let hashes = matches!(service.scheduler, Scheduler::Sh | Scheduler::Mh);
    if !hashes || service.flags.contains(&SchedulerFlag::Fallback) {
        return;
    }
    let Some((at, message)) = quiesced(service, view) else { return };
    view.push(rule::NO_FALLBACK.at(
        &at,
        message,
        format!(
            "add `scheduler_flags: [fallback]`: without it `{}` still leads clients there, and they \
             are refused",
            service.scheduler
        ),
    ));
}

/// What gives a real server the weight 0, and where the file says so.
fn quiesced(service: &VirtualService, view: &View<'_>) -> Option<(Place, String)> {
    if let Some(entry) = service.destinations.iter().find(|d| d.weight == 0) {
        return Some((entry.at.clone(), format!("`{}` has the weight 0", entry.real_server)));
    }
    let check = service.health_check.as_ref();
    if let Some(check) = check.filter(|check| check.on_failure == OnFailure::Quiesce) {
        let message = "a real server that fails its check gets the weight 0".to_owned();
        return Some((check.at.key("inhibit_on_failure"), message));
    }
    let steps = view.lab.scenarios.iter().flat_map(|scenario| &scenario.steps);
    steps
        .filter_map(|step| match &step.action {
            StepAction::Fault(fault) => Some((fault, step)),
            _ => None,
        })
        .find_map(|(fault, step)| match &fault.kind {
            FaultKind::Weight { service: named, to: 0 }
                if named.as_ref().is_none_or(|name| *name == service.name)
                    && service.destinations.iter().any(|d| d.real_server == fault.node) =>
            {
                let message = format!("this gives `{}` the weight 0", fault.node);
                Some((step.at.key("fault").key("to"), message))
            }
            _ => None,
        })
}
