use super::{NetworkName, NodeName, Override, Place, RouterName};
use indexmap::IndexMap;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

/// What makes directors stand in for each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HighAvailability {
    /// The directors that take part, each with its engine, in the order of the file.
    pub engines: IndexMap<NodeName, Engine>,
    /// The virtual routers, in the order of the file.
    pub routers: Vec<VirtualRouter>,
    /// Virtual routers that change state together: lists of names in `routers`.
    pub sync_groups: Vec<SyncGroup>,
    /// The kernel's connection synchronisation, where asked for.
    pub connection_sync: Option<ConnectionSync>,
    /// Where the file says so.
    pub at: Place,
}

impl HighAvailability {
    /// The virtual router of that name.
    pub fn router(&self, name: &RouterName) -> Option<&VirtualRouter> {
        self.routers.iter().find(|router| &router.name == name)
    }

    /// The virtual router that has this VIP.
    pub fn router_of(&self, vip: IpAddr) -> Option<&VirtualRouter> {
        self.routers.iter().find(|router| router.has(vip))
    }
}

/// Who speaks VRRP and checks health on a director.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// The speaker and the checker that are built in.
    #[default]
    Vrrp,
    /// keepalived(8) does both, and owns the director's table.
    Keepalived,
    /// ldirectord(8) checks health and owns the table; the built-in speaker holds the VIP, as
    /// ldirectord knows no VRRP.
    Ldirectord,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Vrrp => "vrrp",
            Self::Keepalived => "keepalived",
            Self::Ldirectord => "ldirectord",
        })
    }
}

/// The version of VRRP on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum VrrpVersion {
    /// RFC 3768: IPv4, whole seconds, a password in the clear.
    #[default]
    V2,
    /// RFC 5798 and 9568: IPv4 and IPv6, centiseconds, no password.
    V3,
}

/// How adverts travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// To 224.0.0.18 or ff02::12.
    #[default]
    Multicast,
    /// To each of the other directors.
    Unicast,
}

/// Whether a director of higher priority takes the VIP from a living master.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Preemption {
    /// It does not (`preempt: false`; keepalived's nopreempt).
    Never,
    /// It does, this long after it has first heard the master of lower priority (keepalived's
    /// preempt_delay); it has then still to wait as if the master had fallen silent.
    After(Duration),
}

/// The state that keepalived.conf gives a director to begin in. It begins as backup either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InitialState {
    /// As the others do.
    #[default]
    Backup,
    /// keepalived drops `nopreempt` and `preempt_delay` then, and nothing else follows from it.
    Master,
}

/// The state of a virtual router on a director (RFC 5798 section 6.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VrrpState {
    /// Not begun, or ended.
    Init,
    /// Listens to the master.
    Backup,
    /// Holds the VIPs.
    Master,
    /// Something that is tracked is down.
    Fault,
}

impl VrrpState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Init, Self::Backup, Self::Master, Self::Fault];

    /// The word in a topology file.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Backup => "backup",
            Self::Master => "master",
            Self::Fault => "fault",
        }
    }
}

impl fmt::Display for VrrpState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.keyword())
    }
}

/// Directors that share VIPs: a VRRP instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VirtualRouter {
    /// Its name in the file (`VI_1`).
    pub name: RouterName,
    /// Its number on the wire, 1 to 255 (VRID).
    pub router_id: u8,
    /// The network that carries its adverts.
    pub network: NetworkName,
    /// The version on the wire.
    pub version: VrrpVersion,
    /// The time between adverts: whole seconds in version 2, centiseconds up to 40.95 s in 3.
    pub advert_interval: Duration,
    /// The password, at most 8 bytes; version 2 only.
    pub password: Option<String>,
    /// How adverts travel.
    pub transport: Transport,
    /// Whether a higher priority takes over from a living master.
    pub preemption: Preemption,
    /// The directors with their priorities, 1 to 254, or 255 for the owner of the VIPs.
    pub priorities: IndexMap<NodeName, u8>,
    /// What the master holds.
    pub vips: Vec<VirtualAddress>,
    /// What changes the priority, or ends the part of a director.
    pub tracks: Vec<Track>,
    /// What single directors have otherwise: a cluster that does not agree.
    pub overrides: IndexMap<NodeName, Override>,
    /// Where the file says so.
    pub at: Place,
}

/// An address that the master of a virtual router holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VirtualAddress {
    /// The address, /32 or /128 unless the file says otherwise.
    pub address: IpNet,
    /// The network whose interface it is put on.
    pub network: NetworkName,
}

/// Something that a virtual router watches on each director.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// What is watched.
    pub subject: Tracked,
    /// What is added to the priority, -253 to 253: a negative weight while the subject is down, a
    /// positive one while it is up. Zero: a subject that is down ends the director's part (FAULT).
    pub weight: i16,
}

/// What can be tracked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tracked {
    /// The director's interface in a network: up, and with a carrier.
    Network(NetworkName),
    /// A shell command that is run in the director: 0 means up (keepalived's vrrp_script).
    Command {
        /// The text given to `sh -c`.
        shell: String,
        /// The time between two runs.
        interval: Duration,
        /// How often it must succeed to be up again.
        rise: u32,
        /// How often it must fail to be down.
        fall: u32,
    },
}

/// Virtual routers that change state together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncGroup {
    /// Its name in the file.
    pub name: RouterName,
    /// Its members.
    pub members: Vec<RouterName>,
}

/// The kernel's connection synchronisation (ipvsadm(8), --start-daemon): the director that is
/// master of a virtual router tells its connections to the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionSync {
    /// The sync id, 0 to 255.
    pub id: u8,
    /// The network that carries it.
    pub network: NetworkName,
    /// The virtual router whose state decides.
    pub router: RouterName,
    /// Where the file says so.
    pub at: Place,
}
