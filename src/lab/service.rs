use super::{
    Destination, ForwardingMethod, HealthCheck, Marked, Node, NodeName, Place, Port, Protocol,
    Quorum, Scheduler, SchedulerFlag, ServiceName, Tunnel,
};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// What a director chooses a real server for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheduled {
    /// Each connection; for UDP, which has none, each client address and port for some time.
    #[default]
    Connections,
    /// Each packet of UDP (ipvsadm --ops, one-packet scheduling): nothing is remembered.
    Packets,
}

/// Persistence: a client stays with its real server for some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Persistence {
    /// How long the template lives after the last connection; whole seconds.
    pub timeout: Duration,
    /// The client address bits that count: 32 for one client, 24 for a class C (IPv4).
    pub prefix_length: u8,
}

impl Persistence {
    /// The netmask of clients that count as one, for IPv4 (ipvsadm(8), -M).
    pub fn netmask(self) -> Ipv4Addr {
        let rest = 32_u32.saturating_sub(self.prefix_length.into());
        Ipv4Addr::from(u32::MAX.checked_shl(rest).unwrap_or(0))
    }
}

/// A virtual service: one VIP, protocol and port, and the real servers behind it; or by a firewall
/// mark several ports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VirtualService {
    /// Its name in the file.
    pub name: ServiceName,
    /// The directors that hold it.
    pub directors: Vec<NodeName>,
    /// The virtual address.
    pub vip: IpAddr,
    /// The virtual port; the first of them, where there is a firewall mark.
    pub port: u16,
    /// The firewall mark that makes it, where asked for, and every port that gets it.
    pub marked: Option<Marked>,
    /// The transport protocol.
    pub protocol: Protocol,
    /// What the scheduler is asked for.
    pub scheduled: Scheduled,
    /// The scheduler.
    pub scheduler: Scheduler,
    /// The scheduler's flags.
    pub flags: Vec<SchedulerFlag>,
    /// The forwarding method of destinations that name none.
    pub forwarding: ForwardingMethod,
    /// The tunnel of destinations that name none, where the method is TUN.
    pub tunnel: Tunnel,
    /// Persistence, where asked for.
    pub persistence: Option<Persistence>,
    /// The table, in the order of addition.
    pub destinations: Vec<Destination>,
    /// How its directors find out which real servers serve, where asked for.
    pub health_check: Option<HealthCheck>,
    /// How many must.
    pub quorum: Quorum,
    /// Who serves alone while there is no quorum.
    pub sorry_server: Option<Destination>,
    /// Where the file says so.
    pub at: Place,
}

impl VirtualService {
    /// Every virtual port.
    pub fn ports(&self) -> &[u16] {
        self.marked.as_ref().map_or(std::slice::from_ref(&self.port), |marked| &marked.ports)
    }

    /// The ports on one of its real servers that packets get to, at least one.
    pub fn ports_on<'s>(&'s self, server: &'s Destination) -> &'s [u16] {
        match server.port {
            0 => self.ports(),
            _ => std::slice::from_ref(&server.port),
        }
    }

    /// The ports on which it asks a node, each with the node's entry.
    pub fn ports_of<'s>(
        &'s self,
        node: &'s Node,
    ) -> impl Iterator<Item = (Port, &'s Destination)> + 's {
        let mine = self.servers().filter(|server| server.real_server == node.name);
        mine.flat_map(move |server| {
            let ports = self.ports_on(server).iter();
            ports.map(move |number| (Port { protocol: self.protocol, number: *number }, server))
        })
    }

    /// The port on one of its real servers that is checked: the first that packets get to.
    pub fn checked_port(&self, server: &Destination) -> u16 {
        if server.port == 0 { self.port } else { server.port }
    }

    /// Every real server that its table can come to hold: those of the file, and the sorry server.
    pub fn servers(&self) -> impl Iterator<Item = &Destination> {
        self.destinations.iter().chain(&self.sorry_server)
    }

    /// The directors that stand in its own table: each serves itself, as IPVS's local node.
    pub fn local_nodes(&self) -> impl Iterator<Item = &Destination> {
        self.servers().filter(|server| self.directors.contains(&server.real_server))
    }

    /// The entry by which one of its directors gets packets addressed to the VIP from another one.
    pub fn peer(&self, director: &NodeName) -> Option<&Destination> {
        let mine = |d: &&Destination| d.real_server == *director && d.forwarding.keeps_vip();
        self.local_nodes().find(mine).filter(|_| self.directors.len() > 1)
    }

    /// The forwarding methods in use, each once.
    pub fn methods(&self) -> Vec<ForwardingMethod> {
        let used = |m: &ForwardingMethod| self.servers().any(|d| d.forwarding == *m);
        ForwardingMethod::ALL.into_iter().filter(used).collect()
    }
}
