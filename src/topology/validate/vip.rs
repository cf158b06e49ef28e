use super::super::rule;
use super::trust::Ground;
use super::{View, link, node_parts::not_a_host, reach, redundancy};
use crate::lab::{Node, NodeName, Role, VirtualService};
use std::collections::{BTreeSet, HashSet};
use std::net::SocketAddr;

/// What tells the services of one director apart.
const KEYS: &[&str] = &["vip", "protocol", "port", "ports", "firewall_mark", "directors"];

/// Rules about VIPs.
pub fn check(view: &mut View<'_>) {
    let is_known = |s: &&VirtualService| KEYS.iter().all(|key| view.sure(&s.at.key(key)));
    let known: Vec<_> = view.lab.services.iter().filter(is_known).collect();
    for (index, service) in known.iter().enumerate() {
        duplicate(service, &known[..index], view);
        same_mark(service, &known[..index], view);
    }
    let sure: Vec<_> = view.lab.services.iter().filter(|s| view.sure(&s.at.key("vip"))).collect();
    for service in sure {
        collision(service, view);
        host(service, view);
    }
}

/// Rules about VIPs of which nothing else is wrong: who holds them, and who gets there.
pub fn check_holders(view: &mut View<'_>) {
    let sure =
        |s: &&VirtualService| view.sure(&s.at.key("vip")) && view.sure(&s.at.key("directors"));
    let sure: Vec<_> = view.lab.services.iter().filter(sure).collect();
    // That directors share a VIP is told at the first service of it that shows it.
    let mut told = HashSet::new();
    for (index, service) in sure.iter().enumerate() {
        if view.blamed(&service.at.key("vip")) {
            continue;
        }
        if !told.contains(&service.vip) && shared(service, &sure[..index], view) {
            told.insert(service.vip);
        }
        nowhere(service, view);
    }
}

fn common<'s>(a: &'s VirtualService, b: &VirtualService) -> Option<&'s NodeName> {
    a.directors.iter().find(|d| b.directors.contains(d))
}

fn duplicate(service: &VirtualService, earlier: &[&VirtualService], view: &mut View<'_>) {
    let key = |s: &VirtualService| (s.vip, s.protocol);
    let both = earlier.iter().filter(|e| key(e) == key(service) && common(e, service).is_some());
    let port = |e: &VirtualService| service.ports().iter().find(|p| e.ports().contains(p)).copied();
    if let Some((same, port)) = both.filter_map(|e| Some((e, port(e)?))).next() {
        let (vip, protocol) = key(service);
        view.push(rule::DUPLICATE_SERVICE.at(
            &service.at.key("vip"),
            format!(
                "`{}` has the virtual service {protocol} {} already",
                same.name,
                SocketAddr::new(vip, port)
            ),
            "choose another VIP, port or protocol: a director's table has each once",
        ));
    }
}

fn same_mark(service: &VirtualService, earlier: &[&VirtualService], view: &mut View<'_>) {
    let mark = |s: &VirtualService| Some((s.marked.as_ref()?.mark, s.vip.is_ipv4()));
    let Some((number, _)) = mark(service) else { return };
    let is_same = |e: &&&VirtualService| mark(e) == mark(service) && common(e, service).is_some();
    if let Some(same) = earlier.iter().find(is_same) {
        view.push(rule::SAME_MARK.at(
            &service.at.key("firewall_mark"),
            format!("`{}` has the firewall mark {number} already", same.name),
            "choose another mark: by it alone a director tells the two services apart",
        ));
    }
}

fn collision(service: &VirtualService, view: &mut View<'_>) {
    let owner = view.lab.owner_of(service.vip);
    if let Some(owner) = owner.filter(|n| !service.directors.contains(&n.name)) {
        view.push(rule::VIP_COLLIDES.at(
            &service.at.key("vip"),
            format!("the VIP `{}` is the address of {}", service.vip, link::described(owner)),
            "choose a free address: both would answer for it",
        ));
    }
}

fn host(service: &VirtualService, view: &mut View<'_>) {
    let subnets = view.lab.networks.iter().map(|n| n.subnet);
    let network = subnets
        .filter(|s| s.contains(&service.vip))
        .find_map(|s| not_a_host(service.vip, s).map(|what| (s, what)));
    if let Some((subnet, what)) = network {
        view.push(rule::NOT_A_HOST.at(
            &service.at.key("vip"),
            format!("the VIP `{}` is the {what} address of `{subnet}`", service.vip),
            "choose an address between the first and the last one of the subnet",
        ));
    }
}

/// Whether it was found that directors have the VIP of a service at the same time.
fn shared(service: &VirtualService, earlier: &[&VirtualService], view: &mut View<'_>) -> bool {
    let wanted = view.lab.high_availability.as_ref();
    let guarded = wanted.is_some_and(|wanted| redundancy::stands_in(service, wanted));
    if guarded || !view.trusts(&[Ground::Routers, Ground::Vips]) {
        return false;
    }
    let same = earlier.iter().filter(|e| e.vip == service.vip).flat_map(|e| &e.directors);
    let holders: BTreeSet<_> = same.chain(&service.directors).collect();
    let is_shared = holders.len() > 1;
    if is_shared {
        let names = link::names(holders);
        view.push(rule::SHARED_VIP.at(
            &service.at.key("vip"),
            format!("the directors {names} hold the VIP `{}` at the same time", service.vip),
            "name one under `directors:`: clients take whichever answers ARP first",
        ));
    }
    is_shared
}

fn nowhere(service: &VirtualService, view: &mut View<'_>) {
    let directors = view.directors(service);
    let known = directors.len() == service.directors.len() && view.trusts(&[Ground::Ways]);
    if directors.is_empty() || !known {
        return;
    }
    let lab = view.lab;
    if directors.iter().any(|d| on_link(d, service) || behind_router(d, service, view)) {
        return;
    }
    let network = lab.networks.iter().find(|n| n.subnet.contains(&service.vip));
    let message = match network {
        Some(n) => format!(
            "the VIP `{}` is in `{}`, where no director of the service is",
            service.vip, n.name
        ),
        None => format!("the VIP `{}` is in no network of the lab", service.vip),
    };
    view.push(rule::VIP_NOWHERE.at(
        &service.at.key("vip"),
        message,
        "plug the director into the VIP's network, or let a router share one with it",
    ));
}

fn on_link(director: &Node, service: &VirtualService) -> bool {
    director.interfaces.iter().any(|i| i.address.contains(&service.vip))
}

/// Whether some node that is not on the VIP's network knows a way to the director.
fn behind_router(director: &Node, service: &VirtualService, view: &View<'_>) -> bool {
    let goal = reach::Goal::vip(service);
    let others =
        view.lab.nodes.iter().filter(|n| n.role != Role::RealServer && n.name != director.name);
    let mut others = others.filter(|n| !service.directors.contains(&n.name));
    others.any(|n| view.is_astray(&n.name) || reach::arrives(view.lab, n, &goal))
}
