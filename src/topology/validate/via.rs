use super::super::rule;
use super::View;
use super::tiers::{Tier, nodes_at};
use crate::lab::{Expected, Lab, NodeName, Place, Port, StepAction, Target};
use std::collections::{BTreeSet, HashSet};

/// Whether somebody asks the tiers that answers are expected to come through.
pub fn check(view: &mut View<'_>) {
    let lab = view.lab;
    let sure = lab.nodes.iter().all(|node| view.sure(&node.at))
        && lab.services.iter().all(|service| view.sure(&service.at));
    if !sure {
        return;
    }
    for step in lab.scenarios.iter().flat_map(|scenario| &scenario.steps) {
        let StepAction::Request(request) = &step.action else { continue };
        let Some(asked) = asked(&request.target, lab) else { continue };
        for expectation in &step.expectations {
            if let Expected::Via(tiers) = &expectation.expected {
                strangers(tiers, &asked, &expectation.at, view);
            }
        }
    }
}

fn strangers(tiers: &[NodeName], asked: &BTreeSet<&str>, at: &Place, view: &mut View<'_>) {
    let names: Vec<_> = asked.iter().map(|name| format!("`{name}`")).collect();
    let help = match names.as_slice() {
        [] => "give a backend of theirs an `upstream`".to_owned(),
        names => format!("expect only who is asked: {}; or add to an `upstream`", names.join(", ")),
    };
    for (index, name) in tiers.iter().enumerate().filter(|(_, n)| !asked.contains(n.as_str())) {
        let message = format!("nobody who gets the request asks `{name}`");
        view.push(rule::UNASKED_TIER.at(&at.index(index), message, help.clone()));
    }
}

/// The names of all who are asked before a request is answered. None if that is not known: whom a
/// real program asks is its own affair, and somebody may answer whom the file does not name.
fn asked<'l>(target: &Target, lab: &'l Lab) -> Option<BTreeSet<&'l str>> {
    let mut open = first(target, lab);
    if open.is_empty() {
        return None;
    }
    let (mut asked, mut seen) = (BTreeSet::new(), HashSet::new());
    while let Some((node, port)) = open.pop() {
        if !lab.backend_ports(node).contains_key(&port) {
            return None;
        }
        if !seen.insert((node.name.as_str(), port)) {
            continue;
        }
        for upstream in node.serving.upstream_of(port) {
            let tiers = nodes_at(Port::tcp(upstream.address.port()), upstream.address.ip(), lab);
            if tiers.is_empty() {
                return None;
            }
            asked.extend(tiers.iter().map(|(node, _)| node.name.as_str()));
            open.extend(tiers);
        }
    }
    Some(asked)
}

/// Who answers a request itself.
fn first<'l>(target: &Target, lab: &'l Lab) -> Vec<Tier<'l>> {
    let (name, port) = match target {
        Target::Address(to) => {
            let port = Port { protocol: to.protocol, number: to.address.port() };
            return nodes_at(port, to.address.ip(), lab);
        }
        Target::Service(name) => (name, None),
        Target::Port(name, port) => (name, Some(*port)),
    };
    let Some(service) = lab.service(name) else { return Vec::new() };
    let number = port.unwrap_or(service.port);
    nodes_at(Port { protocol: service.protocol, number }, service.vip, lab)
}
