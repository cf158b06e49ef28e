use super::SyncDaemon;
use crate::lab::{
    Family, Persistence, Port, Scheduled, Scheduler, SchedulerFlag, SysctlKey, Timeouts,
};
use crate::plan::{DestinationEntry, PacketMark, ServiceKey};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// What is really there in one node, as the kernel's dumps say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// Its interfaces.
    pub links: Vec<ObservedLink>,
    /// The addresses of its interfaces.
    pub addresses: Vec<ObservedAddress>,
    /// The main table's routes with a next hop.
    pub routes: Vec<ObservedRoute>,
    /// The main table's routes without a next hop that the kernel did not add by itself.
    #[serde(default)]
    pub direct_routes: Vec<ObservedDirectRoute>,
    /// The rules in its firewall that drop packets, in the words of the program that lists them;
    /// ours and keepalived's do not count.
    #[serde(default)]
    pub drops: Vec<Removable<String>>,
    /// The settings that were asked for.
    pub settings: BTreeMap<SysctlKey, String>,
    /// Its IPVS table; empty where the kernel has no ip_vs.
    pub services: Vec<ObservedService>,
    /// How long it remembers connections; not read where its IPVS table is empty.
    #[serde(default)]
    pub timeouts: Option<Timeouts>,
    /// Its sync daemons.
    pub sync: Vec<SyncDaemon>,
    /// The virtual services whose clients' addresses are replaced (FULLNAT).
    pub source_nat: Vec<ServiceKey>,
    /// The packets that its firewall marks.
    pub marked: Vec<PacketMark>,
    /// The packets that it marks either on their way in or when it sends them itself, not both.
    #[serde(default)]
    pub partly_marked: Vec<PacketMark>,
    /// What rules without our sign do, as they are typed.
    #[serde(default)]
    pub typed: TypedRules,
    /// The policy rules that not every namespace has.
    #[serde(default)]
    pub policy_rules: Vec<ObservedPolicyRule>,
    /// The UDP ports that take GUE envelopes, sorted.
    #[serde(default)]
    pub gue: Vec<u16>,
    /// The ports that somebody serves: TCP and SCTP ports with a listener, UDP ports with an
    /// unconnected socket; sorted.
    pub listening: Vec<Port>,
    /// The daemons that run for it, by name, sorted.
    pub daemons: Vec<String>,
    /// The processes of the file that run in it, by name, sorted.
    pub processes: Vec<String>,
}

/// What rules of a firewall do that are not ours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedRules {
    /// The virtual services whose clients' addresses are replaced.
    pub source_nat: Vec<Removable<ServiceKey>>,
    /// The packets that are marked.
    pub marked: Vec<Removable<PacketMark>>,
}

/// What rules of a firewall do, and what takes away just these rules, as they were written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removable<T> {
    /// What they do.
    pub what: T,
    /// The commands, as they are typed in the node.
    pub away: Vec<String>,
}

impl<T> Removable<T> {
    /// The same of a part of what they do, if they do it.
    pub(super) fn part<U>(&self, part: impl FnOnce(&T) -> Option<U>) -> Option<Removable<U>> {
        Some(Removable { what: part(&self.what)?, away: self.away.clone() })
    }
}

/// A policy rule (ip-rule(8)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedPolicyRule {
    /// The family of the packets that it is for.
    pub family: Family,
    /// Its priority.
    pub priority: u32,
    /// What it says, in the words of ip(8) from `from` on.
    pub words: String,
}

/// An interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedLink {
    /// Its name.
    pub name: String,
    /// Whether it is administratively up (`IFF_UP`).
    pub up: bool,
    /// Its MTU in bytes.
    pub mtu: u32,
    /// Its link-layer address, as in `02:00:00:00:00:01`.
    pub mac: Option<String>,
    /// The bridge it is a port of.
    pub bridge: Option<String>,
    /// What an end of tunnels over IPv6 takes out of their envelopes.
    #[serde(default)]
    pub tunnelled: Option<Tunnelled>,
}

/// What an end of tunnels over IPv6 takes (`IFLA_IPTUN_PROTO`, linux/if_tunnel.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tunnelled {
    /// Whatever comes.
    Any,
    /// One protocol only, by its number (`IPPROTO_*`).
    Only(u8),
}

/// An address of an interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedAddress {
    /// The interface.
    pub interface: String,
    /// The address with its prefix length.
    pub address: IpNet,
}

/// A route with a next hop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedRoute {
    /// The destination; none means the default route.
    pub destination: Option<IpNet>,
    /// The next hop.
    pub via: IpAddr,
    /// The interface it leaves by.
    pub interface: Option<String>,
}

/// A route without a next hop of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedDirectRoute {
    /// The family of the packets that it is for.
    pub family: Family,
    /// The destination; none means everything else.
    pub destination: Option<IpNet>,
    /// Where it leads.
    pub leads: Leads,
    /// Its metric; 0 is none.
    pub metric: u32,
    /// The type of service that it is for; 0 is any.
    pub tos: u8,
}

/// Where a route without a next hop of its own leads (ip-route(8), `TYPE`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Leads {
    /// Out of an interface.
    Out(String),
    /// To several next hops in turn.
    Several,
    /// To nowhere: packets are dropped.
    Blackhole,
    /// To an answer that the host is unreachable.
    Unreachable,
    /// To an answer that this is forbidden.
    Prohibit,
    /// Back to the policy rules, as if this table had no route.
    Throw,
}

impl Leads {
    /// The interface that it leads out of.
    pub fn interface(&self) -> Option<&str> {
        match self {
            Self::Out(interface) => Some(interface),
            Self::Several | Self::Blackhole | Self::Unreachable | Self::Prohibit | Self::Throw => {
                None
            }
        }
    }

    /// What ip-route(8) writes before the destination.
    pub fn keyword(&self) -> Option<&'static str> {
        match self {
            Self::Out(_) | Self::Several => None,
            Self::Blackhole => Some("blackhole"),
            Self::Unreachable => Some("unreachable"),
            Self::Prohibit => Some("prohibit"),
            Self::Throw => Some("throw"),
        }
    }
}

/// A virtual service of an IPVS table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedService {
    /// Its identity.
    pub key: ServiceKey,
    /// The scheduler; none when it is one that lvs-lab does not know.
    pub scheduler: Option<Scheduler>,
    /// The scheduler's flags.
    pub flags: Vec<SchedulerFlag>,
    /// Persistence.
    pub persistence: Option<Persistence>,
    /// What the scheduler is asked for.
    pub scheduled: Scheduled,
    /// Counters.
    pub statistics: Statistics,
    /// Its real servers, in the order that the kernel dumps them (last added first).
    pub destinations: Vec<ObservedDestination>,
}

/// A real server of an IPVS table. The kernel does not tell FULLNAT from NAT.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedDestination {
    /// What can be set.
    pub entry: DestinationEntry,
    /// Connections counted as active.
    pub active: u32,
    /// Connections counted as inactive.
    pub inactive: u32,
    /// Counters.
    pub statistics: Statistics,
}

/// IPVS counters (`IPVS_STATS_ATTR_*`); the kernel renews them every two seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistics {
    /// Connections scheduled.
    pub connections: u64,
    /// Packets in.
    pub packets_in: u64,
    /// Packets out; stays 0 in DR and TUN.
    pub packets_out: u64,
    /// Bytes in.
    pub bytes_in: u64,
    /// Bytes out; stays 0 in DR and TUN.
    pub bytes_out: u64,
}
