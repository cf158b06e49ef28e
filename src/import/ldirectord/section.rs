use super::address::{address, parted, port};
use super::check::{Asked, CheckType, is_off, spoken_at};
use super::line::Line;
use super::server::{fallback, real};
use super::settings::Settings;
use super::values::no_value;
use crate::import::director::{Check, Held, Remark, Sorry, with_ports};
use crate::import::{Fault, Key, Netmask, Said, Server, Service, Spot};
use crate::lab::{Family, OnFailure, Protocol, SchedulerFlag};
use std::net::IpAddr;
use std::time::Duration;

/// ldirectord's own default.
const SCHEDULER: &str = "wrr";

/// A virtual service as its lines say it.
#[derive(Clone, Debug)]
pub struct Section {
    /// Where it begins.
    pub at: Spot,
    /// Its line.
    pub line: Line,
    /// The family of its addresses.
    pub family: Family,
    /// The lines of its real servers.
    pub real: Vec<Line>,
    /// The line of its fallback.
    pub fallback: Option<Line>,
    /// The transport protocol; `fwm` says what is known already.
    pub protocol: Option<Said<String>>,
    /// The scheduler.
    pub scheduler: Option<Said<String>>,
    /// Its flags.
    pub flags: Vec<SchedulerFlag>,
    /// The timeout of persistence in seconds.
    pub persistence: Option<Said<i64>>,
    /// Which bits of a client's address count.
    pub netmask: Option<Said<Netmask>>,
    /// Where it says that each packet is scheduled.
    pub one_packet: Option<Said<()>>,
    /// How real servers are checked.
    pub check_type: Option<Said<CheckType>>,
    /// What is spoken.
    pub spoken: Option<Said<String>>,
    /// What is asked.
    pub request: Option<Said<String>>,
    /// What the answer must match.
    pub receive: Option<Said<String>>,
    /// The program that checks.
    pub command: Option<Said<String>>,
    /// GET or HEAD.
    pub method: Option<Said<String>>,
    /// The port that is checked.
    pub check_port: Option<Said<i64>>,
    /// Times and the like.
    pub settings: Settings,
}

/// When real servers are checked, and what becomes of one that fails.
pub struct Timing {
    /// Between two checks.
    pub interval: Duration,
    /// How long a connect, a ping or a program may take.
    pub check: Duration,
    /// How long a question and its answer may take.
    pub negotiate: Duration,
    /// How many checks must fail in a row.
    pub failures: u32,
    /// What becomes of a server that fails.
    pub on_failure: OnFailure,
}

/// What a section becomes, and what is wrong with it.
#[derive(Default)]
pub struct Resolved {
    /// The virtual service; none where its key is at fault.
    pub held: Option<Held>,
    /// What becomes of words that are not in the lab as they stand.
    pub remarks: Vec<Remark>,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

impl Section {
    /// The section of a line with `virtual` or `virtual6`.
    pub fn new(line: &Line) -> Self {
        let family = if line.keyword == "virtual6" { Family::Inet6 } else { Family::Inet };
        Self {
            at: line.value_spot(),
            line: line.clone(),
            family,
            real: Vec::new(),
            fallback: None,
            protocol: None,
            scheduler: None,
            flags: Vec::new(),
            persistence: None,
            netmask: None,
            one_packet: None,
            check_type: None,
            spoken: None,
            request: None,
            receive: None,
            command: None,
            method: None,
            check_port: None,
            settings: Settings::default(),
        }
    }

    /// What the section becomes once the whole file is read.
    pub fn resolved(&self, timing: &Timing, common: Option<&Line>) -> Resolved {
        let mut all = Resolved::default();
        let key = self.key(&mut all.faults);
        let (mut servers, mut own) = (Vec::new(), Vec::new());
        for line in &self.real {
            match real(line, self.family) {
                Ok((found, is_asked)) => {
                    own.extend(is_asked.then(|| line.value_spot()));
                    servers.extend(found);
                }
                Err(fault) => all.faults.push(fault),
            }
        }
        let sorry = self.fallback.as_ref().or(common).map(|line| fallback(line, self.family));
        let sorry = sorry.and_then(|sorry| sorry.map_err(|fault| all.faults.push(fault)).ok());
        let Some(key) = key else { return all };
        for spot in own {
            let words = "all real servers of a service are checked alike: by the service's \
                         `request` and `receive`";
            all.remarks.push(Remark { spot, words: words.to_owned() });
        }
        let servers = self.settled(servers, key, &mut all.remarks);
        let (port, check) = self.checked(key, timing, &mut all.remarks);
        if let Some(sorry) = sorry.filter(|_| check.is_none()) {
            let words = "nothing is checked, so that the fallback never serves".to_owned();
            all.remarks.push(Remark { spot: sorry.address.spot, words });
        }
        let sorry = sorry.filter(|_| check.is_some());
        let service = self.service(key, servers);
        all.remarks.extend(sorry.and_then(|sorry| of_port(&sorry, &service)));
        all.held = Some(Held { service, port, check, sorry });
        all
    }

    fn key(&self, faults: &mut Vec<Fault>) -> Option<Key> {
        let word = self.line.value.split_ascii_whitespace().next().unwrap_or_default();
        if word.is_empty() {
            faults.push(no_value(&self.line));
            return None;
        }
        let (host, number) = parted(word);
        let key = match number {
            Some(number) => self.by_address(host, number),
            None => self.by_mark(word),
        };
        key.map_err(|fault| faults.push(fault)).ok()
    }

    fn by_address(&self, host: &str, number: &str) -> Result<Key, Fault> {
        let vip = address(host, self.family, self.at)?;
        let number = port(number, self.at)?;
        if number == 0 {
            let message = "labs do not have services of every port yet";
            return Err(Fault::not_yet(self.at, message, "add a port, as in `:80`"));
        }
        let protocol = match self.protocol.as_ref().map(|said| (said.value.as_str(), said.spot)) {
            Some(("udp", _)) => Protocol::Udp,
            Some(("tcp", _)) => Protocol::Tcp,
            Some((_, spot)) => {
                let message = "a service of an address is of TCP or UDP";
                return Err(Fault::wrong(spot, message, "write `tcp` or `udp`"));
            }
            None if number == 53 => Protocol::Udp,
            None => Protocol::Tcp,
        };
        let said = |value| Said { value, spot: self.at };
        let (vip, port) = (Said { value: vip, spot: self.at }, said(number));
        Ok(Key::Address { protocol, vip, port })
    }

    /// ldirectord takes the first digits for a mark, those of an address without a port too.
    fn by_mark(&self, word: &str) -> Result<Key, Fault> {
        let mark = word.parse::<u32>().ok().filter(|mark| *mark > 0);
        let Some(mark) = mark else {
            let message = format!("`{word}` is neither an address with a port nor a mark");
            let help = "write `192.168.6.240:80`, or the number of a firewall mark: of an address \
                        without a port ldirectord takes the first digits for one";
            return Err(Fault::wrong(self.at, message, help));
        };
        if let Some(said) = self.protocol.as_ref().filter(|said| said.value != "fwm") {
            let message = "a service of a firewall mark has the protocol `fwm`";
            return Err(Fault::wrong(said.spot, message, "write `fwm`, or leave it out"));
        }
        let mark = Said { value: i64::from(mark), spot: self.at };
        Ok(Key::Mark { mark, family: self.family })
    }

    /// The real servers that the table has: each once, and none where nothing is ever checked.
    fn settled(&self, servers: Vec<Server>, key: Key, remarks: &mut Vec<Remark>) -> Vec<Server> {
        if let Some(said) = self.check_type.filter(|_| is_off(self)) {
            let words = "nothing is checked, and no real server is ever in the table".to_owned();
            remarks.push(Remark { spot: said.spot, words });
            return Vec::new();
        }
        let mut settled: Vec<Server> = Vec::new();
        for server in with_ports(servers, key, remarks) {
            let same = |s: &Server| (s.address, s.port) == (server.address, server.port);
            if settled.iter().any(same) {
                let words = format!("{} is in the table already", server.address.value);
                remarks.push(Remark { spot: server.address.spot, words });
            } else {
                settled.push(server);
            }
        }
        settled
    }

    /// The port of a mark, as far as the checks tell it, and how real servers are checked.
    fn checked(
        &self,
        key: Key,
        timing: &Timing,
        remarks: &mut Vec<Remark>,
    ) -> (Option<i64>, Option<Check>) {
        let (protocol, port, told) = match key {
            Key::Address { protocol, vip, port } => {
                (Some(protocol), port.value, format!("{} {}", shown(vip.value), port.value))
            }
            Key::Mark { mark, .. } => (None, 0, format!("{} 0", mark.value)),
        };
        let said = self.spoken.as_ref().map(|said| said.value.as_str());
        let service = said.unwrap_or_else(|| spoken_at(port));
        let asked = Asked { section: self, protocol, service, virtual_service: told };
        let check = asked.check(timing, remarks);
        if protocol.is_none() {
            return (self.check_port.map(|said| said.value), check);
        }
        if let Some(said) = self.check_port.filter(|said| said.value != port) {
            let words = "labs check the port that serves".to_owned();
            remarks.push(Remark { spot: said.spot, words });
        }
        (None, check)
    }

    fn service(&self, key: Key, servers: Vec<Server>) -> Service {
        let usual = Said { value: SCHEDULER.to_owned(), spot: self.at };
        let is_udp = matches!(key, Key::Address { protocol: Protocol::Udp, .. });
        Service {
            key,
            one_packet: self.one_packet.filter(|_| is_udp),
            scheduler: Some(self.scheduler.clone().unwrap_or(usual)),
            flags: self.flags.clone(),
            persistence: self.persistence,
            netmask: self.netmask.filter(|_| self.persistence.is_some()),
            servers,
        }
    }
}

/// What becomes of a fallback's port where packets keep the virtual one.
fn of_port(sorry: &Sorry, service: &Service) -> Option<Remark> {
    let Key::Address { port, .. } = service.key else { return None };
    let is_other = sorry.port.is_some_and(|own| own != port.value);
    let words = "the fallback has the virtual port: packets get to it as to the real servers";
    (is_other && service.forwarding().keeps_vip())
        .then(|| Remark { spot: sorry.address.spot, words: words.to_owned() })
}

/// An address as ldirectord tells it to a program.
fn shown(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}
