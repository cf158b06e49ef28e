use super::super::{
    faults::Named,
    rule,
    wire::{self, Entries, List},
};
use super::draft::{Draft, Lookup};
use super::ports::{self, Ports};
use super::{address, destination, health, name, number::Bounds, trust::Trust, tunnel};
use crate::lab::{
    Family, ForwardingMethod, NodeName, Persistence, Place, Protocol, Quorum, Role, Scheduled,
    Scheduler, SchedulerFlag, ServiceName, VirtualService,
};
use std::net::IpAddr;
use std::time::Duration;

/// Builds the virtual services.
pub fn build(services: Entries<wire::VirtualService>, draft: &mut Draft<'_>) {
    let all = Place::root().key("virtual_services");
    for (name, service) in services.0 {
        let at = all.key(&name);
        let name = name::parse(&name, name::LABEL, &at.as_key(), draft.faults);
        if let (Some(name), Some(service)) = (name, service)
            && let Some(service) = one(name, service, &at, draft)
        {
            draft.lab.services.push(service);
        }
    }
}

/// Stands for a VIP that is unknown.
const UNKNOWN: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);

/// A virtual service, if it is known what clients ask for and how packets are handed on. The rest is
/// judged either way: for what is unknown something stands in that no rule refuses, as TUN is the
/// method that goes with a tunnel and without one.
fn one(
    name: ServiceName,
    wire: wire::VirtualService,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<VirtualService> {
    let vip = wire.vip.as_deref();
    let vip = vip.and_then(|vip| address::address(vip, &at.key("vip"), draft.faults));
    let ports = ports::build(&wire, at, draft);
    let scheduler = wire.scheduler.unwrap_or(Scheduler::Wlc);
    let flags = flags(wire.scheduler_flags, scheduler, at, draft);
    let persistence = wire.persistence.and_then(|p| {
        let family = vip.map_or(Family::Inet6, Family::of);
        persistence(p, family, &at.key("persistence"), draft)
    });
    let idle = [
        ("quorum", wire.quorum.is_some()),
        ("hysteresis", wire.hysteresis.is_some()),
        ("sorry_server", wire.sorry_server.is_some()),
    ];
    if wire.health_check.is_none() && draft.faults.sure(&at.key("health_check")) {
        health::idle(&idle, at, draft);
    }
    let directors = directors((&name, vip), wire.directors, at, draft);
    let tunnel = wire.tunnel.as_ref().map(|t| tunnel::build(t, &at.key("tunnel"), draft));
    let is_whole = vip.is_some() && ports.is_some() && wire.forwarding.is_some();
    let Ports { first: port, marked } = ports.unwrap_or(Ports::UNKNOWN);
    let mut service = VirtualService {
        name,
        directors,
        vip: vip.unwrap_or(UNKNOWN),
        port,
        marked,
        protocol: wire.protocol,
        scheduled: scheduled(wire.one_packet, wire.protocol, at, draft),
        scheduler,
        flags,
        forwarding: wire.forwarding.map_or(ForwardingMethod::Tun, Into::into),
        tunnel: tunnel.flatten().unwrap_or_default(),
        persistence,
        destinations: Vec::new(),
        health_check: wire.health_check.and_then(|h| health::build(h, wire.protocol, at, draft)),
        quorum: Quorum::default(),
        sorry_server: None,
        at: at.clone(),
    };
    service.destinations = destination::build(wire.real_servers, &service, draft);
    service.sorry_server = wire.sorry_server.and_then(|s| destination::sorry(s, &service, draft));
    if tunnel.is_some() {
        tunnel::unused(&service, draft);
    }
    service.quorum = health::quorum(wire.quorum, wire.hysteresis, &service, draft);
    is_whole.then_some(service)
}

/// What the scheduler is asked for; one-packet scheduling is of UDP only.
fn scheduled(one_packet: bool, protocol: Protocol, at: &Place, draft: &mut Draft<'_>) -> Scheduled {
    match (one_packet, protocol) {
        (false, _) => Scheduled::Connections,
        (true, Protocol::Udp) => Scheduled::Packets,
        (true, other) => {
            draft.faults.push(rule::ONE_PACKET.at(
                &at.key("one_packet"),
                format!("{} has connections, which the scheduler is asked for", other.title()),
                "leave `one_packet` out, or choose `protocol: udp`",
            ));
            Scheduled::Connections
        }
    }
}

fn flags(
    flags: Vec<Option<SchedulerFlag>>,
    scheduler: Scheduler,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Vec<SchedulerFlag> {
    let takes = matches!(scheduler, Scheduler::Sh | Scheduler::Mh);
    let all = at.key("scheduler_flags");
    if !takes && !flags.is_empty() && draft.faults.sure(&at.key("scheduler")) {
        draft.faults.push(rule::SCHEDULER_FLAG.at(
            &all,
            format!("the scheduler `{scheduler}` takes no flags"),
            "leave the flags out, or choose `sh` or `mh`, which hash",
        ));
    }
    flags.into_iter().flatten().collect()
}

fn persistence(
    wire: wire::Persistence,
    family: Family,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<Persistence> {
    let (timeout, prefix_length, timeout_at) = match wire {
        wire::Persistence::Timeout(timeout) => (timeout, None, at.clone()),
        wire::Persistence::Details(d) => (d.timeout, d.prefix_length, at.key("timeout")),
    };
    let (rule, why) = (rule::PERSISTENCE, "these are seconds, and ipvsadm allows 31 days");
    let seconds = Bounds { rule, noun: "persistence timeout", range: 1..=2_678_400, why };
    let most = family.bits().into();
    let why = "it is how many bits of the client's address count";
    let bits = Bounds { rule, noun: "prefix length", range: 1..=most, why };
    let prefix_length =
        bits.check(prefix_length.unwrap_or(most), &at.key("prefix_length"), draft.faults);
    let timeout = seconds.check(timeout, &timeout_at, draft.faults);
    Some(Persistence { timeout: Duration::from_secs(timeout?), prefix_length: prefix_length? })
}

/// The directors of a service that names none: those of the virtual router that has its VIP, else
/// all.
fn implied(vip: Option<IpAddr>, draft: &Draft<'_>) -> Vec<NodeName> {
    match vip.and_then(|vip| draft.lab.router_of(vip)) {
        Some(router) => router.priorities.keys().cloned().collect(),
        None => draft.lab.with_role(Role::Director).map(|n| n.name.clone()).collect(),
    }
}

/// The directors of a service: those that it names, or those that its VIP implies.
fn directors(
    service: (&ServiceName, Option<IpAddr>),
    names: Option<List<String>>,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Vec<NodeName> {
    let ((name, vip), all) = (service, at.key("directors"));
    let nodes = Place::root().key("directors");
    if names.is_none() && !Trust::in_routers(draft.faults) {
        // Whom a faulty virtual router would have implied is unknown.
        draft.faults.doubt(&all);
    }
    let found = match names {
        None => implied(vip, draft),
        Some(names) => {
            let named = names.0.into_iter().enumerate();
            named
                .flat_map(|(i, name)| of_role(&name?, Role::Director, &all.index(i), draft))
                .flatten()
                .collect::<Vec<_>>()
        }
    };
    if found.is_empty() && draft.faults.sure(&all) && draft.faults.sure(&nodes) {
        draft.faults.push(rule::NO_DIRECTOR.at(
            &at.as_key(),
            format!("the virtual service `{name}` has no director to hold it"),
            "add a node under `directors:`",
        ));
        if draft.lab.with_role(Role::Director).next().is_none() {
            // That there is none at all is told once.
            draft.faults.doubt(&nodes);
        }
    }
    if found.is_empty() {
        draft.faults.doubt(&all);
    }
    found
}

/// The nodes that a word stands for, if they have this role.
pub fn of_role(word: &str, role: Role, at: &Place, draft: &mut Draft<'_>) -> Option<Vec<NodeName>> {
    let fault = |message: String, draft: &Draft<'_>| {
        rule::UNKNOWN_NODE.at(at, message, draft.node_help(word, Some(role)))
    };
    match draft.lookup(word, Some(role)) {
        Lookup::Faulty => draft.faults.doubt(at),
        Lookup::Unknown => {
            let fault = fault(format!("{} `{word}` is not defined", role.noun()), draft);
            draft.faults.unknown(Named::Node, word, fault);
        }
        Lookup::Nodes(nodes) => match draft.declared.nodes.get(word).filter(|r| **r != role) {
            None => return Some(nodes),
            Some(other) => {
                let message = format!("`{word}` is a {}, not a {}", other.noun(), role.noun());
                let fault = fault(message, draft);
                draft.faults.push(fault);
            }
        },
    }
    None
}

/// The one node that a word stands for, if it has this role.
pub fn one_of_role(word: &str, role: Role, at: &Place, draft: &mut Draft<'_>) -> Option<NodeName> {
    of_role(word, role, at, draft)?;
    super::scenario::node(word, at, draft)
}
