use super::super::rule;
use super::{View, high_availability, link::described, trust::Ground};
use crate::lab::{
    Fault, FaultKind, Lab, NetworkName, Node, Place, Role, ServiceName, StepAction, VirtualRouter,
};

/// Whether each fault can befall its node.
pub fn check(view: &mut View<'_>) {
    let steps = view.lab.scenarios.iter().flat_map(|scenario| &scenario.steps);
    for step in steps {
        let StepAction::Fault(fault) = &step.action else { continue };
        let Some(node) = view.node(&fault.node) else { continue };
        if let Some((problem, help)) = misfit(fault, node, view) {
            let at = step.at.key("fault").key(&fault.kind.keyword().replace('-', "_"));
            misplaced(node, problem, (help, &at), view);
        }
    }
}

fn misplaced(node: &Node, problem: String, (help, at): (&str, &Place), view: &mut View<'_>) {
    let message = format!("{} {problem}", described(node));
    view.push(rule::FAULT_NODE.at(at, message, help));
}

/// Why the fault does not fit the node, and what would.
fn misfit(fault: &Fault, node: &Node, view: &View<'_>) -> Option<(String, &'static str)> {
    let services_are_known = view.sure(&Place::root().key("virtual_services"));
    let is_known = services_are_known && view.sure(&high_availability::place());
    let serves = !services_are_known || !view.lab.backend_ports(node).is_empty();
    let daemons = !is_known || has_daemons(view.lab, node);
    let runs = daemons || !node.serving.processes.is_empty();
    match &fault.kind {
        FaultKind::Stop if serves || runs => None,
        FaultKind::Stop => Some((
            "has nothing that could be stopped".to_owned(),
            "name a real server, a server, or a director with high availability or health checks",
        )),
        FaultKind::KillDaemons if daemons => None,
        FaultKind::KillDaemons => Some((
            "has no daemons".to_owned(),
            "name a director with high availability or health checks",
        )),
        FaultKind::Hang | FaultKind::Fail { .. } | FaultKind::Slow { .. } if !serves => {
            Some(("has no backends".to_owned(), "name a real server or a server"))
        }
        FaultKind::Weight { service, .. } | FaultKind::Remove { service } => {
            let known = in_a_table(node, service.as_ref(), view);
            let problem = match service {
                Some(service) => format!("is not in the table of `{service}`"),
                None => "is in no table of a virtual service".to_owned(),
            };
            (!known).then_some((problem, "name a real server of the virtual service"))
        }
        FaultKind::Cut { network } | FaultKind::Impair { network: Some(network), .. } => {
            (!is_told(node, view) && !may_be_missed(node, view)).then(|| away(node, network))?
        }
        _ => None,
    }
}

/// Whether a virtual router misses the director in a network, and it was told.
pub fn is_told(node: &Node, view: &View<'_>) -> bool {
    let mut routers = view.lab.high_availability.iter().flat_map(|wanted| &wanted.routers);
    let place = |router: &VirtualRouter| router.at.key("priorities").key(node.name.as_str());
    routers.any(|router| view.refused(&place(router).as_key()))
}

/// Whether a faulty virtual router may miss the director in a network, where it was told otherwise
/// that something cannot be reached.
fn may_be_missed(node: &Node, view: &View<'_>) -> bool {
    let is_unknown = !view.trusts(&[Ground::Routers]) && !view.trusts(&[Ground::Ways]);
    is_unknown && node.role == Role::Director
}

fn away(node: &Node, network: &NetworkName) -> Option<(String, &'static str)> {
    let there = node.interface_in(network).is_some();
    let problem = format!("is not plugged into `{network}`");
    (!there).then_some((problem, "name a network that the node has an address in"))
}

/// Whether something runs in a director that could be killed.
fn has_daemons(lab: &Lab, node: &Node) -> bool {
    let engine = lab.high_availability.iter().any(|ha| ha.engines.contains_key(&node.name));
    let mut services = lab.services.iter().filter(|s| s.directors.contains(&node.name));
    engine || services.any(|service| service.health_check.is_some())
}

fn in_a_table(node: &Node, service: Option<&ServiceName>, view: &View<'_>) -> bool {
    let services = view.lab.services.iter();
    let mut services = services.filter(|s| service.is_none_or(|name| *name == s.name));
    // Who stands in a table that is in doubt is unknown.
    services.any(|s| !view.sure(&s.at) || s.destinations.iter().any(|d| d.real_server == node.name))
}
