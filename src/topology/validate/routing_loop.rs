use super::super::rule;
use super::{View, reach, trust::Ground};
use crate::lab::{Family, Gateway, Node, Place, Role};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Next hops that lead back to where a packet came from: it goes round until its TTL is used up.
pub fn check(view: &mut View<'_>) {
    let lab = view.lab;
    if !view.trusts(&[Ground::Ways, Ground::Vips]) {
        return;
    }
    let mut told: Vec<Vec<&Node>> = Vec::new();
    for router in lab.with_role(Role::Router).filter(|r| view.sure(&r.at)).collect::<Vec<_>>() {
        for (to, at) in destinations(router) {
            let way = reach::way(lab, router, to);
            // Who is led into a circle of others is not in it.
            let returns = matches!(way.end, reach::End::Circle(node) if node.name == router.name);
            let forwards = |node: &&Node| reach::forwards(lab, node, Family::of(to));
            let is_told = way.nodes.iter().any(|node| view.is_astray(&node.name));
            if !returns
                || is_told
                || !way.nodes.iter().all(forwards)
                || told.iter().any(|circle| same(circle, &way.nodes))
            {
                continue;
            }
            let names: Vec<_> =
                way.nodes.iter().chain([&router]).map(|n| n.name.as_str()).collect();
            view.push(rule::ROUTING_LOOP.at(
                &at,
                format!("the next hops go in a circle: {}", names.join(", ")),
                "let one of them lead on: packets to unknown addresses go round until their TTL is \
                 used up",
            ));
            told.push(way.nodes);
        }
    }
}

/// Where a router's own words lead, and where they stand. What no route and no link has is 0.0.0.0.
fn destinations(router: &Node) -> Vec<(IpAddr, Place)> {
    let unknown = |family| match family {
        Family::Inet => IpAddr::from(Ipv4Addr::UNSPECIFIED),
        Family::Inet6 => IpAddr::from(Ipv6Addr::UNSPECIFIED),
    };
    let gateway = match router.gateway {
        Gateway::Address(via) => Some((unknown(Family::of(via)), router.at.key("gateway"))),
        Gateway::Derived | Gateway::None => None,
    };
    let routes = router.routes.iter().map(|r| (r.destination.addr(), r.at.clone()));
    gateway.into_iter().chain(routes).collect()
}

fn same(one: &[&Node], other: &[&Node]) -> bool {
    one.len() == other.len() && one.iter().all(|a| other.iter().any(|b| a.name == b.name))
}
