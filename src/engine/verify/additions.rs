use super::compare::Found;
use crate::kernel::{Observed, ObservedAddress, ObservedDirectRoute, ObservedRoute};
use crate::lab::NodeName;
use crate::plan::{Daemon, Op, Plan};
use indexmap::IndexMap;
use ipnet::IpNet;
use std::net::IpAddr;

/// What is on a node and not in the plan, and that is left alone. What
/// the kernel, a daemon or a command of the file adds is no addition.
pub(super) fn undeclared(found: &mut Found<'_>) {
    for (node, planned) in by_node(found.plan) {
        let Some(seen) = found.survey.node(&node) else { continue };
        let planned = Planned(planned);
        if planned.has(|op| matches!(op, Op::RunCommand { .. })) {
            continue;
        }
        let mut words = planned.strange_services(seen);
        words.extend(seen.drops.iter().map(|rule| format!("packets are dropped: {rule}")));
        words.extend(planned.strange_addresses(seen));
        words.extend(planned.strange_routes(seen));
        words.into_iter().for_each(|words| found.leave(&node, words));
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
struct Planned<'a>(Vec<&'a Op>);

impl Planned<'_> {
    fn has(&self, kind: impl Fn(&Op) -> bool) -> bool {
        self.0.iter().any(|op| kind(op))
    }

    /// Those of a table that the plan does not fill, and no daemon makes.
    fn strange_services(&self, seen: &Observed) -> Vec<String> {
        let is_made = |op: &Op| match op {
            Op::AddService { .. } => true,
            Op::StartDaemon { daemon, .. } => daemon.makes_table(),
            _ => false,
        };
        if self.has(is_made) {
            return Vec::new();
        }
        let words = |key| format!("virtual service {key} is not in the file");
        seen.services.iter().map(|service| words(service.key)).collect()
    }

    fn strange_addresses(&self, seen: &Observed) -> Vec<String> {
        let is_strange = |there: &&ObservedAddress| {
            let known = |op: &Op| knows(op, there);
            !is_the_kernels(there) && !self.has(known)
        };
        let words = |there: &ObservedAddress| {
            format!("address {} on {} is not in the file", there.address, there.interface)
        };
        seen.addresses.iter().filter(is_strange).map(words).collect()
    }

    fn strange_routes(&self, seen: &Observed) -> Vec<String> {
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
        let strange = seen.routes.iter().filter(is_strange);
        let strange = strange.map(|there| format!("{} via {}", to(there.destination), there.via));
        let routes = strange.chain(seen.direct_routes.iter().map(direct_words));
        routes.map(|route| format!("{route} is not in the file")).collect()
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

fn direct_words(there: &ObservedDirectRoute) -> String {
    let way = there.interface.as_ref().map(|name| format!("on {name}"));
    format!("{} {}", to(there.destination), way.unwrap_or_else(|| "to nowhere".to_owned()))
}

fn to(destination: Option<IpNet>) -> String {
    destination.map_or_else(|| "default route".to_owned(), |net| format!("route to {net}"))
}
