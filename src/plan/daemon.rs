use super::{DestinationEntry, ServiceEntry};
use crate::lab::{
    HealthCheck, InitialState, NodeName, Preemption, Quorum, RouterName, Scheduler, Track,
    VrrpVersion,
};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// A program that keeps a director available, in a process of its own, so that killing it is
/// killing it. It is given everything it must know, with names resolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "daemon", rename_all = "kebab-case")]
pub enum Daemon {
    /// The built-in VRRP speaker.
    Speaker(Speaker),
    /// The built-in health checker.
    Checker(Checker),
    /// keepalived(8).
    Keepalived {
        /// Its configuration file (keepalived.conf(5)).
        configuration: String,
        /// The schedulers of the table that it makes.
        #[serde(default)]
        schedulers: BTreeSet<Scheduler>,
    },
    /// ldirectord(8).
    Ldirectord {
        /// Its configuration file.
        configuration: String,
        /// The schedulers of the table that it makes.
        #[serde(default)]
        schedulers: BTreeSet<Scheduler>,
    },
}

impl Daemon {
    /// Its name: a director has at most one of each.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Speaker(_) => "speaker",
            Self::Checker(_) => "checker",
            Self::Keepalived { .. } => "keepalived",
            Self::Ldirectord { .. } => "ldirectord",
        }
    }

    /// Whether it makes the director's IPVS table itself, rather than find it made.
    pub fn makes_table(&self) -> bool {
        matches!(self, Self::Keepalived { .. } | Self::Ldirectord { .. })
    }
}

impl fmt::Display for Daemon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Speaker(_) => "the VRRP speaker",
            Self::Checker(_) => "the health checker",
            Self::Keepalived { .. } => "keepalived",
            Self::Ldirectord { .. } => "ldirectord",
        })
    }
}

/// What the VRRP speaker of a director does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Speaker {
    /// Its part in each virtual router.
    pub seats: Vec<Seat>,
    /// The virtual routers that change state together, by name.
    pub groups: Vec<Vec<RouterName>>,
    /// The connection synchronisation that follows a virtual router's state.
    pub sync: Option<SyncSeat>,
}

/// A director's part in a virtual router.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// The virtual router.
    pub router: RouterName,
    /// Its number on the wire (VRID), 1 to 255.
    pub router_id: u8,
    /// The interface that adverts leave by.
    pub interface: String,
    /// The director's own address there: the source of its adverts.
    pub source: IpAddr,
    /// The other directors' addresses for unicast; empty means multicast.
    pub peers: Vec<IpAddr>,
    /// The version on the wire.
    pub version: VrrpVersion,
    /// The time between adverts.
    pub advert_interval: Duration,
    /// The password; version 2 only.
    pub password: Option<String>,
    /// This director's priority before anything tracked changes it, 1 to 254; 255 for the owner
    /// (RFC 5798 section 5.2.4).
    pub priority: u8,
    /// The state that it claims to begin in. The speaker begins as backup either way.
    #[serde(default)]
    pub state: InitialState,
    /// Whether it takes over from a living master of lower priority.
    pub preemption: Preemption,
    /// What the master holds.
    pub vips: Vec<HeldAddress>,
    /// What is watched, with [`crate::lab::Tracked::Network`] resolved to `interface`.
    pub tracks: Vec<SeatTrack>,
}

/// A VIP on an interface of the director.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldAddress {
    /// The interface.
    pub interface: String,
    /// The address.
    pub address: IpNet,
}

/// Something that a seat watches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatTrack {
    /// What, and what it weighs.
    pub track: Track,
    /// The director's interface, where a network is watched.
    pub interface: Option<String>,
}

/// A director's part in connection synchronisation: master daemon while it is master of the
/// virtual router, backup daemon otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncSeat {
    /// The virtual router whose state decides.
    pub router: RouterName,
    /// The interface that carries it.
    pub interface: String,
    /// The sync id.
    pub id: u8,
}

/// What the health checker of a director does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checker {
    /// The virtual services whose servers it checks.
    pub services: Vec<CheckedService>,
}

/// A virtual service whose servers are checked. The table holds all of them when it begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedService {
    /// Its entry in the table.
    pub service: ServiceEntry,
    /// Its real servers, in the order of addition.
    pub servers: Vec<CheckedServer>,
    /// Who serves alone while there is no quorum.
    pub sorry_server: Option<DestinationEntry>,
    /// How many must be up.
    pub quorum: Quorum,
    /// How it is found out.
    pub check: HealthCheck,
}

/// A real server that is checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedServer {
    /// The node.
    pub name: NodeName,
    /// Its entry in the table while it is up.
    pub entry: DestinationEntry,
    /// Where it is checked; the port is not the entry's where that is 0.
    pub checked: SocketAddr,
}
