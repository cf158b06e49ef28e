use super::block::{Statement, Word};
use super::check::timed;
use super::configuration::{Timing, VirtualServer};
use super::reading::{MOST, Reading};
use super::server::{Inherited, Method, method, servers};
use crate::import::value;
use crate::import::{Fault, Key, Said, Service};
use crate::lab::{Family, ForwardingMethod, Protocol, Scheduler, SchedulerFlag, Tunnel};
use std::net::IpAddr;

/// How long a client stays if nothing else is said, in seconds: six minutes (keepalived.conf(5)).
const PERSISTENT: i64 = 360;

/// A virtual_server; none if nothing can be known by what it says.
pub fn service(block: &Statement, reading: &mut Reading) -> Option<VirtualServer> {
    let protocol = protocol(block, reading);
    let key = key(block, protocol, reading)?;
    let says = |s: &Statement| s.keyword() == "protocol";
    if matches!(key, Key::Address { .. }) && !block.body().iter().any(says) {
        let what = "has no `protocol`, and keepalived takes UDP for it";
        reading.lacking(block, what, "add `protocol TCP`, or which one is meant");
    }
    let mut draft = Draft::new(key);
    for statement in block.body() {
        draft.statement(statement, reading);
    }
    let port = match draft.server.service.key {
        Key::Address { port, .. } => Some(port.value),
        Key::Mark { .. } => None,
    };
    let inherited = Inherited {
        port,
        method: draft.method,
        timing: draft.timing,
        inhibit: draft.inhibit,
        protocol,
    };
    let (servers, check) = servers(block, &inherited, reading);
    let mut server = draft.server;
    server.service.servers = servers;
    server.check = check;
    Some(server)
}

fn protocol(block: &Statement, reading: &mut Reading) -> Protocol {
    let said = block.body().iter().find(|statement| statement.keyword() == "protocol");
    let Some(word) = said.and_then(|statement| reading.argument(statement)) else {
        return Protocol::Tcp;
    };
    match word.text().to_ascii_uppercase().as_str() {
        "TCP" => Protocol::Tcp,
        "UDP" => Protocol::Udp,
        "SCTP" => Protocol::Sctp,
        _ => {
            let message = format!("`{}` is no protocol of a virtual server", word.text());
            reading.faults.push(Fault::wrong(word.said.spot, message, "choose TCP, UDP or SCTP"));
            Protocol::Tcp
        }
    }
}

fn key(block: &Statement, protocol: Protocol, reading: &mut Reading) -> Option<Key> {
    match block.arguments() {
        [word, ..] if word.text() == "group" => {
            let message = "labs do not have groups of virtual servers";
            let help = "write a `virtual_server ADDRESS PORT` for each";
            reading.faults.push(Fault::not_yet(word.said.spot, message, help));
            None
        }
        [word, mark, rest @ ..] if word.text() == "fwmark" => {
            let family = family(rest, reading);
            let mark = reading.number_of(mark, 1..=u32::MAX.into())?;
            Some(Key::Mark { mark, family })
        }
        [vip, port, rest @ ..] if port.text() != "0" => {
            reading.rest(rest);
            let (vip, port) = (reading.address(vip), reading.number_of(port, 1..=MOST));
            Some(Key::Address { protocol, vip: vip?, port: port? })
        }
        [vip, ..] => {
            let message =
                format!("`{}` is a service of every port: labs do not have these yet", vip.text());
            reading.faults.push(Fault::not_yet(vip.said.spot, message, "add a port, as in `80`"));
            None
        }
        [] => {
            reading.lacking(block, "names no service", "add an address and a port");
            None
        }
    }
}

fn family(words: &[Word], reading: &mut Reading) -> Family {
    match words {
        [word] if word.text() == "inet6" => Family::Inet6,
        [word] if word.text() == "inet" => Family::Inet,
        other => {
            reading.rest(other);
            Family::Inet
        }
    }
}

struct Draft {
    server: VirtualServer,
    method: Method,
    timing: Timing,
    inhibit: bool,
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
                check: None,
                quorum: None,
                hysteresis: None,
                sorry: None,
            },
            method: Method { forwarding: ForwardingMethod::Nat, tunnel: Tunnel::Ipip },
            timing: Timing::default(),
            inhibit: false,
        }
    }

    fn statement(&mut self, statement: &Statement, reading: &mut Reading) {
        let service = &mut self.server.service;
        match statement.keyword() {
            "protocol" | "real_server" => {}
            "lb_algo" | "lvs_sched" => service.scheduler = scheduler(statement, reading),
            "lb_kind" | "lvs_method" => {
                self.method = method(statement, reading).unwrap_or(self.method);
            }
            "ops" => service.one_packet = Some(statement.spot),
            word @ ("sh-port" | "sh-fallback" | "mh-port" | "mh-fallback") => {
                service.flags.push(flag(word));
            }
            "persistence_timeout" => service.persistence = persistence(statement, reading),
            "persistence_granularity" => self.granularity(statement, reading),
            "sorry_server" => self.server.sorry = sorry(statement, reading),
            "quorum" => {
                let range = 1..=i64::from(u32::MAX);
                self.server.quorum = reading.number(statement, range).map(|said| said.value);
            }
            "hysteresis" => {
                let range = 0..=i64::from(u32::MAX);
                self.server.hysteresis = reading.number(statement, range).map(|said| said.value);
            }
            "inhibit_on_failure" => self.inhibit = true,
            _ if timed(statement, &mut self.timing, reading) => {}
            _ => reading.lost(statement),
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
        service.netmask = reading.kept(netmask);
        let usual = Said { value: PERSISTENT, spot: word.said.spot };
        service.persistence.get_or_insert(usual);
    }
}

fn flag(word: &str) -> SchedulerFlag {
    if word.ends_with("port") { SchedulerFlag::Port } else { SchedulerFlag::Fallback }
}

fn scheduler(statement: &Statement, reading: &mut Reading) -> Option<Said<String>> {
    let word = reading.argument(statement)?;
    let known = Scheduler::ALL.iter().any(|scheduler| scheduler.keyword() == word.text());
    if !known {
        let names: Vec<_> = Scheduler::ALL.iter().map(|s| s.keyword()).collect();
        let message = format!("`{}` is no scheduler of IPVS", word.text());
        let help = format!("schedulers: {}", names.join(", "));
        reading.faults.push(Fault::wrong(word.said.spot, message, help));
    }
    Some(word.said.clone())
}

/// keepalived takes the word alone as well.
fn persistence(statement: &Statement, reading: &mut Reading) -> Option<Said<i64>> {
    if statement.arguments().is_empty() {
        return Some(Said { value: PERSISTENT, spot: statement.spot });
    }
    let said = reading.number(statement, 0..=i64::from(i32::MAX))?;
    (said.value > 0).then_some(said)
}

fn sorry(statement: &Statement, reading: &mut Reading) -> Option<(Said<IpAddr>, Option<i64>)> {
    let Some((address, rest)) = statement.arguments().split_first() else {
        reading.lacking(statement, "names no server", "add its address and port");
        return None;
    };
    let port = rest.first().and_then(|word| reading.number_of(word, 0..=MOST));
    reading.rest(rest.get(1..).unwrap_or_default());
    let port = port.map(|said| said.value).filter(|port| *port != 0);
    Some((reading.address(address)?, port))
}
