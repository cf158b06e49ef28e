use super::director::Remark;
use super::fault::Said;
use super::key::Key;
use crate::lab::{Family, ForwardingMethod, SchedulerFlag, Tunnel};
use std::net::IpAddr;

/// An IPVS table as a text says it, in the order of the text. Numbers and words are as they are
/// written: what a lab can have is not judged here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The virtual services.
    pub services: Vec<Service>,
    /// What becomes of words that are not in the table as they stand.
    pub remarks: Vec<Remark>,
}

/// A virtual service of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// What it is known by.
    pub key: Key,
    /// Where it says that each packet is scheduled, if it does.
    pub one_packet: Option<Said<()>>,
    /// The scheduler's word; none for ipvsadm's default, wlc.
    pub scheduler: Option<Said<String>>,
    /// The scheduler's flags.
    pub flags: Vec<SchedulerFlag>,
    /// The timeout of persistence in seconds.
    pub persistence: Option<Said<i64>>,
    /// Which bits of a client's address count.
    pub netmask: Option<Said<Netmask>>,
    /// The real servers.
    pub servers: Vec<Server>,
}

impl Table {
    /// A name for each service, as in `tcp-80`, `fwm-1` or, of IPv6, `fwm6-1`; those of one port are counted.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for service in &self.services {
            let plain = match service.key {
                Key::Address { protocol, port, .. } => format!("{protocol}-{}", port.value),
                Key::Mark { mark, family: Family::Inet } => format!("fwm-{}", mark.value),
                Key::Mark { mark, family: Family::Inet6 } => format!("fwm6-{}", mark.value),
            };
            let counted = (2..).map(|n| format!("{plain}-{n}"));
            let mut candidates = std::iter::once(plain.clone()).chain(counted);
            names.extend(candidates.find(|name| !names.contains(name)));
        }
        names
    }
}

impl Service {
    /// The forwarding method of its first real server; NAT while it has none.
    pub fn forwarding(&self) -> ForwardingMethod {
        self.servers.first().map_or(ForwardingMethod::Nat, |server| server.forwarding)
    }
}

/// How many bits of a client's address count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Netmask(pub i64);

/// A real server of a virtual service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its address.
    pub address: Said<IpAddr>,
    /// Its port; none for the virtual port, and of a firewall mark 0 means the same.
    pub port: Option<Said<i64>>,
    /// The forwarding method; never FULLNAT, which ipvsadm does not know.
    pub forwarding: ForwardingMethod,
    /// What TUN packs its packets into.
    pub tunnel: Tunnel,
    /// The weight; none for ipvsadm's default, 1.
    pub weight: Option<Said<i64>>,
    /// No new connections from this number on.
    pub upper: Option<Said<i64>>,
    /// New connections again below this number.
    pub lower: Option<Said<i64>>,
}

impl Server {
    /// Whether another one has the same address and port in a service, so that ipvsadm refuses it.
    pub fn is(&self, other: &Self, key: &Key) -> bool {
        let virtual_port = match key {
            Key::Address { port, .. } => port.value,
            Key::Mark { .. } => 0,
        };
        let port = |server: &Self| match server.port {
            Some(port) if !server.forwarding.keeps_vip() => port.value,
            Some(_) | None => virtual_port,
        };
        self.address == other.address && port(self) == port(other)
    }
}
