use super::block::Statement;
use super::check::{checker, timed};
use super::configuration::{Check, Timing};
use super::reading::{MOST, Reading};
use crate::import::tunnel::Options;
use crate::import::{Fault, Said, Server};
use crate::lab::{ForwardingMethod, Protocol, Tunnel, TunnelChecksum};
use std::net::IpAddr;

/// How packets get to a real server.
#[derive(Clone, Copy)]
pub struct Method {
    /// The forwarding method.
    pub forwarding: ForwardingMethod,
    /// What TUN packs them into.
    pub tunnel: Tunnel,
}

/// What a virtual_server says for all of its real servers.
pub struct Inherited {
    /// How packets get there.
    pub method: Method,
    /// When they are checked.
    pub timing: Timing,
    /// Whether they stay with weight 0.
    pub inhibit: bool,
    /// What they speak.
    pub protocol: Protocol,
    /// The virtual port; none behind a mark.
    pub port: Option<i64>,
}

/// The real servers of a virtual_server, and how each of them is checked: labs have one check for
/// all.
pub fn servers(
    block: &Statement,
    inherited: &Inherited,
    reading: &mut Reading,
) -> (Vec<Server>, Option<Check>) {
    let (mut servers, mut check): (Vec<Server>, Option<Option<Check>>) = (Vec::new(), None);
    for statement in block.body().iter().filter(|s| s.keyword() == "real_server") {
        let Some((server, own)) = server(statement, inherited, reading) else { continue };
        match &check {
            None => check = Some(own),
            Some(first) if *first == own => {}
            Some(_) => reading.faults.push(Fault::not_yet(
                statement.spot,
                format!("`{}` is not checked as the first real server is", statement.line()),
                "check all of them in the same way: labs have one check for each service",
            )),
        }
        servers.push(server);
    }
    (servers, check.flatten())
}

fn server(
    block: &Statement,
    inherited: &Inherited,
    reading: &mut Reading,
) -> Option<(Server, Option<Check>)> {
    let (rip, port) = endpoint(block, reading)?;
    let mut draft = Draft {
        server: Server {
            address: rip,
            port,
            forwarding: inherited.method.forwarding,
            tunnel: inherited.method.tunnel,
            weight: None,
            upper: None,
            lower: None,
        },
        timing: Timing::default(),
        inhibit: inherited.inhibit,
        check: None,
    };
    for statement in block.body() {
        draft.statement(statement, inherited, reading);
    }
    let Draft { server, timing, inhibit, check } = draft;
    let check = check.map(|check: Check| Check {
        timing: check.timing.or(timing).or(inherited.timing),
        inhibit,
        ..check
    });
    Some((mapped(server, block, inherited, reading), check))
}

/// A port that IPVS would not look at is not the real server's.
fn mapped(
    mut server: Server,
    block: &Statement,
    inherited: &Inherited,
    reading: &mut Reading,
) -> Server {
    let other = server.port.is_some_and(|port| inherited.port.is_some_and(|p| p != port.value));
    if server.forwarding.keeps_vip() && other {
        server.port = None;
        reading.replaced(block, "DR and TUN map no ports, so that it is the virtual one");
    }
    server
}

type Endpoint = (Said<IpAddr>, Option<Said<i64>>);

fn endpoint(block: &Statement, reading: &mut Reading) -> Option<Endpoint> {
    let Some((address, rest)) = block.arguments().split_first() else {
        reading.lacking(block, "names no real server", "add its address and port");
        return None;
    };
    let address = reading.address(address);
    let port = rest.first().map(|word| reading.number_of(word, 0..=MOST));
    reading.rest(rest.get(1..).unwrap_or_default());
    match port {
        Some(port) => Some((address?, Some(port?).filter(|port| port.value != 0))),
        None => Some((address?, None)),
    }
}

struct Draft {
    server: Server,
    timing: Timing,
    inhibit: bool,
    check: Option<Check>,
}

impl Draft {
    fn statement(&mut self, statement: &Statement, inherited: &Inherited, reading: &mut Reading) {
        let server = &mut self.server;
        match statement.keyword() {
            "weight" => server.weight = reading.number(statement, 0..=MOST),
            "uthreshold" => server.upper = reading.number(statement, 0..=MOST),
            "lthreshold" => server.lower = reading.number(statement, 0..=MOST),
            "lvs_method" => {
                if let Some(Method { forwarding, tunnel }) = method(statement, reading) {
                    (server.forwarding, server.tunnel) = (forwarding, tunnel);
                }
            }
            "inhibit_on_failure" => self.inhibit = true,
            word if word.ends_with("_CHECK") || word.ends_with("_GET") => {
                if self.check.is_some() {
                    return reading.lost(statement);
                }
                self.check = checker(statement, server, inherited.protocol, reading);
            }
            _ if timed(statement, &mut self.timing, reading) => {}
            _ => reading.lost(statement),
        }
    }
}

/// `NAT`, `DR` or `TUN [type TYPE [port PORT] [nocsum|csum|remcsum]]`
pub fn method(statement: &Statement, reading: &mut Reading) -> Option<Method> {
    let Some((word, rest)) = statement.arguments().split_first() else {
        reading.lacking(statement, "names no method", "choose NAT, DR or TUN");
        return None;
    };
    let forwarding = match word.text() {
        "NAT" => ForwardingMethod::Nat,
        "DR" => ForwardingMethod::Dr,
        "TUN" => ForwardingMethod::Tun,
        other => {
            let message = format!("`{other}` is no forwarding method of keepalived");
            reading.faults.push(Fault::wrong(word.said.spot, message, "choose NAT, DR or TUN"));
            return None;
        }
    };
    let (mut options, mut rest) = (Options { kind: None, port: None, checksum: None }, rest);
    while let [word, behind @ ..] = rest {
        rest = behind;
        let checksum = |value| Some(Said { value, spot: word.said.spot });
        match (word.text(), behind) {
            ("type", [kind, behind @ ..]) => {
                options.kind = Some(Said { value: kind.text(), spot: kind.said.spot });
                rest = behind;
            }
            ("port", [port, behind @ ..]) => {
                options.port = reading.number_of(port, 1..=MOST);
                rest = behind;
            }
            ("nocsum", _) => options.checksum = checksum(TunnelChecksum::None),
            ("csum", _) => options.checksum = checksum(TunnelChecksum::Full),
            ("remcsum", _) => options.checksum = checksum(TunnelChecksum::Remote),
            _ => reading.rest(std::slice::from_ref(word)),
        }
    }
    let tunnel = reading.kept(options.tunnel())?;
    Some(Method { forwarding, tunnel })
}
