use super::compare::Found;
use super::{interfaces, surplus};
use crate::kernel::{Observed, ObservedAddress, ObservedDirectRoute, ObservedRoute, Removable};
use crate::lab::{Family, NodeName};
use crate::plan::{self, Daemon, Op, Plan};
use indexmap::IndexMap;
use ipnet::IpNet;
use std::net::IpAddr;

/// Something that was added from outside the lab, and what takes it away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Addition {
    /// What it is.
    pub(super) words: String,
    /// What a person would type in the node.
    pub(super) away: Vec<String>,
}

/// What is on a node and not in the plan, and that is left alone. What the kernel, a daemon or a
/// command of the file adds is no addition.
pub(super) fn undeclared(found: &mut Found<'_>) {
    for (node, planned) in by_node(found.plan) {
        let Some(seen) = found.survey.node(&node) else { continue };
        let planned = Planned { node: &node, plan: found.plan, ops: planned };
        if planned.has(|op| matches!(op, Op::RunCommand { .. })) {
            continue;
        }
        let dropping = |rule: &Removable<String>| Addition {
            words: format!("packets are dropped: {}", rule.what),
            away: rule.away.clone(),
        };
        let links = interfaces::strange(&node, seen, found.plan);
        let mut added = planned.strange_services(seen);
        added.extend(seen.drops.iter().map(dropping));
        added.extend(planned.strange_marks(seen));
        added.extend(links.iter().map(|name| interfaces::addition(name)));
        let is_on = |name: &str| links.contains(name);
        added.extend(planned.strange_addresses(seen, is_on));
        added.extend(planned.strange_routes(seen, is_on));
        added.extend(Planned::strange_rules(seen));
        added.into_iter().for_each(|addition| found.leave(&node, addition));
    }
}

/// The operations of each node; a VIP that moves is of each director that may have it.
fn by_node(plan: &Plan) -> IndexMap<NodeName, Vec<&Op>> {
    let mut nodes: IndexMap<NodeName, Vec<&Op>> = IndexMap::new();
    for op in plan.steps.iter().map(|step| &step.op) {
        if let Op::AwaitAddress { others, .. } = op {
            others.iter().for_each(|other| nodes.entry(other.clone()).or_default().push(op));
        }
        nodes.entry(op.node()).or_default().push(op);
    }
    nodes
}

/// The operations of a node.
pub(super) struct Planned<'a> {
    node: &'a NodeName,
    plan: &'a Plan,
    ops: Vec<&'a Op>,
}

impl Planned<'_> {
    fn has(&self, kind: impl Fn(&Op) -> bool) -> bool {
        self.ops.iter().any(|op| kind(op))
    }

    /// What an operation would have made, and the plan does not have.
    fn addition(&self, op: &Op, words: String) -> Addition {
        Addition { words, away: plan::typed_away(op, self.plan) }
    }

    /// Those of a table that the plan does not fill, and no daemon makes.
    fn strange_services(&self, seen: &Observed) -> Vec<Addition> {
        let is_made = |op: &Op| match op {
            Op::AddService { .. } => true,
            Op::StartDaemon { daemon, .. } => daemon.makes_table(),
            _ => false,
        };
        if self.has(is_made) {
            return Vec::new();
        }
        let addition = |there| {
            let service = surplus::entry(there);
            let words = format!("virtual service {} is not in the file", service.key);
            self.addition(&Op::AddService { node: self.node.clone(), service }, words)
        };
        seen.services.iter().map(addition).collect()
    }

    /// Rules without our sign that do what ours would, for what is not in the file.
    fn strange_marks(&self, seen: &Observed) -> Vec<Addition> {
        let nat = seen.typed.source_nat.iter().map(|Removable { what: service, away }| {
            let op = Op::AddSourceNat { node: self.node.clone(), service: *service };
            (op, format!("source NAT for {service} is not in the file"), away)
        });
        let marks = seen.typed.marked.iter().map(|Removable { what: packets, away }| {
            let op = Op::MarkPackets { node: self.node.clone(), packets: packets.clone() };
            (op, format!("packets to {packets}: the mark is not in the file"), away)
        });
        let strange = nat.chain(marks).filter(|(op, ..)| !self.has(|planned| planned == op));
        strange.map(|(_, words, away)| Addition { words, away: away.clone() }).collect()
    }

    fn strange_addresses(&self, seen: &Observed, is_on: impl Fn(&str) -> bool) -> Vec<Addition> {
        let is_strange = |there: &&ObservedAddress| {
            let known = |op: &Op| knows(op, there);
            !is_on(&there.interface) && !is_the_kernels(there) && !self.has(known)
        };
        let addition = |ObservedAddress { interface, address }: &ObservedAddress| {
            let (node, interface) = (self.node.clone(), interface.clone());
            let words = format!("address {address} on {interface} is not in the file");
            self.addition(&Op::AddAddress { node, interface, address: *address }, words)
        };
        seen.addresses.iter().filter(is_strange).map(addition).collect()
    }

    fn strange_routes(&self, seen: &Observed, is_on: impl Fn(&str) -> bool) -> Vec<Addition> {
        let is_strange = |there: &&ObservedRoute| {
            // Another next hop is a drift of the route that the plan has.
            let same = |op: &Op| match op {
                Op::AddRoute { destination, via, .. } => {
                    destination.map(|net| net.trunc()) == there.destination
                        && via.is_ipv4() == there.via.is_ipv4()
                }
                _ => false,
            };
            !self.has(same)
        };
        let is_elsewhere = |interface: Option<&str>| !interface.is_some_and(&is_on);
        let strange = seen.routes.iter().filter(|there| is_elsewhere(there.interface.as_deref()));
        let strange = strange.filter(is_strange).map(|there| {
            let (destination, via) = (there.destination, there.via);
            let op = Op::AddRoute { node: self.node.clone(), destination, via };
            self.addition(&op, format!("{} via {via} is not in the file", to(destination)))
        });
        let direct =
            seen.direct_routes.iter().filter(|there| is_elsewhere(there.leads.interface()));
        strange.chain(direct.map(direct_route)).collect()
    }
}

/// What every namespace has, and what an interface gives itself in IPv6: a link-local address, and
/// `sit0` those that have an IPv4 one in them (RFC 4291, 2.5.6 and 2.5.5.1).
fn is_the_kernels(there: &ObservedAddress) -> bool {
    let address = there.address.addr();
    let by_itself = match address {
        IpAddr::V4(_) => false,
        IpAddr::V6(v6) => {
            v6.is_unicast_link_local() || (there.interface == "sit0" && v6.to_bits() >> 32 == 0)
        }
    };
    by_itself || (there.interface == "lo" && address.is_loopback())
}

/// Whether an operation adds an address, or starts a daemon that takes it and gives it up.
fn knows(op: &Op, there: &ObservedAddress) -> bool {
    let held = there.address.addr();
    match op {
        Op::AddAddress { interface, address, .. } => {
            *interface == there.interface && *address == there.address
        }
        Op::AwaitAddress { address, .. } => *address == held,
        Op::StartDaemon { daemon, .. } => match daemon {
            Daemon::Speaker(speaker) => {
                let vips = speaker.seats.iter().flat_map(|seat| &seat.vips);
                vips.into_iter().any(|vip| vip.address.addr() == held)
            }
            Daemon::Keepalived { configuration, .. } => {
                let mut words = configuration.split(|c: char| c.is_whitespace() || c == '/');
                words.any(|word| word.parse() == Ok(held))
            }
            Daemon::Checker(_) | Daemon::Ldirectord { .. } => false,
        },
        _ => false,
    }
}

/// Told with all that tells it from another route to the same destination, as the plan's.
fn direct_route(there: &ObservedDirectRoute) -> Addition {
    let destination = there.destination.map_or_else(|| "default".to_owned(), |net| net.to_string());
    let kind = there.leads.keyword();
    let (way, dev) = match (there.leads.interface(), kind) {
        (Some(name), _) => (format!("on {name}"), format!(" dev {name}")),
        (None, Some(kind)) => (format!("to nowhere ({kind})"), String::new()),
        (None, None) => ("via several next hops".to_owned(), String::new()),
    };
    let kind = kind.map_or_else(String::new, |word| format!("{word} "));
    let of = option(there.family);
    let metric = Some(there.metric).filter(|metric| *metric != 0);
    let metric = metric.map_or_else(String::new, |metric| format!(" metric {metric}"));
    let tos = Some(there.tos).filter(|tos| *tos != 0);
    let tos = tos.map_or_else(String::new, |tos| format!(" tos {tos:#x}"));
    Addition {
        words: format!("{} {way} is not in the file", to(there.destination)),
        away: vec![format!("ip{of} route del {kind}{destination}{tos}{dev}{metric}")],
    }
}

/// What ip(8) is given for a family that is not the one it takes by itself.
pub(super) fn option(family: Family) -> &'static str {
    match family {
        Family::Inet => "",
        Family::Inet6 => " -6",
    }
}

fn to(destination: Option<IpNet>) -> String {
    destination.map_or_else(|| "default route".to_owned(), |net| format!("route to {net}"))
}
