use super::block::Statement;
use super::check::{self, checker, timed};
use super::configuration::{Check, Timing};
use super::endpoint::{Endpoint, Misspelt, endpoint};
use super::machine::Machine;
use super::reading::{MOST, Reading};
use super::words::Block;
use crate::import::tunnel::Options;
use crate::import::{Said, Server};
use crate::lab::{Family, ForwardingMethod, Protocol, Tunnel, TunnelChecksum};

/// How packets get to a real server.
#[derive(Clone, Copy)]
pub struct Method {
    /// The forwarding method.
    pub forwarding: ForwardingMethod,
    /// What TUN packs them into.
    pub tunnel: Tunnel,
}

/// What a virtual_server says for all of its real servers.
pub struct Inherited<'m> {
    /// How packets get there.
    pub method: Method,
    /// When they are checked.
    pub timing: Timing,
    /// Whether they stay with weight 0.
    pub inhibit: bool,
    /// Their weight, if they do not say it.
    pub weight: Option<Said<i64>>,
    /// What they speak.
    pub protocol: Protocol,
    /// The family of their service.
    pub family: Family,
    /// The virtual port; none behind a mark.
    pub port: Option<i64>,
    /// Whose programs check them.
    pub machine: &'m dyn Machine,
}

/// The real servers of a virtual_server, and how each of them is checked.
pub fn servers(
    block: &Statement,
    inherited: &Inherited<'_>,
    reading: &mut Reading,
) -> (Vec<Server>, Vec<Option<Check>>) {
    let (mut servers, mut checks): (Vec<Server>, Vec<Option<Check>>) = Default::default();
    for statement in block.body().iter().filter(|s| s.keyword() == "real_server") {
        let Some((server, check)) = server(statement, inherited, reading) else { continue };
        let family = Family::of(server.address.value);
        let same = |other: &Server| (other.address, other.port) == (server.address, server.port);
        if servers.iter().any(same) {
            reading.taken_as(statement, "keepalived goes without it: it is there already");
        } else if family != inherited.family && server.forwarding != ForwardingMethod::Tun {
            let how = "keepalived goes without it: it is of another family than its service";
            reading.taken_as(statement, how);
        } else {
            servers.push(server);
            checks.push(check);
        }
    }
    (servers, checks)
}

fn server(
    block: &Statement,
    inherited: &Inherited<'_>,
    reading: &mut Reading,
) -> Option<(Server, Option<Check>)> {
    let (rip, port) = rip(block, reading)?;
    let mut draft = Draft {
        server: Server {
            address: rip,
            port,
            forwarding: inherited.method.forwarding,
            tunnel: inherited.method.tunnel,
            weight: inherited.weight,
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

/// The port as keepalived has it in the end: the virtual one where there is none, and where
/// packets keep it.
fn mapped(
    mut server: Server,
    block: &Statement,
    inherited: &Inherited<'_>,
    reading: &mut Reading,
) -> Server {
    let Some(said) = server.port else { return server };
    if inherited.port == Some(said.value) {
        server.port = None;
    } else if server.forwarding.keeps_vip() && inherited.port.is_some() {
        server.port = None;
        reading.taken_as(block, "keepalived takes the virtual port: DR and TUN map none");
    }
    server
}

fn rip(block: &Statement, reading: &mut Reading) -> Option<Endpoint> {
    let Some((address, rest)) = block.arguments().split_first() else {
        reading.lacking(block, "names no real server", "add its address and port");
        return None;
    };
    reading.rest(rest.get(1..).unwrap_or_default());
    let skip = |misspelt: Misspelt| {
        reading.skipped_for((block, misspelt.spot), &misspelt.why, &misspelt.help);
    };
    endpoint(address, rest.first()).map_err(skip).ok()
}

struct Draft {
    server: Server,
    timing: Timing,
    inhibit: bool,
    check: Option<Check>,
}

impl Draft {
    fn statement(
        &mut self,
        statement: &Statement,
        inherited: &Inherited<'_>,
        reading: &mut Reading,
    ) {
        let server = &mut self.server;
        match statement.keyword() {
            "weight" => server.weight = reading.number(statement, 0..=MOST).or(server.weight),
            "uthreshold" => server.upper = reading.number(statement, 0..=MOST),
            "lthreshold" => server.lower = reading.number(statement, 0..=MOST),
            "lvs_method" => {
                if let Some(Method { forwarding, tunnel }) = method(statement, reading) {
                    (server.forwarding, server.tunnel) = (forwarding, tunnel);
                }
            }
            "inhibit_on_failure" => self.inhibit = reading.switch(statement),
            word if check::CHECKERS.contains(&word) => {
                if self.check.is_some() {
                    return reading.replaced(statement, "the lab has one check for a real server");
                }
                self.check = checker(statement, server, inherited, reading);
            }
            _ if timed(statement, (1, Block::RealServer), &mut self.timing, reading) => {}
            _ => reading.other(statement, Block::RealServer),
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
            let how = format!("keepalived ignores it: it knows NAT, DR and TUN, no `{other}`");
            reading.taken_as(statement, how);
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
                options.port = reading.number_of(port, statement, 1..=MOST);
                rest = behind;
            }
            ("nocsum", _) => options.checksum = checksum(TunnelChecksum::None),
            ("csum", _) => options.checksum = checksum(TunnelChecksum::Full),
            ("remcsum", _) => options.checksum = checksum(TunnelChecksum::Remote),
            _ => reading.rest(std::slice::from_ref(word)),
        }
    }
    let tunnel = reading.kept(statement, options.tunnel())?;
    Some(Method { forwarding, tunnel })
}
