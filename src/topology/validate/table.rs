use super::super::{
    rule, suggest,
    wire::{self, Entries, Forwarding, Server, Servers, TunnelDetails, TunnelKind},
};
use super::draft::Draft;
use super::table_service::{empty, same};
use crate::import::{self, Fault, Key, Kind, Said, Spot, Table};
use crate::lab::{ForwardingMethod, Node, Place, Role, Scheduler, Tunnel};
use indexmap::IndexMap;

/// The virtual services of a file: those of its table of ipvsadm's, if it has one. What ipvsadm
/// does not know (names, directors, health checks) stays as it is in the file's service of the
/// same protocol, VIP and port.
pub fn services(
    text: Option<&str>,
    file: Entries<wire::VirtualService>,
    draft: &mut Draft<'_>,
) -> Entries<wire::VirtualService> {
    let Some(text) = text else { return file };
    let (table, faults) = import::ipvsadm(text);
    if table.services.is_empty() && faults.is_empty() {
        let at = Place::root().key("ipvsadm");
        let help = "write what `ipvsadm -S -n` prints, or leave `ipvsadm` out";
        draft.faults.push(rule::TABLE.at(&at, "the table has no virtual service", help));
    }
    let whole = faults.is_empty();
    faults.into_iter().for_each(|fault| draft.faults.push(told(fault)));
    let built = built(&table, file, draft);
    draft.declared.services = built.0.keys().cloned().collect();
    if !whole {
        // Nobody is told that what could not be read is missing.
        let all = Place::root().key("virtual_services");
        draft.faults.doubt(&all);
        built.0.keys().for_each(|name| draft.faults.doubt(&all.key(name).key("real_servers")));
    }
    built
}

/// A fault of the table as a diagnostic of the file that has it.
fn told(fault: Fault) -> crate::diag::Diagnostic {
    let rule = match fault.kind {
        Kind::Wrong => rule::TABLE,
        Kind::NotYet => rule::TABLE_OPTION,
    };
    rule.at(&place(fault.spot), fault.message, fault.help)
}

/// The place of a word in the table.
pub fn place(spot: Spot) -> Place {
    Place::root().key("ipvsadm").index(spot.line).index(spot.word)
}

fn built(
    table: &Table,
    mut file: Entries<wire::VirtualService>,
    draft: &mut Draft<'_>,
) -> Entries<wire::VirtualService> {
    let mut services = IndexMap::new();
    for (plain, service) in table.names().into_iter().zip(&table.services) {
        let known =
            file.0.iter().find(|(_, known)| known.as_ref().is_some_and(|k| same(k, service)));
        let name = known.map(|(name, _)| name.clone());
        let known = name.as_ref().and_then(|name| file.0.shift_remove(name).flatten());
        let Some(wire) = known.or_else(|| empty(service.key, draft)) else { continue };
        let is_new = name.is_none();
        let name = name.unwrap_or_else(|| unused(plain, &services));
        let entry = Entry { service, at: Place::root().key("virtual_services").key(&name) };
        if is_new {
            draft.faults.tell_of(entry.at.clone(), place(service.key.spot()));
        }
        services.insert(name, Some(entry.service(wire, draft)));
    }
    Entries(services)
}

/// The name itself, longer if another service has it.
fn unused<T>(mut name: String, taken: &IndexMap<String, T>) -> String {
    while taken.contains_key(&name) {
        name.push('-');
        name.push('2');
    }
    name
}

/// A service of the table on its way into the file.
struct Entry<'t> {
    service: &'t import::Service,
    at: Place,
}

impl Entry<'_> {
    fn service(
        &self,
        mut wire: wire::VirtualService,
        draft: &mut Draft<'_>,
    ) -> wire::VirtualService {
        let said = self.service;
        self.marks(draft);
        let full = matches!(wire.forwarding, Some(Forwarding::FullNat));
        let method = |method| match method {
            ForwardingMethod::Nat if full => Forwarding::FullNat,
            other => written(other),
        };
        wire.one_packet = said.one_packet.is_some();
        wire.scheduler = self.scheduler(draft);
        wire.scheduler_flags = said.flags.iter().copied().map(Some).collect();
        wire.persistence = persistence(said);
        wire.forwarding = Some(method(said.forwarding()));
        wire.tunnel = None;
        wire.real_servers = Servers::Table(self.servers(method, draft));
        wire
    }

    /// Whose faults are to be told of the table's own words.
    fn marks(&self, draft: &mut Draft<'_>) {
        let Self { service, at } = self;
        let key = service.key.spot();
        let begin = Spot { word: 0, ..key };
        let spot = |said: Option<Spot>| place(said.unwrap_or(begin));
        let mut mark = |key: &str, spot: Place| draft.faults.tell_of(at.key(key), spot);
        match service.key {
            Key::Mark { .. } => mark("firewall_mark", place(key)),
            Key::Address { .. } => ["vip", "port"].iter().for_each(|part| mark(part, place(key))),
        }
        mark("real_servers", place(key));
        mark("one_packet", spot(service.one_packet.map(|said| said.spot)));
        mark("scheduler", spot(service.scheduler.as_ref().map(|said| said.spot)));
        mark("scheduler_flags", spot(service.scheduler.as_ref().map(|said| said.spot)));
        mark("persistence", spot(service.persistence.map(|said| said.spot)));
        let netmask = at.key("persistence").key("prefix_length");
        draft.faults.tell_of(netmask, spot(service.netmask.map(|said| said.spot)));
    }

    fn scheduler(&self, draft: &mut Draft<'_>) -> Option<Scheduler> {
        let Said { value: word, spot } = self.service.scheduler.as_ref()?;
        let found = Scheduler::ALL.iter().copied().find(|s| s.keyword() == word);
        if found.is_none() {
            let words = Scheduler::ALL.iter().map(|s| s.keyword());
            let help = suggest::help(word, words, "schedulers");
            let message = format!("`{word}` is no scheduler");
            draft.faults.push(rule::UNKNOWN_SCHEDULER.at(&place(*spot), message, help));
            draft.faults.doubt(&self.at.key("scheduler"));
        }
        found
    }

    fn servers(
        &self,
        method: impl Fn(ForwardingMethod) -> Forwarding,
        draft: &mut Draft<'_>,
    ) -> Entries<Server> {
        let all = self.at.key("real_servers");
        let mut entries = IndexMap::new();
        for server in &self.service.servers {
            let Some(name) = self.node(server, draft) else {
                draft.faults.doubt(&all);
                continue;
            };
            if entries.contains_key(&name) {
                draft.faults.push(twice(&name, server));
                continue;
            }
            marks(server, &all.key(&name), draft);
            let port = server.port.map(|said| said.value).filter(|port| !self.keeps(server, *port));
            let forwarding = method(server.forwarding);
            entries.insert(name, Some(Server { port, ..entry(server, forwarding) }));
        }
        Entries(entries)
    }

    /// Whether a port stands for the packet's own. Without a virtual port there is none to map from,
    /// so that ipvsadm too makes it 0 in DR and TUN.
    fn keeps(&self, server: &import::Server, port: i64) -> bool {
        let marked = matches!(self.service.key, Key::Mark { .. });
        marked && (port == 0 || server.forwarding.keeps_vip())
    }

    /// The real server that has the address.
    fn node(&self, server: &import::Server, draft: &mut Draft<'_>) -> Option<String> {
        let address = server.address.value;
        let owner = match address.is_loopback() {
            true => only_director(draft),
            false => draft.lab.owner_of(address).filter(|node| serves(node)),
        };
        let owner = owner.map(|node| node.name.to_string());
        if owner.is_none() && draft.faults.sure(&Place::root().key("real_servers")) {
            draft.faults.push(rule::UNKNOWN_NODE.at(
                &place(server.address.spot),
                format!("no real server has the address `{address}`"),
                known_addresses(draft),
            ));
        }
        owner
    }
}

/// Whom a loopback address means: the director itself, if there is no other.
fn only_director<'d>(draft: &'d Draft<'_>) -> Option<&'d Node> {
    let mut directors = draft.lab.with_role(Role::Director);
    directors.next().filter(|_| directors.next().is_none())
}

/// Whether it can stand in a table. Whether a director may, its entry's own rules say.
fn serves(node: &Node) -> bool {
    matches!(node.role, Role::RealServer | Role::Director)
}

fn known_addresses(draft: &Draft<'_>) -> String {
    let nodes = draft.lab.with_role(Role::RealServer);
    let all = nodes.flat_map(|node| node.addresses().map(move |a| format!("`{}` {a}", node.name)));
    let all: Vec<_> = all.take(16).collect();
    match all.as_slice() {
        [] => "add it under `real_servers:`".to_owned(),
        _ => format!("add it under `real_servers:`, which has {}", all.join(", ")),
    }
}

fn twice(name: &str, server: &import::Server) -> crate::diag::Diagnostic {
    rule::DUPLICATE_SERVER.at(
        &place(server.address.spot),
        format!("the real server `{name}` is there already"),
        "name it once: in a lab a real server has one port in each service",
    )
}

fn marks(server: &import::Server, at: &Place, draft: &mut Draft<'_>) {
    let line = server.address.spot;
    draft.faults.tell_of(at.clone(), place(line));
    let said = [
        ("port", server.port),
        ("weight", server.weight),
        ("upper_threshold", server.upper),
        ("lower_threshold", server.lower),
    ];
    for (key, said) in said {
        draft.faults.tell_of(at.key(key), place(said.map_or(line, |said| said.spot)));
    }
}

fn entry(server: &import::Server, forwarding: Forwarding) -> Server {
    let number = |said: Option<Said<i64>>| said.map(|said| said.value);
    Server {
        weight: number(server.weight),
        port: None,
        forwarding: Some(forwarding),
        tunnel: matches!(forwarding, Forwarding::Tun).then(|| tunnel(server.tunnel)),
        upper_threshold: number(server.upper),
        lower_threshold: number(server.lower),
        address: None,
        rip: Some(server.address.value),
    }
}

fn persistence(service: &import::Service) -> Option<wire::Persistence> {
    let timeout = service.persistence?.value;
    let prefix_length = service.netmask.map(|said| said.value.0);
    Some(wire::Persistence::Details(wire::PersistenceDetails { timeout, prefix_length }))
}

/// The tunnel as a file says it.
fn tunnel(tunnel: Tunnel) -> wire::Tunnel {
    let (port, checksum) = (tunnel.port().map(i64::from), Some(tunnel.checksum()));
    wire::Tunnel::Details(match tunnel {
        Tunnel::Ipip => TunnelDetails::plain(TunnelKind::Ipip),
        Tunnel::Gre(_) => TunnelDetails { kind: TunnelKind::Gre, port, checksum },
        Tunnel::Gue { .. } => TunnelDetails { kind: TunnelKind::Gue, port, checksum },
    })
}

fn written(method: ForwardingMethod) -> Forwarding {
    match method {
        ForwardingMethod::Nat => Forwarding::Nat,
        ForwardingMethod::Dr => Forwarding::Dr,
        ForwardingMethod::Tun => Forwarding::Tun,
        ForwardingMethod::FullNat => Forwarding::FullNat,
    }
}
