use super::key::Key;
use super::table::{Server, Service, Table};
use crate::lab::{ForwardingMethod, LabName, Protocol, Scheduler, Tunnel, TunnelChecksum};
use indexmap::IndexMap;
use ipnet::IpNet;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::IpAddr;

/// A topology file for a table of which nothing else is known: a network of 24 bits (in IPv6 64)
/// for each address, one client beside the first VIP, one director on every network, and a router
/// where replies must find their own way.
pub fn sketch(name: &LabName, table: &Table) -> String {
    let sketch = Sketch::of(table);
    let mut text = format!(
        "# Made from a table of ipvsadm: networks, client{} and director are guesses, addresses of\n\
         # services and real servers are the table's.\n\nname: {name}\n",
        if sketch.routed() { ", router" } else { "" }
    );
    text += &sketch.networks();
    text += &sketch.nodes();
    text += &services(table, &sketch.servers);
    text += &scenarios(table);
    text
}

struct Sketch {
    /// The networks with their names, that of the first VIP first.
    networks: IndexMap<IpNet, String>,
    /// The real servers' addresses with their names.
    servers: IndexMap<IpAddr, String>,
    /// Every address of the table.
    taken: BTreeSet<IpAddr>,
    methods: Vec<ForwardingMethod>,
}

impl Sketch {
    fn of(table: &Table) -> Self {
        let servers = || table.services.iter().flat_map(|service| &service.servers);
        let rips = servers().map(|server| server.address.value);
        let rips: Vec<_> = rips.filter(|rip| !rip.is_loopback()).collect();
        let vips: Vec<_> = table.services.iter().filter_map(|s| s.key.vip()).collect();
        let mut named = IndexMap::new();
        for rip in &rips {
            let name = format!("rs{}", named.len() + 1);
            named.entry(*rip).or_insert(name);
        }
        Self {
            networks: networks(&vips, &rips),
            servers: named,
            taken: vips.into_iter().chain(rips).collect(),
            methods: servers().map(|server| server.forwarding).collect(),
        }
    }

    /// Whether replies need a router: those of DR and TUN never pass the director.
    fn routed(&self) -> bool {
        self.networks.len() > 1 && self.methods.iter().any(|method| method.keeps_vip())
    }

    fn networks(&self) -> String {
        let entries = self.networks.iter().map(|(net, name)| format!("  {name}: {net}\n"));
        format!("\nnetworks:\n{}", entries.collect::<String>())
    }

    fn nodes(&self) -> String {
        let mut free = Free { taken: self.taken.clone() };
        let all: Vec<_> = self.networks.iter().collect();
        let client: Vec<_> = all.iter().take(1).copied().collect();
        let mut text = String::new();
        if self.routed() {
            let router = node("router", &free.addresses(&all, Free::first));
            let _ = write!(text, "\nrouters:\n{router}");
        }
        let director = node("director", &free.addresses(&all, Free::last));
        let client = node("client", &free.addresses(&client, Free::last));
        let _ = write!(text, "\nclients:\n{client}\ndirectors:\n{director}\nreal_servers:\n");
        for (rip, name) in &self.servers {
            if let Some(network) = self.networks.get(&around(*rip)) {
                text += &node(name, &[format!("{network}: {rip}")]);
            }
        }
        text
    }
}

/// The addresses that nobody has yet.
pub(super) struct Free {
    pub taken: BTreeSet<IpAddr>,
}

impl Free {
    pub fn addresses(
        &mut self,
        networks: &[(&IpNet, &String)],
        choose: impl Fn(&Self, &IpNet) -> Option<IpAddr>,
    ) -> Vec<String> {
        let mut chosen = Vec::new();
        for (net, name) in networks {
            if let Some(address) = choose(self, net) {
                self.taken.insert(address);
                chosen.push(format!("{name}: {address}"));
            }
        }
        chosen
    }

    pub fn first(&self, net: &IpNet) -> Option<IpAddr> {
        hosts(*net).find(|host| !self.taken.contains(host))
    }

    pub fn last(&self, net: &IpNet) -> Option<IpAddr> {
        hosts(*net).rev().find(|host| !self.taken.contains(host))
    }
}

/// The network that has an address: of 24 bits, in IPv6 of 64.
pub(super) fn around(address: IpAddr) -> IpNet {
    let length = if address.is_ipv4() { 24 } else { 64 };
    IpNet::new_assert(address, length).trunc()
}

/// The addresses of a network's first 254 hosts.
fn hosts(net: IpNet) -> impl DoubleEndedIterator<Item = IpAddr> {
    (1..u8::MAX).map(move |host| match net.network() {
        IpAddr::V4(first) => IpAddr::V4((first.to_bits() | u32::from(host)).into()),
        IpAddr::V6(first) => IpAddr::V6((first.to_bits() | u128::from(host)).into()),
    })
}

/// `lan`, if VIPs and real servers share the one network; else `outside`, where the first VIP is,
/// and `inside1`, `inside2`...
pub(super) fn networks(vips: &[IpAddr], rips: &[IpAddr]) -> IndexMap<IpNet, String> {
    let nets: indexmap::IndexSet<_> = vips.iter().chain(rips).map(|ip| around(*ip)).collect();
    let single = nets.len() == 1;
    let name = |(index, net)| match index {
        0 if single => (net, "lan".to_owned()),
        0 => (net, "outside".to_owned()),
        index => (net, format!("inside{index}")),
    };
    nets.into_iter().enumerate().map(name).collect()
}

pub(super) fn node(name: &str, addresses: &[String]) -> String {
    format!("  {name}: {{ addresses: {{ {} }} }}\n", addresses.join(", "))
}

fn services(table: &Table, names: &IndexMap<IpAddr, String>) -> String {
    let mut text = String::from("\nvirtual_services:\n");
    for (name, service) in table.names().iter().zip(&table.services) {
        let Key::Address { protocol, vip, port } = service.key else {
            let _ = writeln!(
                text,
                "  # {name} is known by a firewall mark: add it with its `vip`, `ports` and\n  # \
                 `firewall_mark`, as no table says what is marked."
            );
            continue;
        };
        let _ = writeln!(text, "  {name}:\n    vip: {}\n    port: {}", vip.value, port.value);
        if protocol != Protocol::Tcp {
            let _ = writeln!(text, "    protocol: {protocol}");
        }
        if service.one_packet.is_some() {
            text += "    one_packet: true\n";
        }
        text += &settings(service);
        text += &servers(service, port.value, names);
    }
    text
}

fn servers(service: &Service, virtual_port: i64, names: &IndexMap<IpAddr, String>) -> String {
    let mut text = format!("    forwarding: {}\n", service.forwarding());
    if !service.servers.is_empty() {
        text += "    real_servers:\n";
    }
    for server in &service.servers {
        if let Some(name) = server_name(server, names) {
            let entry = entry(server, service.forwarding(), virtual_port);
            let _ = writeln!(text, "      {name}: {{ {entry} }}");
        }
    }
    text
}

/// The node that a line means; a loopback address means the director itself.
fn server_name<'n>(server: &Server, names: &'n IndexMap<IpAddr, String>) -> Option<&'n str> {
    let rip = server.address.value;
    if rip.is_loopback() { Some("director") } else { names.get(&rip).map(String::as_str) }
}

pub(super) fn settings(service: &Service) -> String {
    let default = Scheduler::Wlc.keyword();
    let scheduler = service.scheduler.as_ref().map_or(default, |said| said.value.as_str());
    let mut text = format!("    scheduler: {scheduler}\n");
    if !service.flags.is_empty() {
        let words = service.flags.iter().map(|flag| flag.keyword());
        let _ = writeln!(text, "    scheduler_flags: [{}]", words.collect::<Vec<_>>().join(", "));
    }
    match (&service.persistence, &service.netmask) {
        (None, _) => {}
        (Some(timeout), None) => {
            let _ = writeln!(text, "    persistence: {}", timeout.value);
        }
        (Some(timeout), Some(netmask)) => {
            let (timeout, bits) = (timeout.value, netmask.value.0);
            let _ =
                writeln!(text, "    persistence: {{ timeout: {timeout}, prefix_length: {bits} }}");
        }
    }
    text
}

pub(super) fn entry(server: &Server, usual: ForwardingMethod, virtual_port: i64) -> String {
    let weight = server.weight.map_or(1, |said| said.value);
    let mut words = vec![format!("weight: {weight}")];
    let port = server.port.filter(|port| port.value != virtual_port);
    words.extend(port.map(|port| format!("port: {}", port.value)));
    if server.forwarding != usual {
        words.push(format!("forwarding: {}", server.forwarding));
    }
    words.extend(tunnel(server.tunnel));
    let limit = |said: Option<super::Said<i64>>| said.map(|s| s.value).filter(|limit| *limit != 0);
    words.extend(limit(server.upper).map(|limit| format!("upper_threshold: {limit}")));
    words.extend(limit(server.lower).map(|limit| format!("lower_threshold: {limit}")));
    words.join(", ")
}

/// What a tunnel that is not an ordinary one is called in a file.
pub(super) fn tunnel(tunnel: Tunnel) -> Option<String> {
    let checksum = tunnel.checksum();
    match tunnel {
        Tunnel::Ipip => None,
        Tunnel::Gre(TunnelChecksum::None) => Some("tunnel: gre".to_owned()),
        Tunnel::Gre(_) => Some(format!("tunnel: {{ kind: gre, checksum: {checksum} }}")),
        Tunnel::Gue { port, .. } => {
            Some(format!("tunnel: {{ kind: gue, port: {port}, checksum: {checksum} }}"))
        }
    }
}

/// A proof for each service that has somebody to answer.
pub(super) fn scenarios(table: &Table) -> String {
    let serves = |server: &Server| server.weight.is_none_or(|weight| weight.value > 0);
    let names = table.names();
    let proven = names.iter().zip(&table.services).filter(|(_, service)| {
        matches!(service.key, Key::Address { .. }) && service.servers.iter().any(serves)
    });
    let steps = proven.map(|(name, _)| {
        format!(
            "  {name}:\n    steps:\n      - request: {{ from: client, service: {name}, count: 10 }}\n        \
             expect: {{ status: 200, failures: 0 }}\n"
        )
    });
    let steps: String = steps.collect();
    if steps.is_empty() { steps } else { format!("\nscenarios:\n{steps}") }
}
