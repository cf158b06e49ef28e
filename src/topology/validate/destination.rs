use super::super::{
    rule,
    wire::{Server, Servers, SorryServer, SorryServerDetails},
};
use super::{Draft, network, number::Bounds, service::of_role, tunnel};
use crate::lab::{
    Destination, Family, ForwardingMethod, Interface, NetworkName, Node, NodeName, Place, Role,
    Thresholds, Tunnel, VirtualService,
};
use std::net::IpAddr;

/// Builds a virtual service's table.
pub fn build(
    servers: Servers,
    service: &VirtualService,
    draft: &mut Draft<'_>,
) -> Vec<Destination> {
    let all = service.at.key("real_servers");
    let entries = entries(servers, &all);
    if entries.is_empty() && draft.faults.sure(&all) {
        draft.faults.push(rule::NO_SERVERS.at(
            &service.at.as_key(),
            format!("the virtual service `{}` has no real servers", service.name),
            "name them under `real_servers:`; until then the kernel refuses each connection",
        ));
        // Who is expected to answer is missed as well.
        draft.faults.doubt(&all);
    }
    let mut built = Vec::new();
    for (name, server, at) in entries {
        let nodes = serving(&name, service, &at, draft).unwrap_or_default();
        doubted(&nodes, &at, draft);
        let Some(pattern) = settings(&server, service, at, draft) else { continue };
        built.extend(nodes.into_iter().filter_map(|node| pattern.of(node, service, draft)));
    }
    repeated(&mut built, draft);
    built
}

/// An entry is in doubt with the addresses of a node that it names.
fn doubted(nodes: &[NodeName], at: &Place, draft: &mut Draft<'_>) {
    let addresses = |name| draft.lab.node(name).map(|node: &Node| node.at.key("addresses"));
    if nodes.iter().filter_map(addresses).any(|addresses| !draft.faults.sure(&addresses)) {
        draft.faults.doubt(at);
    }
}

/// Builds a virtual service's sorry server.
pub fn sorry(
    wire: SorryServer,
    service: &VirtualService,
    draft: &mut Draft<'_>,
) -> Option<Destination> {
    let at = service.at.key("sorry_server");
    let (name, name_at, server) = match wire {
        SorryServer::Name(name) => (name, at.clone(), Server::default()),
        SorryServer::Details(SorryServerDetails { server, port, address }) => {
            (server, at.key("server"), Server { port, address, ..Server::default() })
        }
    };
    let node = one_serving(&name, service, &name_at, draft);
    settings(&server, service, at, draft)?.of(node?, service, draft)
}

/// The nodes that a word stands for: real servers, or a director of the service, which then serves
/// itself (IPVS's local node).
fn serving(
    word: &str,
    service: &VirtualService,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<Vec<NodeName>> {
    if draft.declared.nodes.get(word) != Some(&Role::Director) {
        return of_role(word, Role::RealServer, at, draft);
    }
    let nodes = of_role(word, Role::Director, at, draft)?;
    let holds = nodes.iter().all(|node| service.directors.contains(node));
    if !holds && draft.faults.sure(&service.at.key("directors")) {
        draft.faults.push(rule::LOCAL_NODE.at(
            at,
            format!("director `{word}` does not hold `{}`", service.name),
            "only a director that holds a virtual service can be its own real server; name a node \
             under `real_servers:`",
        ));
    }
    holds.then_some(nodes)
}

/// The one node that a word stands for, if it can serve.
fn one_serving(
    word: &str,
    service: &VirtualService,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<NodeName> {
    serving(word, service, at, draft)?;
    super::scenario::node(word, at, draft)
}

/// The names with their settings, and where they stand.
fn entries(servers: Servers, all: &Place) -> Vec<(String, Server, Place)> {
    match servers {
        Servers::List(names) => {
            let names = names.0.into_iter().enumerate();
            names.filter_map(|(i, name)| Some((name?, Server::default(), all.index(i)))).collect()
        }
        Servers::Table(table) => {
            let place = |name: &str| all.key(name).as_key();
            let table = table.0.into_iter();
            table.filter_map(|(name, server)| Some((name.clone(), server?, place(&name)))).collect()
        }
    }
}

/// What an entry says of each node that its name stands for.
struct Pattern {
    port: u16,
    weight: u32,
    forwarding: ForwardingMethod,
    tunnel: Tunnel,
    thresholds: Thresholds,
    rip: Rip,
    at: Place,
}

/// Which of its addresses a real server is reached by.
enum Rip {
    /// Nothing is said: on a network that it shares with a director.
    Derived,
    /// The one in this network, and where the file says so.
    In(NetworkName, Place),
    /// This one.
    Given(IpAddr),
}

impl Pattern {
    fn of(
        &self,
        real_server: NodeName,
        service: &VirtualService,
        draft: &mut Draft<'_>,
    ) -> Option<Destination> {
        let node = draft.lab.node(&real_server)?;
        let address = match &self.rip {
            Rip::Derived => rip(node, service, draft)?,
            Rip::In(network, at) => match node.interface_in(network) {
                Some(interface) => interface.address.addr(),
                None => return not_plugged(&real_server, network, at, draft),
            },
            Rip::Given(address) => *address,
        };
        Some(Destination {
            real_server,
            address,
            port: self.port,
            weight: self.weight,
            forwarding: self.forwarding,
            tunnel: self.tunnel,
            thresholds: self.thresholds,
            at: self.at.clone(),
        })
    }
}

fn settings(
    server: &Server,
    service: &VirtualService,
    at: Place,
    draft: &mut Draft<'_>,
) -> Option<Pattern> {
    let value = Place { part: crate::lab::Part::Value, ..at.clone() };
    let same = if service.marked.is_some() { 0 } else { service.port };
    let port = server
        .port
        .map_or(Some(same), |port| Bounds::port().check(port, &value.key("port"), draft.faults));
    let weight = weight_bounds();
    let weight = weight.check(server.weight.unwrap_or(1), &value.key("weight"), draft.faults);
    let thresholds = thresholds(server, &value, draft);
    let forwarding = server.forwarding.map_or(service.forwarding, ForwardingMethod::from);
    let tunnel = tunnel(server, service, &value, draft);
    let rip = chosen(server, &value.key("address"), draft);
    let (port, weight, thresholds, rip) = (port?, weight?, thresholds?, rip?);
    Some(Pattern { port, weight, forwarding, tunnel, thresholds, rip, at })
}

/// Which address an entry asks for.
fn chosen(server: &Server, at: &Place, draft: &mut Draft<'_>) -> Option<Rip> {
    match (server.rip, server.address.as_deref()) {
        (Some(address), _) => Some(Rip::Given(address)),
        (None, None) => Some(Rip::Derived),
        (None, Some(word)) => {
            let (network, _) = network::find(word, at, draft)?;
            Some(Rip::In(network, at.clone()))
        }
    }
}

fn not_plugged<T>(
    server: &NodeName,
    network: &NetworkName,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<T> {
    let node = draft.lab.node(server)?;
    // Where its addresses are in doubt, it may be plugged into the network. Replicas share a place.
    if draft.faults.sure(&node.at) && draft.faults.sure(at) {
        let networks = node.interfaces.iter().map(|i| format!("`{}`", i.network));
        let networks = networks.collect::<Vec<_>>().join(", ");
        draft.faults.push(rule::NO_RIP.at(
            at,
            format!("`{server}` has no address in `{network}`"),
            format!("name one of its networks: {networks}"),
        ));
    }
    None
}

fn tunnel(server: &Server, service: &VirtualService, at: &Place, draft: &mut Draft<'_>) -> Tunnel {
    let Some(wire) = &server.tunnel else { return service.tunnel };
    let at = at.key("tunnel");
    let method = server.forwarding.map_or(service.forwarding, ForwardingMethod::from);
    tunnel::without_tun(method, &at, draft);
    tunnel::build(wire, &at, draft).unwrap_or_default()
}

/// Bounds of a weight.
pub fn weight_bounds() -> Bounds {
    let why = "ipvsadm(8) takes no other weight, and 0 means quiesced";
    Bounds { rule: rule::WEIGHT, noun: "weight", range: 0..=65535, why }
}

fn thresholds(server: &Server, at: &Place, draft: &mut Draft<'_>) -> Option<Thresholds> {
    let why = "they are numbers of connections, and 0 means no limit";
    let bounds = Bounds { rule: rule::THRESHOLDS, noun: "threshold", range: 0..=65535, why };
    let mut check = |value: Option<i64>, key| {
        bounds.check::<u32>(value.unwrap_or(0), &at.key(key), draft.faults)
    };
    let upper = check(server.upper_threshold, "upper_threshold");
    let lower = check(server.lower_threshold, "lower_threshold");
    let (upper, lower) = (upper?, lower?);
    if lower > upper {
        draft.faults.push(rule::THRESHOLDS.at(
            &at.key("lower_threshold"),
            format!("the lower threshold `{lower}` is above the upper threshold `{upper}`"),
            "choose a lower threshold below the upper one, or leave it out",
        ));
        return None;
    }
    Some(Thresholds { upper, lower })
}

/// The address that a director uses: on a network that they share, and of the VIP's family, if there
/// is one.
fn rip(node: &Node, service: &VirtualService, draft: &Draft<'_>) -> Option<IpAddr> {
    let directors: Vec<_> = service.directors.iter().filter_map(|d| draft.lab.node(d)).collect();
    let shared = |i: &Interface| match node.role {
        // A director that serves itself does it where it meets the others: its DIP is its RIP.
        Role::Director => {
            draft.lab.with_role(Role::RealServer).any(|s| s.interface_in(&i.network).is_some())
        }
        _ => directors.iter().any(|d| d.interface_in(&i.network).is_some()),
    };
    let family = Family::of(service.vip);
    let liking = |i: &&Interface| (shared(i), family.has(i.address));
    // Of equals `max_by_key` takes the last one, and the first is wanted.
    node.interfaces.iter().rev().max_by_key(liking).map(|i| i.address.addr())
}

/// Takes out a real server that is there twice: the kernel refuses the second one. That two nodes
/// have one address is told of the nodes.
fn repeated(built: &mut Vec<Destination>, draft: &mut Draft<'_>) {
    let mut seen = std::collections::HashSet::new();
    built.retain(|destination| {
        let new =
            seen.insert((destination.real_server.clone(), destination.address, destination.port));
        if !new {
            draft.faults.push(rule::DUPLICATE_SERVER.at(
                &destination.at,
                format!("the real server `{}` is there already", destination.real_server),
                "name it once; a larger `weight` gives it a larger share",
            ));
        }
        new
    });
}
