use super::block::Statement;
use super::check::timed;
use super::configuration::{Fate, Timing, VirtualServer};
use super::groups::{self, Groups, Name};
use super::machine::Machine;
use super::reading::Reading;
use super::scheduling::{self, PERSISTENT};
use super::server::{Inherited, Method, method, servers};
use super::words::Block;
use crate::import::value;
use crate::import::{Fault, Key, Said, Service, Spot};
use crate::lab::{Family, ForwardingMethod, Protocol, Tunnel};
use std::net::IpAddr;

/// The services of a virtual_server: one, or one for each member of its group. keepalived goes
/// without one that has no real servers.
pub fn services(
    block: &Statement,
    groups: &Groups,
    machine: &dyn Machine,
    reading: &mut Reading,
) -> Vec<VirtualServer> {
    let names = groups::names(block, groups, reading);
    let mut services = Vec::new();
    for (number, name) in names.into_iter().enumerate() {
        // What the first member has said of itself holds for the others.
        let mut again = Reading::default();
        let reading = if number == 0 { &mut *reading } else { &mut again };
        services.extend(service(block, name, machine, reading));
    }
    services
}

/// Adds services; of one that is there already keepalived adds the real servers to it.
pub fn add(new: Vec<VirtualServer>, known: &mut Vec<VirtualServer>, reading: &mut Reading) {
    for server in new {
        let key = server.service.key;
        let Some(first) = known.iter_mut().find(|known| known.service.key == key) else {
            known.push(server);
            continue;
        };
        let how = "it is there already, and keepalived adds the real servers to that one";
        reading.taken(key.spot(), format!("virtual_server {key}"), how);
        let pairs = server.service.servers.into_iter().zip(server.checks);
        for (server, check) in pairs {
            let same = |other: &crate::import::Server| {
                (other.address, other.port) == (server.address, server.port)
            };
            if !first.service.servers.iter().any(same) {
                first.service.servers.push(server);
                first.checks.push(check);
            }
        }
    }
}

fn service(
    block: &Statement,
    name: Name,
    machine: &dyn Machine,
    reading: &mut Reading,
) -> Option<VirtualServer> {
    let protocol = protocol(block, name, reading);
    let Some(key) = name.key(protocol, family(block)) else {
        if let Name::Address { vip, .. } = name {
            let what = vip.value;
            let message =
                format!("`{what}` is a service of every port: labs do not have these yet");
            reading.faults.push(Fault::not_yet(vip.spot, message, "add a port, as in `80`"));
        }
        return None;
    };
    let mut draft = Draft::new(key);
    for statement in block.body() {
        draft.statement(statement, reading);
    }
    let port = match key {
        Key::Address { port, .. } => Some(port.value),
        Key::Mark { .. } => None,
    };
    let inherited = Inherited {
        port,
        method: draft.method,
        timing: draft.timing,
        inhibit: draft.inhibit,
        weight: draft.weight,
        protocol,
        family: key.family(),
        machine,
    };
    let (servers, checks) = servers(block, &inherited, reading);
    if servers.is_empty() {
        let is_told = block.body().iter().any(|s| s.keyword() == "real_server");
        if is_told {
            reading.taken_as(block, "keepalived goes without it: it has no real servers");
        } else {
            reading.skipped(block, "it has no real servers", "add a `real_server`");
        }
        return None;
    }
    draft.server.service.servers = servers;
    draft.server.checks = checks;
    Some(draft.settled(block, protocol, reading))
}

/// The family of a service by a mark: that of its real servers, unless it says it.
fn family(block: &Statement) -> Family {
    let said = block.body().iter().find(|s| s.keyword() == "ip_family");
    let word = said.and_then(|s| s.arguments().first()).map(|word| word.text().to_owned());
    let servers = block.body().iter().filter(|s| s.keyword() == "real_server");
    let mut rips = servers.filter_map(|s| s.arguments().first()?.text().parse::<IpAddr>().ok());
    match word.as_deref() {
        Some("inet6") => Family::Inet6,
        Some("inet") => Family::Inet,
        _ if rips.next().is_some_and(|rip| rip.is_ipv6()) => Family::Inet6,
        _ => Family::Inet,
    }
}

fn protocol(block: &Statement, name: Name, reading: &mut Reading) -> Protocol {
    let said = block.body().iter().rfind(|statement| statement.keyword() == "protocol");
    let word = said.and_then(|statement| Some((statement, reading.argument(statement)?)));
    let by_mark = matches!(name, Name::Mark { .. });
    if let Some((statement, word)) = word {
        match word.text().to_ascii_uppercase().as_str() {
            "TCP" => return Protocol::Tcp,
            "UDP" => return Protocol::Udp,
            "SCTP" => return Protocol::Sctp,
            _ => {
                let how = "keepalived ignores it: it takes TCP, UDP or SCTP";
                reading.unused(word.said.spot, &statement.line(), how);
            }
        }
    }
    if by_mark {
        return Protocol::Tcp;
    }
    reading.taken_as(block, "it has no `protocol`, and keepalived takes UDP for it");
    Protocol::Udp
}

struct Draft {
    server: VirtualServer,
    method: Method,
    timing: Timing,
    inhibit: bool,
    weight: Option<Said<i64>>,
}

impl Draft {
    fn new(key: Key) -> Self {
        let service = Service {
            key,
            one_packet: None,
            scheduler: None,
            flags: Vec::new(),
            persistence: None,
            netmask: None,
            servers: Vec::new(),
        };
        Self {
            server: VirtualServer {
                service,
                checks: Vec::new(),
                quorum: None,
                hysteresis: None,
                sorry: None,
            },
            method: Method { forwarding: ForwardingMethod::Nat, tunnel: Tunnel::Ipip },
            timing: Timing::default(),
            inhibit: false,
            weight: None,
        }
    }

    fn statement(&mut self, statement: &Statement, reading: &mut Reading) {
        let service = &mut self.server.service;
        match statement.keyword() {
            "protocol" | "real_server" | "ip_family" => {}
            "lb_algo" | "lvs_sched" => {
                service.scheduler = scheduling::scheduler(statement, reading)
            }
            "lb_kind" | "lvs_method" => {
                self.method = method(statement, reading).unwrap_or(self.method);
            }
            "ops" => service.one_packet = Some(Said { value: (), spot: statement.spot }),
            "sh-port" | "sh-fallback" | "mh-port" | "mh-fallback" => {
                scheduling::flag(service, statement, reading);
            }
            "persistence_timeout" => {
                service.persistence = scheduling::persistence(statement, reading)
            }
            "persistence_granularity" => self.granularity(statement, reading),
            "sorry_server" => {
                let family = service.key.family();
                self.server.sorry = sorry(statement, reading)
                    .filter(|(address, _)| fits(statement, address.value, family, reading));
            }
            "quorum" => {
                let said = reading.number(statement, 1..=i64::from(u32::MAX));
                self.server.quorum = Some(said.map_or(1, |said| said.value));
            }
            "hysteresis" => {
                let range = 0..=i64::from(u32::MAX);
                self.server.hysteresis = reading.number(statement, range).map(|said| said.value);
            }
            "weight" => self.weight = reading.number(statement, 1..=super::reading::MOST),
            "inhibit_on_failure" => self.inhibit = true,
            _ if timed(statement, (1, Block::VirtualServer), &mut self.timing, reading) => {}
            _ => reading.other(statement, Block::VirtualServer),
        }
    }

    fn granularity(&mut self, statement: &Statement, reading: &mut Reading) {
        let service = &mut self.server.service;
        let Some(word) = reading.argument(statement) else { return };
        let said = Said { value: word.text(), spot: word.said.spot };
        let netmask = match service.key.family() {
            Family::Inet => value::netmask(said),
            Family::Inet6 => value::prefix_length(said),
        };
        let Some(netmask) = reading.kept(statement, netmask) else { return };
        service.netmask = Some(netmask).filter(|mask| mask.value.0 > 0);
        let usual = Said { value: PERSISTENT, spot: word.said.spot };
        service.persistence.get_or_insert(usual);
    }

    /// What keepalived takes back once it knows all of the service.
    fn settled(
        mut self,
        block: &Statement,
        protocol: Protocol,
        reading: &mut Reading,
    ) -> VirtualServer {
        let server = &mut self.server;
        let by_mark = matches!(server.service.key, Key::Mark { .. });
        if let Some(Said { spot, .. }) =
            server.service.one_packet.filter(|_| protocol != Protocol::Udp)
        {
            let how = if by_mark {
                "labs ask for each packet of services of UDP only"
            } else {
                "keepalived ignores it: one-packet scheduling is for UDP"
            };
            reading.taken(spot, "ops", how);
            server.service.one_packet = None;
        }
        let weights = server.service.servers.iter().map(|s| s.weight.map_or(1, |said| said.value));
        let sum = weights.sum::<i64>().max(1);
        let quorum = server.quorum.unwrap_or(1);
        if quorum > sum {
            let how = format!("keepalived takes {sum}: it is more than all weights together");
            reading.taken(place(block, "quorum"), format!("quorum {quorum}"), how);
            server.quorum = Some(sum);
        }
        let quorum = quorum.min(sum);
        let said = server.hysteresis.unwrap_or(0);
        let most = quorum - 1;
        if said > most {
            let how = format!("keepalived takes {most}: it is not less than the quorum");
            reading.taken(place(block, "hysteresis"), format!("hysteresis {said}"), how);
        }
        let room = sum - quorum;
        if said.min(most) > room {
            let instead = format!("labs take {room}, as all weights together make no more");
            let words = format!("hysteresis {said}");
            reading.remark(place(block, "hysteresis"), words, Fate::Replaced(instead));
        }
        server.hysteresis = server.hysteresis.map(|_| said.min(most).min(room));
        self.server
    }
}

/// Where a block says something, or where it begins.
fn place(block: &Statement, keyword: &str) -> Spot {
    let said = block.body().iter().rfind(|statement| statement.keyword() == keyword);
    said.map_or(block.spot, |statement| statement.spot)
}

/// Whether a sorry server is of its service's family.
fn fits(statement: &Statement, address: IpAddr, family: Family, reading: &mut Reading) -> bool {
    let fits = Family::of(address) == family;
    if !fits {
        let how = "keepalived goes without it: it is of another family than its service";
        reading.taken_as(statement, how);
    }
    fits
}

fn sorry(statement: &Statement, reading: &mut Reading) -> Option<(Said<IpAddr>, Option<i64>)> {
    let Some((address, rest)) = statement.arguments().split_first() else {
        reading.lacking(statement, "names no server", "add its address and port");
        return None;
    };
    let port = rest.first().and_then(|word| groups::port(statement, word, reading));
    reading.rest(rest.get(1..).unwrap_or_default());
    Some((reading.address(address)?, port.map(|said| said.value)))
}
