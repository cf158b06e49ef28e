use super::{Draft, tunnels};
use crate::lab::{
    Destination, Family, ForwardingMethod, IpvsSettings, Lab, Node, Place, Role, Sysctl, SysctlKey,
    VirtualService,
};
use crate::plan::Op;

/// What the node's part in the lab wants of the kernel, before any VIP is added: a real server
/// must know that it may not answer ARP for the VIP the moment it has it.
pub(super) fn before_vips(draft: &mut Draft<'_>, node: &Node) {
    match node.role {
        Role::Client | Role::Server => {}
        Role::Router => {
            let why = "a router forwards between its networks";
            for family in Family::ALL {
                if node.interfaces.iter().any(|i| family.has(i.address)) {
                    derive(draft, node, &Setting::new(forwarding(family), "1", why), &node.at);
                }
            }
        }
        Role::Director => director(draft, node),
        Role::RealServer => real_server(draft, node),
    }
}

/// The settings that the file asks for itself.
pub(super) fn own(draft: &mut Draft<'_>, node: &Node) {
    for sysctl in &node.sysctls {
        let op = Op::SetSysctl {
            node: node.name.clone(),
            key: sysctl.key.clone(),
            value: sysctl.value.clone(),
        };
        draft.add(op, "the file asks for it", &sysctl.at);
    }
}

fn director(draft: &mut Draft<'_>, node: &Node) {
    let lab = draft.lab;
    lab.ipvs.iter().for_each(|settings| ipvs(draft, node, settings));
    let mine = || lab.services.iter().filter(|s| s.directors.contains(&node.name));
    if let Some(destination) = mine().filter(|s| moves(lab, s)).find_map(|s| s.peer(&node.name)) {
        arp(draft, node, &destination.at);
    }
    for family in Family::ALL {
        if let Some(service) = mine().find(|s| rewrites(s) && Family::of(s.vip) == family) {
            let why = "NAT: the director routes the real servers' replies back to the client";
            derive(draft, node, &Setting::new(forwarding(family), "1", why), &service.at);
        }
    }
    if let Some(service) = mine().find(|s| uses(s, ForwardingMethod::FullNat)) {
        let why = "FULLNAT: without conntrack no SNAT rule sees what IPVS forwards";
        derive(draft, node, &Setting::new("net.ipv4.vs.conntrack", "1", why), &service.at);
    }
    if let Some(service) = mine().find(|s| s.vip.is_ipv4() && one_armed(draft.lab, node, s)) {
        let why = "client and real servers share a network: no redirects past the director";
        derive(
            draft,
            node,
            &Setting::new("net.ipv4.conf.all.send_redirects", "0", why),
            &service.at,
        );
        for interface in &node.interfaces {
            let key = format!("net.ipv4.conf.{}.send_redirects", interface.name);
            derive(draft, node, &Setting::new(&key, "0", why), &service.at);
        }
    }
}

/// What the file asks for of every director, before it has a table.
fn ipvs(draft: &mut Draft<'_>, node: &Node, settings: &IpvsSettings) {
    let why = "the file asks for it, of every director";
    for sysctl in settings.sysctls.iter().filter(|sysctl| !says(&node.sysctls, &sysctl.key)) {
        let (key, value) = (sysctl.key.clone(), sysctl.value.clone());
        draft.add(Op::SetSysctl { node: node.name.clone(), key, value }, why, &sysctl.at);
    }
    if let Some(timeouts) = settings.timeouts {
        let op = Op::SetTimeouts { node: node.name.clone(), timeouts };
        draft.add(op, why, &settings.at.key("timeouts"));
    }
}

fn says(sysctls: &[Sysctl], key: &SysctlKey) -> bool {
    sysctls.iter().any(|sysctl| sysctl.key == *key)
}

fn real_server(draft: &mut Draft<'_>, node: &Node) {
    let lab = draft.lab;
    let keeps = |(service, d): &(&VirtualService, &Destination)| {
        service.vip.is_ipv4() && d.forwarding.keeps_vip()
    };
    if let Some((_, destination)) = served(lab, node).find(keeps) {
        arp(draft, node, &destination.at);
    }
    tunnels::build(draft, node);
    redirects(draft, node);
}

/// The entries that a real server has in the tables, each with its service.
pub(super) fn served<'l>(
    lab: &'l Lab,
    node: &'l Node,
) -> impl Iterator<Item = (&'l VirtualService, &'l Destination)> {
    let all = lab.services.iter().flat_map(|s| s.servers().map(move |d| (s, d)));
    all.filter(|(_, destination)| destination.real_server == node.name)
}

/// A director has no setting that keeps it from sending redirects of IPv6, so that who gets them
/// must not heed them.
fn redirects(draft: &mut Draft<'_>, node: &Node) {
    let lab = draft.lab;
    let through = |service: &&VirtualService| {
        let mut directors = service.directors.iter().filter_map(|name| lab.node(name));
        service.vip.is_ipv6() && directors.any(|director| one_armed(lab, director, service))
    };
    let Some((service, _)) = served(lab, node).find(|(service, _)| through(service)) else {
        return;
    };
    let why = "client and real servers share a network: no redirects past the director";
    for interface in &node.interfaces {
        let key = format!("net.ipv6.conf.{}.accept_redirects", interface.name);
        derive(draft, node, &Setting::new(&key, "0", why), &service.at);
    }
}

/// The setting that makes a node forward.
fn forwarding(family: Family) -> &'static str {
    match family {
        Family::Inet => "net.ipv4.ip_forward",
        Family::Inet6 => "net.ipv6.conf.all.forwarding",
    }
}

fn arp(draft: &mut Draft<'_>, node: &Node, at: &Place) {
    let ignore = "the VIP on lo must not be answered for: only the director may own it in ARP";
    derive(draft, node, &Setting::new("net.ipv4.conf.all.arp_ignore", "1", ignore), at);
    let announce = "the VIP must not be told in ARP requests of this server either";
    derive(draft, node, &Setting::new("net.ipv4.conf.all.arp_announce", "2", announce), at);
}

/// A setting that follows from something.
pub(super) struct Setting<'a> {
    key: SysctlKey,
    value: &'a str,
    why: &'a str,
}

impl<'a> Setting<'a> {
    pub(super) fn new(key: &str, value: &'a str, why: &'a str) -> Self {
        Self { key: SysctlKey(key.to_owned()), value, why }
    }
}

/// Adds a derived setting unless the file says its own word on it.
pub(super) fn derive(draft: &mut Draft<'_>, node: &Node, setting: &Setting<'_>, at: &Place) {
    let everybodys = draft.lab.ipvs.iter().flat_map(|settings| &settings.sysctls);
    let director = node.role == Role::Director;
    let everybodys = everybodys.filter(|_| director).any(|sysctl| sysctl.key == setting.key);
    if everybodys || says(&node.sysctls, &setting.key) {
        return;
    }
    let op = Op::SetSysctl {
        node: node.name.clone(),
        key: setting.key.clone(),
        value: setting.value.to_owned(),
    };
    draft.add(op, setting.why, at);
}

/// Whether its VIP belongs to whichever director is master.
fn moves(lab: &Lab, service: &VirtualService) -> bool {
    lab.router_of(service.vip).is_some()
}

fn uses(service: &VirtualService, method: ForwardingMethod) -> bool {
    service.servers().any(|d| d.forwarding == method)
}

fn rewrites(service: &VirtualService) -> bool {
    uses(service, ForwardingMethod::Nat) || uses(service, ForwardingMethod::FullNat)
}

/// Whether VIP and real servers of a NAT service are in one network of the director's.
fn one_armed(lab: &Lab, node: &Node, service: &VirtualService) -> bool {
    let shares = |network: &crate::lab::Network| {
        network.subnet.contains(&service.vip)
            && service.servers().any(|d| network.subnet.contains(&d.address))
            && node.interface_in(&network.name).is_some()
    };
    rewrites(service) && lab.networks.iter().any(shares)
}
