use super::super::rule;
use super::{View, reach};
use crate::lab::{
    Destination, Family, ForwardingMethod, Interface, Lab, Node, Role, Sysctl, VirtualService,
};

/// Settings of the file's that take back what a forwarding method, or a router, needs. The plan would
/// derive them, and the file's word is stronger.
pub fn check(view: &mut View<'_>) {
    for router in view.lab.with_role(Role::Router).filter(|r| view.sure(&r.at)).collect::<Vec<_>>()
    {
        routers_forwarding(router, view);
    }
    for (service, destination, server) in view.destinations() {
        let need = Need { service, destination, server };
        let is_local = service.directors.contains(&server.name);
        if destination.forwarding.keeps_vip() {
            if !is_local || service.peer(&server.name).is_some() {
                need.silence(view);
            }
            need.loose_source(view);
        } else if !is_local {
            for director in view.directors(service) {
                need.forwarding_of(director, view);
                need.conntrack_of(director, view);
                need.no_redirects_of(director, view);
            }
        }
    }
}

/// An entry of a table, and the node that it stands for.
struct Need<'l> {
    service: &'l VirtualService,
    destination: &'l Destination,
    server: &'l Node,
}

impl Need<'_> {
    /// The real server may not answer for the VIP, nor tell of it, where others ask for it.
    fn silence(&self, view: &mut View<'_>) {
        let vip = self.service.vip;
        let facing = self.server.interfaces.iter().find(|i| i.address.contains(&vip));
        let Some(link) = facing.filter(|_| vip.is_ipv4() && self.server.loopback_vips) else {
            return;
        };
        let ignore = Conf { node: self.server, setting: "arp_ignore", derived: 1 };
        let message = format!("`{}` answers ARP for the VIP `{vip}` too", self.server.name);
        tell(
            ignore.guilty(&link.name, |value| !matches!(value, 1 | 2 | 8)),
            &message,
            ARP_IGNORE,
            view,
        );
        let announce = Conf { node: self.server, setting: "arp_announce", derived: 2 };
        let message = format!("`{}` tells of the VIP `{vip}` in ARP requests", self.server.name);
        tell(announce.guilty(&link.name, |value| value < 2), &message, ARP_ANNOUNCE, view);
    }

    /// A strict check of sources drops packets that come in otherwise than a reply goes out.
    fn loose_source(&self, view: &mut View<'_>) {
        if self.service.vip.is_ipv6() {
            return;
        }
        let conf = Conf { node: self.server, setting: "rp_filter", derived: 0 };
        let (name, service) = (&self.server.name, &self.service.name);
        let (interface, message) = if self.destination.forwarding == ForwardingMethod::Tun {
            let device = self.destination.tunnel_end(self.service.vip).interface();
            (device, format!("`{name}` drops what comes out of `{device}` for `{service}`"))
        } else {
            let Some(rip) = self.server.interface_of(self.destination.address) else { return };
            let client = asymmetric(view.lab, self.service, self.server, rip);
            let Some(client) = client.map(|client| &client.name) else { return };
            let message = format!(
                "`{name}` drops requests of client `{client}`: they come in by `{}`, and its way \
                 to the client is another one",
                rip.network
            );
            (rip.name.as_str(), message)
        };
        tell(conf.guilty(interface, |value| value == 1), &message, RP_FILTER, view);
    }

    fn forwarding_of(&self, director: &Node, view: &mut View<'_>) {
        let family = Family::of(self.service.vip);
        let rip = director.interfaces_shared_with(self.server).find(|i| family.has(i.address));
        let mut keys = forwarding_keys(family);
        if let (Family::Inet, Some(rip)) = (family, rip) {
            keys.push(format!("net.ipv4.conf.{}.forwarding", rip.name));
        }
        let method = self.destination.forwarding.keyword().to_uppercase();
        let message = format!("`{}` does not forward, as {method} needs it to", director.name);
        tell(off(director, &keys), &message, FORWARDING, view);
    }

    fn conntrack_of(&self, director: &Node, view: &mut View<'_>) {
        const KEY: &str = "net.ipv4.vs.conntrack";
        if self.destination.forwarding != ForwardingMethod::FullNat {
            return;
        }
        let own = director.sysctls.iter().find(|s| s.key.0 == KEY);
        let all = view.lab.ipvs.iter().flat_map(|ipvs| &ipvs.sysctls).find(|s| s.key.0 == KEY);
        let off = own.or(all).filter(|s| number(s) == Some(0));
        let message = format!("no SNAT rule of `{}` sees what IPVS forwards", director.name);
        tell(off, &message, CONNTRACK, view);
    }

    /// Where client and real server are neighbours, a redirect tells them of the way past the
    /// director (ip-sysctl: either of `all` and the interface is enough).
    fn no_redirects_of(&self, director: &Node, view: &mut View<'_>) {
        let vip = self.service.vip;
        let rip = self.destination.address;
        let mut shared = director.interfaces_shared_with(self.server);
        let link = shared.find(|i| i.address.contains(&vip) && i.address.contains(&rip));
        let Some(link) = link else { return };
        let (node, setting) = match Family::of(vip) {
            Family::Inet => (director, "send_redirects"),
            Family::Inet6 => (self.server, "accept_redirects"),
        };
        let own = node.interface_in(&link.network).map_or("eth0", |i| i.name.as_str());
        let family = if vip.is_ipv4() { "ipv4" } else { "ipv6" };
        let keys = ["all", own].map(|name| format!("net.{family}.conf.{name}.{setting}"));
        // In IPv6 `all` changes nothing of the interfaces that are there.
        let keys = if vip.is_ipv4() { &keys[..] } else { &keys[1..] };
        let message = format!("redirects lead past the director `{}`", director.name);
        let on = node.sysctls.iter().filter(|s| keys.contains(&s.key.0));
        tell(on.filter(|s| number(s).is_some_and(|n| n != 0)), &message, REDIRECTS, view);
    }
}

const ARP_IGNORE: &str = "leave it out, or write 1: clients must find the director behind the VIP, and the stronger of \
     `all` and the interface counts";
const ARP_ANNOUNCE: &str =
    "leave it out, or write 2: neighbours learn from ARP requests too whose the VIP is";
const RP_FILTER: &str = "leave it out, or write 0 or 2: the stronger of `all` and the interface counts, and 1 drops \
     packets whose source has its route by another interface";
const FORWARDING: &str = "leave it out, or write 1: else the packets of others are dropped";
const CONNTRACK: &str = "leave it out, or write 1: FULLNAT is IPVS's NAT and an SNAT rule, and without conntrack the \
     rule never counts";
const REDIRECTS: &str = "leave it out, or write 0: who heeds a redirect talks to its neighbour past the director, which \
     then rewrites nothing";

fn routers_forwarding(router: &Node, view: &mut View<'_>) {
    for family in Family::ALL {
        let keys = forwarding_keys(family);
        let message = format!("the router `{}` does not forward", router.name);
        tell(off(router, &keys), &message, FORWARDING, view);
    }
}

fn forwarding_keys(family: Family) -> Vec<String> {
    let keys: &[&str] = match family {
        Family::Inet => &["net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding"],
        Family::Inet6 => &["net.ipv6.conf.all.forwarding"],
    };
    keys.iter().map(|key| (*key).to_owned()).collect()
}

/// Those of a node's settings that are 0.
fn off<'n>(node: &'n Node, keys: &[String]) -> Vec<&'n Sysctl> {
    let is_off = |s: &&Sysctl| keys.contains(&s.key.0) && number(s) == Some(0);
    node.sysctls.iter().filter(is_off).collect()
}

/// Tells of settings that take something back.
fn tell<'s>(
    guilty: impl IntoIterator<Item = &'s Sysctl>,
    message: &str,
    help: &str,
    view: &mut View<'_>,
) {
    for sysctl in guilty {
        view.push(rule::TAKEN_BACK.at(&sysctl.at, message, help));
    }
}

/// A client whose replies leave the real server by another interface than the RIP's.
fn asymmetric<'l>(
    lab: &'l Lab,
    service: &VirtualService,
    server: &Node,
    rip: &Interface,
) -> Option<&'l Node> {
    let goal = reach::Goal::vip(service);
    let mut clients = lab.with_role(Role::Client).filter(|c| reach::arrives(lab, c, &goal));
    clients.find(|client| {
        let mut ways = client.addresses().filter_map(|cip| reach::leaves_by(lab, server, cip));
        ways.any(|network| *network != rip.network)
    })
}

/// A setting of IPv4 that interfaces have beside `all`, of which the greater counts (ip-sysctl:
/// `IN_DEV_MAXCONF` of Linux), and the value that the plan derives for `all`.
struct Conf<'l> {
    node: &'l Node,
    setting: &'static str,
    derived: i64,
}

impl<'l> Conf<'l> {
    fn said(&self, name: &str) -> Option<&'l Sysctl> {
        let key = format!("net.ipv4.conf.{name}.{}", self.setting);
        self.node.sysctls.iter().find(|s| s.key.0 == key)
    }

    /// Those of the two that the file has made so, where the one that counts is so.
    fn guilty(&self, interface: &str, is_bad: impl Fn(i64) -> bool) -> Vec<&'l Sysctl> {
        let value = |name, default| self.said(name).and_then(number).unwrap_or(default);
        let counts = value("all", self.derived).max(value(interface, 0));
        let said = ["all", interface].into_iter().filter_map(|name| self.said(name));
        said.filter(|said| is_bad(counts) && number(said).is_some_and(&is_bad)).collect()
    }
}

/// The value of a setting that is one number.
fn number(sysctl: &Sysctl) -> Option<i64> {
    sysctl.value.trim().parse().ok()
}
