use super::super::rule;
use super::{View, link, local_node, neighbours, reach, trust::Ground};
use crate::lab::{
    Destination, Family, ForwardingMethod, Gateway, NetworkName, Node, Place, Role, Scheduled,
    VirtualService,
};
use std::collections::HashSet;
use std::net::IpAddr;

/// What each forwarding method asks of the network.
pub fn check(view: &mut View<'_>) {
    let mut entries = Vec::new();
    for (service, destination, server) in view.destinations() {
        let entry = Entry { service, destination, server, directors: view.directors(service) };
        if entry.directors.len() < service.directors.len() {
            continue;
        }
        entry.port_mapping(view);
        entry.sticky_mapping(view);
        if service.directors.contains(&server.name) {
            local_node::check(service, destination, view);
            continue;
        }
        entries.push(entry);
    }
    neighbours::families(&entries, view);
    entries.retain(|entry| !entry.is_stuck());
    neighbours::links(&entries, view);
    one_packet(&entries, view);
    let mut told = HashSet::new();
    for entry in &entries {
        entry.nat_gateway(view);
        // That a gateway is the DIP is told once of a real server, whatever the service.
        let of_whom = (entry.name(), entry.family());
        if !told.contains(&of_whom) && entry.direct_gateway(view) {
            told.insert(of_whom);
        }
        entry.one_network(view);
    }
}

/// A real server in a table, with what the rules need.
pub struct Entry<'l> {
    /// The virtual service whose table it is in.
    pub service: &'l VirtualService,
    /// The entry itself.
    pub destination: &'l Destination,
    /// The real server.
    pub server: &'l Node,
    /// The directors of the service.
    pub directors: Vec<&'l Node>,
}

impl<'l> Entry<'l> {
    fn port_mapping(&self, view: &mut View<'_>) {
        let (port, method) = (self.destination.port, self.destination.forwarding);
        let mapped = self.service.ports().iter().find(|virtual_port| **virtual_port != port);
        let Some(virtual_port) = mapped.filter(|_| method.keeps_vip() && port != 0) else { return };
        view.push(rule::PORT_MAPPING.at(
            &self.destination.at,
            format!(
                "{} cannot map port {virtual_port} to port {port} of `{}`",
                title(method),
                self.name()
            ),
            "leave `port` out, or use NAT or FULLNAT: only they rewrite the packet's ports",
        ));
    }

    /// A template by firewall mark keeps the packet's port, whatever the table says (`dport` in
    /// ip_vs_sched_persist, net/netfilter/ipvs/ip_vs_core.c).
    fn sticky_mapping(&self, view: &mut View<'_>) {
        let sticky = self.service.marked.is_some() && self.service.persistence.is_some();
        if sticky && self.destination.port != 0 && !self.destination.forwarding.keeps_vip() {
            view.push(rule::PORT_MAPPING.at(
                &self.destination.at,
                format!(
                    "the port {} of `{}` would be ignored: with persistence by a firewall mark the \
                     kernel keeps the packet's port",
                    self.destination.port,
                    self.name()
                ),
                "leave `port` out, or do without `persistence` or `firewall_mark`",
            ));
        }
    }

    /// Whether the VIP is of one family and the RIP of the other, and no tunnel takes one to the
    /// other (`ip_vs_genl_set_cmd` in ip_vs_ctl.c).
    pub fn is_stuck(&self) -> bool {
        let (vip, rip) = (Family::of(self.service.vip), Family::of(self.destination.address));
        vip != rip && self.destination.forwarding != ForwardingMethod::Tun
    }

    fn family(&self) -> Family {
        Family::of(self.service.vip)
    }

    fn name(&self) -> &crate::lab::NodeName {
        &self.server.name
    }

    /// The DIPs: the directors' addresses on the real server's networks.
    fn dips(&self) -> Vec<IpAddr> {
        let interfaces = self.directors.iter().flat_map(|d| d.interfaces_shared_with(self.server));
        let mine = interfaces.filter(|i| self.family().has(i.address));
        mine.map(|i| i.address.addr()).collect()
    }

    /// The addresses that replies of NAT may go to: those of the master, where directors stand in
    /// for each other, else the DIPs.
    fn ways_back(&self, view: &mut View<'_>) -> Vec<IpAddr> {
        let lab = view.lab;
        let floating: Vec<_> = lab.moving_gateways(self.service, self.server).collect();
        if !floating.is_empty() {
            return floating;
        }
        if self.directors.len() > 1 {
            self.stays(view);
        }
        self.dips()
    }

    fn stays(&self, view: &mut View<'_>) {
        let Some(router) = view.lab.router_of(self.service.vip) else { return };
        view.push(rule::NAT_STAYS.at(
            &self.destination.at,
            format!("no VIP of a virtual router is on a network of `{}`", self.name()),
            format!(
                "add one to `vips` of `{}`: after a takeover replies of NAT must pass the new \
                 master, so the real servers' gateway must move with the VIP",
                router.name
            ),
        ));
    }

    fn nat_gateway(&self, view: &mut View<'_>) {
        // Of a faulty virtual router it is not known which gateway moves with it; and what is wrong
        // with a gateway is told once.
        let known = view.trusts(&[Ground::Routers]);
        let told = view.refused(&self.server.at.key("gateway"));
        if self.destination.forwarding != ForwardingMethod::Nat || told || !known {
            return;
        }
        let dips = self.ways_back(view);
        let routed = self.server.routes.iter().any(|r| dips.contains(&r.via));
        if dips.is_empty() || routed {
            return;
        }
        if let Some(route) = self.server.default_route(self.family()) {
            let given = format!("has the default route by `{}`", route.via);
            return self.not_dip((&route.at, &given), &dips, view);
        }
        let given = match self.server.gateway {
            Gateway::Derived => return,
            Gateway::Address(address) if Family::of(address) != self.family() => return,
            Gateway::Address(address) if dips.contains(&address) => return,
            Gateway::Address(address) => format!("has the gateway `{address}`"),
            Gateway::None => "has no gateway".to_owned(),
        };
        self.not_dip((&self.server.at.key("gateway"), &given), &dips, view);
    }

    fn not_dip(&self, (at, given): (&Place, &str), dips: &[IpAddr], view: &mut View<'_>) {
        if view.refused(at) {
            return;
        }
        view.push(rule::NAT_GATEWAY.at(
            at,
            format!("`{}` is a real server of NAT and {given}", self.name()),
            format!(
                "leave `gateway` out, or set it to the DIP {}: the director must rewrite each reply",
                addresses(dips)
            ),
        ));
    }

    /// Whether it was found that the gateway is the DIP.
    fn direct_gateway(&self, view: &mut View<'_>) -> bool {
        let method = self.destination.forwarding;
        let gateway = view.lab.default_gateway(self.server, self.family()).map(|g| g.via);
        let floating = view.lab.moving_gateways(self.service, self.server);
        let dips: Vec<_> = self.dips().into_iter().chain(floating).collect();
        // Of an address that two nodes have, that alone is told.
        let is_one = |address: &IpAddr| {
            view.lab.nodes.iter().filter(|node| node.addresses().any(|a| a == *address)).count() < 2
        };
        let gateway = gateway.filter(|g| dips.contains(g) && is_one(g));
        let Some(gateway) = gateway else { return false };
        let family = self.family();
        let passes = |d: &&Node| match family {
            Family::Inet => accepts_local(d),
            Family::Inet6 => reach::forwards(view.lab, d, family),
        };
        if !method.keeps_vip() || self.directors.iter().any(passes) {
            return false;
        }
        let (at, cause) = match self.server.gateway {
            Gateway::Address(address) if address == gateway => (self.server.at.key("gateway"), ""),
            _ => (self.destination.at.clone(), ", as NAT in another service wants it"),
        };
        view.push(rule::DR_GATEWAY.at(
            &at,
            format!(
                "`{}` is a real server of {}, and its gateway `{gateway}` is the DIP{cause}",
                self.name(),
                title(method)
            ),
            match family {
                Family::Inet => {
                    "choose a router: the director has the VIP itself, so it drops replies from \
                     the VIP as martians"
                }
                Family::Inet6 => {
                    "choose a router, or set `net.ipv6.conf.all.forwarding: 1` on the director: \
                     it does not forward, and IPv6 knows no martians"
                }
            },
        ));
        true
    }

    /// With the VIP on the real server's own network, replies to clients there bypass the
    /// director.
    fn one_network(&self, view: &mut View<'_>) {
        let vip = self.service.vip;
        let rip = self.server.interface_of(self.destination.address);
        let link = rip.filter(|rip| rip.address.contains(&vip));
        let is_nat = self.destination.forwarding == ForwardingMethod::Nat;
        let told = view.blamed(&self.service.at.key("vip"));
        let Some(link) = link.filter(|link| is_nat && !told && has_client(view, &link.network))
        else {
            return;
        };
        view.push(rule::NAT_ONE_NETWORK.at(
            &self.service.at.key("vip"),
            format!("the VIP `{vip}` and the real servers of NAT are both in `{}`", link.network),
            "put the VIP into another network: clients of this one would get replies past the \
             director, with the wrong address",
        ));
    }
}

/// Of one-packet scheduling nothing is left by which a reply could be rewritten.
fn one_packet(entries: &[Entry<'_>], view: &mut View<'_>) {
    let loses = |entry: &&Entry<'_>| {
        entry.service.scheduled == Scheduled::Packets && !entry.destination.forwarding.keeps_vip()
    };
    let losing: Vec<_> = entries.iter().filter(loses).collect();
    for of_one in losing.chunk_by(|a, b| a.service.name == b.service.name) {
        let [first, ..] = of_one else { continue };
        view.push(rule::ONE_PACKET_NAT.at(
            &first.service.at.key("one_packet"),
            format!(
                "the director rewrites no reply of {}, as {} must",
                link::some_names(of_one.iter().map(|entry| entry.name())),
                title(first.destination.forwarding)
            ),
            "choose DR or TUN: with one-packet scheduling the director remembers nothing by which it \
             would know a reply",
        ));
    }
}

/// Whether a client is plugged into a network.
fn has_client(view: &View<'_>, network: &NetworkName) -> bool {
    let mut clients = view.lab.with_role(Role::Client);
    clients.any(|client| client.interfaces.iter().any(|own| own.network == *network))
}

/// Whether a director was told to take replies from its own VIP (ip-sysctl: accept_local).
fn accepts_local(director: &Node) -> bool {
    let set = |s: &&crate::lab::Sysctl| s.key.0.ends_with(".accept_local") && s.value == "1";
    director.sysctls.iter().any(|s| set(&s))
}

/// A method as it is spoken of.
pub fn title(method: ForwardingMethod) -> String {
    method.keyword().to_uppercase()
}

fn addresses(addresses: &[IpAddr]) -> String {
    let mut unique: Vec<String> = addresses.iter().map(|a| format!("`{a}`")).collect();
    unique.dedup();
    unique.join(" or ")
}
