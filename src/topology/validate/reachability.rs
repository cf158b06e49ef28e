use super::super::rule;
use super::{View, link, reach, trust::Ground};
use crate::lab::{Destination, Lab, Node, Place, Role, Step, StepAction, Target, VirtualService};
use std::collections::HashSet;

/// Whether clients get to the VIPs, and replies back to the clients.
pub fn check(view: &mut View<'_>) {
    let lab = view.lab;
    if !view.trusts(&[Ground::Ways, Ground::Vips, Ground::Routers]) {
        return;
    }
    // Of a VIP that is wrong itself it was told.
    let is_sure = |s: &&VirtualService| view.sure(&s.at) && !view.blamed(&s.at.key("vip"));
    let sure: Vec<_> = lab.services.iter().filter(is_sure).collect();
    let sure: Vec<_> =
        sure.into_iter().filter(|s| view.directors(s).len() == s.directors.len()).collect();
    let mut told = HashSet::new();
    for client in lab.with_role(Role::Client).filter(|c| lab.node(&c.name).is_some()) {
        if !sure.is_empty() && view.sure(&client.at) && lonely(client, &sure, view) {
            view.push(rule::CLIENT_UNREACHABLE.at(
                &client.at.as_key(),
                format!("client `{}` has no way to any VIP", client.name),
                HELP,
            ));
        }
        if view.sure(&client.at) {
            replies(client, &sure, &mut told, view);
        }
    }
    for step in lab.scenarios.iter().flat_map(|s| &s.steps) {
        request(step, &sure, view);
    }
}

const HELP: &str = "plug the client into the VIP's network, or give it a router or a route";

fn lonely(client: &Node, services: &[&VirtualService], view: &View<'_>) -> bool {
    !services.iter().any(|s| view.may_arrive(client, &reach::Goal::vip(s)))
}

fn request(step: &Step, services: &[&VirtualService], view: &mut View<'_>) {
    let (key, from, target) = match &step.action {
        StepAction::Request(request) => ("request", &request.from, &request.target),
        StepAction::Load(load) => ("load", &load.from, &load.target),
        _ => return,
    };
    let Some(from) = view.node(from) else { return };
    let Some((goal, name)) = goal(target, services, view.lab) else { return };
    let told = from.role == Role::Client && lonely(from, services, view);
    if !told && !view.may_arrive(from, &goal) {
        view.push(rule::CLIENT_UNREACHABLE.at(
            &step.at.key(key).key("from"),
            format!("`{}` has no way to {name}", from.name),
            HELP,
        ));
    }
}

fn goal(target: &Target, services: &[&VirtualService], lab: &Lab) -> Option<(reach::Goal, String)> {
    match target {
        Target::Service(name) | Target::Port(name, _) => {
            let service = services.iter().find(|s| &s.name == name)?;
            Some((reach::Goal::vip(service), format!("the VIP `{}`", service.vip)))
        }
        Target::Address(endpoint) => {
            let address = endpoint.address.ip();
            match services.iter().find(|s| s.vip == address) {
                Some(service) => Some((reach::Goal::vip(service), format!("the VIP `{address}`"))),
                None if lab.services.iter().any(|s| s.vip == address) => None,
                None => Some((reach::Goal::address(lab, address), format!("`{address}`"))),
            }
        }
    }
}

/// Replies of services whose VIPs the client gets to must have a way back. What a node cannot is told
/// once, whichever client is the first that it cannot answer.
fn replies<'l>(
    client: &Node,
    services: &[&'l VirtualService],
    told: &mut HashSet<&'l Place>,
    view: &mut View<'l>,
) {
    let lab = view.lab;
    let reaches = |s: &&&VirtualService| reach::arrives(lab, client, &reach::Goal::vip(s));
    let entries = services
        .iter()
        .filter(reaches)
        .flat_map(|s| s.destinations.iter().filter(|d| view.sure(&d.at)).map(move |d| (*s, d)));
    let mut stuck: Vec<&Node> =
        entries.filter_map(|(s, d)| self::stuck(client, d, s, view)).collect();
    stuck.retain(|node| told.insert(&node.at));
    let Some(first) = stuck.first() else { return };
    view.push(rule::NO_WAY_BACK.at(
        &first.at.as_key(),
        format!(
            "replies from {} have no way back to client `{}`",
            link::some_names(stuck.iter().map(|node| &node.name)),
            client.name
        ),
        "give it a gateway or a route to the client's network",
    ));
}

/// The node from which replies do not get on: the real server where it answers clients directly,
/// else the director.
fn stuck<'l>(
    client: &Node,
    destination: &Destination,
    service: &VirtualService,
    view: &View<'l>,
) -> Option<&'l Node> {
    let lab = view.lab;
    let direct = destination.forwarding.keeps_vip();
    let nodes =
        if direct { vec![view.node(&destination.real_server)?] } else { view.directors(service) };
    let arrives = |node: &&Node| {
        let mut addresses = client.addresses();
        addresses.any(|a| view.may_arrive(node, &reach::Goal::address(lab, a)))
    };
    nodes.into_iter().find(|n| !arrives(n))
}
