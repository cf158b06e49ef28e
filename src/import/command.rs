use super::fault::{Fault, Said, Spot};
use super::key::Key;
use super::option::Meaning;
use super::table::{Server, Service};
use super::token::Token;
use super::tunnel;
use super::value::{self, Endpoint};
use crate::lab::{Family, ForwardingMethod, Tunnel};
use std::mem::discriminant;

/// How long a client stays if `-p` does not say it: ipvsadm(8) says 300, and the program does this.
const PERSISTENT: i64 = 360;

/// One line of a table.
#[derive(Debug)]
pub enum Command {
    /// A virtual service is added, without real servers yet.
    Service(Service),
    /// A real server is added to a virtual service.
    Server(Key, Server),
}

/// What the options of a line say together; every fault that is found goes to `faults`.
pub fn command(tokens: &[Token<'_>], begin: Spot, faults: &mut Vec<Fault>) -> Option<Command> {
    // A line that is at fault already lacks what was faulty in it.
    let whole = faults.is_empty();
    let mut line = Line { tokens, begin, faults, whole };
    line.repeated();
    match line.verb()? {
        Meaning::AddService => line.service().map(Command::Service),
        _ => line.server().map(|(key, server)| Command::Server(key, server)),
    }
}

struct Line<'t, 'f> {
    tokens: &'t [Token<'t>],
    begin: Spot,
    faults: &'f mut Vec<Fault>,
    whole: bool,
}

impl<'t> Line<'t, '_> {
    fn verb(&mut self) -> Option<Meaning> {
        let verb = |m: &Meaning| matches!(m, Meaning::AddService | Meaning::AddServer);
        let verbs: Vec<_> = self.tokens.iter().map(|t| t.meaning).filter(verb).collect();
        match verbs.as_slice() {
            // A second one of the same kind is told already.
            [one, others @ ..] if others.iter().all(|other| other == one) => {
                self.strangers(*one);
                return Some(*one);
            }
            [] => self.lacks("has no command", "begin with `-A` for a service, `-a` for a server"),
            _ => self.lacks("has two commands", "write a line for each"),
        }
        None
    }

    fn service(&mut self) -> Option<Service> {
        let key = self.key();
        let scheduler = self.argument(Meaning::Scheduler).map(|said| said.map(str::to_owned));
        let flags = self.argument(Meaning::Flags).map(value::flags);
        let persistence = self.persistence();
        let family = key.as_ref().map_or(Family::Inet, Key::family);
        let netmask = self.argument(Meaning::Netmask).map(|said| value::netmask_of(said, family));
        let (flags, netmask) = (self.kept(flags), self.kept(netmask));
        if let (None, Some(netmask), true) = (&persistence, &netmask, self.whole) {
            let message = "`-M` is the netmask of persistence, and there is none";
            self.faults.push(Fault::wrong(netmask.spot, message, "add `-p SECONDS` before it"));
        }
        let one_packet = self.find(|m| m == Meaning::OnePacket);
        let one_packet = one_packet.map(|token| Said { value: (), spot: token.written.spot });
        let (flags, servers) = (flags.unwrap_or_default(), Vec::new());
        Some(Service { key: key?, one_packet, scheduler, flags, persistence, netmask, servers })
    }

    fn server(&mut self) -> Option<(Key, Server)> {
        let key = self.key();
        let endpoint = self.endpoint(|m| m == Meaning::Server);
        if endpoint.is_none() {
            self.lacks("names no real server", "add `-r ADDRESS:PORT`");
        }
        let weight = self.number(Meaning::Weight);
        let (upper, lower) = (self.number(Meaning::Upper), self.number(Meaning::Lower));
        let forwarding = self.method();
        let tunnel = self.tunnel(forwarding);
        let (address, port) = endpoint?;
        // No lab has it, as the virtual one takes its place; ipvsadm looks at it all the same.
        let is_ignored = |port: &Said<i64>| {
            forwarding.keeps_vip()
                && !matches!(key, Some(Key::Address { port: p, .. }) if p == *port)
        };
        let ignored = port.filter(is_ignored);
        ignored.map_or(Some(()), |port| self.kept(Some(value::within(port))))?;
        let server = Server { address, port, forwarding, tunnel, weight, upper, lower };
        Some((key?, server))
    }

    fn key(&mut self) -> Option<Key> {
        let ipv6 = self.find(|m| m == Meaning::Ipv6);
        if let Some(token) = self.find(|m| m == Meaning::Mark) {
            let family = ipv6.map_or(Family::Inet, |_| Family::Inet6);
            let mark = token.argument.map(value::mark);
            return self.kept(mark).map(|mark| Key::Mark { mark, family });
        }
        if let Some(Token { written, .. }) = ipv6 {
            let message = format!("`{}` goes with `-f` only", written.value);
            let help = "take it out: an address says itself that it is of IPv6";
            self.faults.push(Fault::wrong(written.spot, message, help));
        }
        let token = self.find(|m| matches!(m, Meaning::Service(_)));
        let protocol = token.and_then(|token| match token.meaning {
            Meaning::Service(protocol) => Some(protocol),
            _ => None,
        });
        let endpoint = self.endpoint(|m| matches!(m, Meaning::Service(_)));
        let Some((vip, port)) = endpoint else {
            self.lacks("names no virtual service", "add `-t VIP:PORT`, `-u VIP:PORT` or `-f MARK`");
            return None;
        };
        let Some(port) = port.filter(|port| port.value != 0) else {
            self.faults.push(value::every_port(vip));
            return None;
        };
        Some(Key::Address { protocol: protocol?, vip, port })
    }

    /// The forwarding method; gatewaying if none is given (ipvsadm(8)).
    fn method(&self) -> ForwardingMethod {
        let mut methods = self.tokens.iter().filter_map(|token| match token.meaning {
            Meaning::Method(method) => Some(method),
            _ => None,
        });
        methods.next().unwrap_or(ForwardingMethod::Dr)
    }

    /// The tunnel; IPIP if none is given. ipvsadm writes out the type of every tunnel, IPIP too.
    fn tunnel(&mut self, method: ForwardingMethod) -> Tunnel {
        let port = self.number(Meaning::TunnelPort);
        // What is at fault may be what is missed here.
        if !self.faults.is_empty() {
            return Tunnel::Ipip;
        }
        let tunnels = method == ForwardingMethod::Tun;
        if let Some(token) = self.find(goes_with_tunnels).filter(|_| !tunnels) {
            let message = format!("`{}` goes with `-i` only", token.written.value);
            let help = "take it out, or write `-i`";
            self.faults.push(Fault::wrong(token.written.spot, message, help));
            return Tunnel::Ipip;
        }
        let checksum = self.tokens.iter().find_map(|token| match token.meaning {
            Meaning::TunnelChecksum(value) => Some(Said { value, spot: token.written.spot }),
            _ => None,
        });
        let kind = self.argument(Meaning::TunnelType);
        self.kept(Some(tunnel::Options { kind, port, checksum }.tunnel())).unwrap_or_default()
    }

    fn persistence(&mut self) -> Option<Said<i64>> {
        let token = self.find(|m| m == Meaning::Persistence)?;
        match token.argument {
            Some(said) => self.kept(Some(value::number(said))),
            None => Some(Said { value: PERSISTENT, spot: token.written.spot }),
        }
    }

    fn find(&self, wanted: impl Fn(Meaning) -> bool) -> Option<&'t Token<'t>> {
        self.tokens.iter().find(|token| wanted(token.meaning))
    }

    fn argument(&self, wanted: Meaning) -> Option<Said<&'t str>> {
        self.find(|m| m == wanted)?.argument
    }

    fn number(&mut self, wanted: Meaning) -> Option<Said<i64>> {
        let number = self.argument(wanted).map(value::number);
        self.kept(number)
    }

    fn endpoint(&mut self, wanted: impl Fn(Meaning) -> bool) -> Option<Endpoint> {
        let endpoint = self.find(wanted)?.argument.map(value::endpoint);
        self.kept(endpoint)
    }

    fn kept<T>(&mut self, value: Option<Result<T, Fault>>) -> Option<T> {
        match value? {
            Ok(value) => Some(value),
            Err(fault) => {
                self.faults.push(fault);
                self.whole = false;
                None
            }
        }
    }

    fn lacks(&mut self, what: &str, help: &str) {
        if self.whole {
            self.faults.push(Fault::wrong(self.begin, format!("this line {what}"), help));
            self.whole = false;
        }
    }

    /// Options given twice: ipvsadm refuses them too.
    fn repeated(&mut self) {
        for (index, token) in self.tokens.iter().enumerate() {
            let same = |t: &Token<'_>| discriminant(&t.meaning) == discriminant(&token.meaning);
            if self.tokens[..index].iter().any(same) {
                let message = format!("`{}` is one of its kind too many", token.written.value);
                self.faults.push(Fault::wrong(token.written.spot, message, "keep one of them"));
            }
        }
    }

    /// Options that do not go with the command.
    fn strangers(&mut self, verb: Meaning) {
        let (command, other) = match verb {
            Meaning::AddService => ("-A", "-a"),
            _ => ("-a", "-A"),
        };
        for token in self.tokens.iter().filter(|token| !goes_with(token.meaning, verb)) {
            let name = &token.written.value;
            self.faults.push(Fault::wrong(
                token.written.spot,
                format!("`{name}` does not go with `{command}`"),
                format!("move it to the line with `{other}`, or take it out"),
            ));
        }
    }
}

fn goes_with_tunnels(meaning: Meaning) -> bool {
    matches!(meaning, Meaning::TunnelType | Meaning::TunnelPort | Meaning::TunnelChecksum(_))
}

fn goes_with(meaning: Meaning, verb: Meaning) -> bool {
    use Meaning::{
        AddServer, AddService, Command, Flags, Ipv6, Mark, Netmask, NotYet, Persistence, Scheduler,
    };
    match meaning {
        Scheduler | Persistence | Netmask | Flags | Meaning::OnePacket => verb == AddService,
        Meaning::Server
        | Meaning::TunnelType
        | Meaning::TunnelPort
        | Meaning::TunnelChecksum(_)
        | Meaning::Method(_)
        | Meaning::Weight
        | Meaning::Upper
        | Meaning::Lower => verb == AddServer,
        AddService | AddServer | Meaning::Service(_) | Mark | Ipv6 | Command | NotYet(_) => true,
    }
}
