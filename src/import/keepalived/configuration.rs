use super::files::Files;
use crate::import::{Fault, Said, Service, Spot};
use crate::lab::Probe;
use ipnet::IpNet;
use std::net::IpAddr;
use std::time::Duration;

/// A director's keepalived.conf, as far as labs have the like. Times and numbers are as they are
/// written: what a lab can have is judged elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// The files, the director's own first.
    pub files: Files,
    /// What the director's keepalived was told that it is (-i), where lines depend on it.
    pub id: Option<String>,
    /// What the director calls itself (router_id).
    pub router_id: Option<String>,
    /// The version of VRRP where an instance says nothing (vrrp_version).
    pub version: Option<i64>,
    /// Its parts in virtual routers (vrrp_instance).
    pub instances: Vec<Instance>,
    /// Instances that change state together (vrrp_sync_group).
    pub groups: Vec<Group>,
    /// Connection synchronisation (lvs_sync_daemon).
    pub sync: Option<Sync>,
    /// How long connections are remembered (lvs_timeouts), in seconds.
    pub timeouts: Timeouts,
    /// The virtual services.
    pub services: Vec<VirtualServer>,
    /// What labs do not have.
    pub remarks: Vec<Remark>,
    /// What keepalived goes without: where something is missing in the end, they are why.
    pub skipped: Vec<Fault>,
}

impl Configuration {
    /// Whether it has nothing that a lab could be made of.
    pub fn is_empty(&self) -> bool {
        self.instances.is_empty() && self.services.is_empty()
    }
}

/// Something that the lab does in another way than the file says, or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The lines, as `Files` counts them.
    pub lines: Vec<usize>,
    /// The words of the file.
    pub words: String,
    /// What becomes of them.
    pub fate: Fate,
}

/// What becomes of words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing: labs have nothing of the kind.
    Lost,
    /// Something else takes their place.
    Replaced(String),
    /// keepalived itself takes them as something else, or goes without.
    Taken(String),
    /// Nothing, and it makes no difference: they tell people or programs what has happened.
    Aside,
}

/// A director's part in a virtual router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its name.
    pub name: Said<String>,
    /// The number on the wire.
    pub id: Said<i64>,
    /// The interface of its adverts.
    pub interface: Option<String>,
    /// The director's priority.
    pub priority: i64,
    /// Where it says it.
    pub priority_at: Option<Spot>,
    /// The version of VRRP.
    pub version: Option<i64>,
    /// The time between adverts.
    pub advert_interval: Option<Said<Duration>>,
    /// The password.
    pub password: Option<String>,
    /// Whether it begins as master (state).
    pub begins: Begins,
    /// Whether it takes over from a living master.
    pub preempt: bool,
    /// How long it waits before it does.
    pub preempt_delay: Option<Duration>,
    /// The director's own address, if it says it.
    pub source: Option<Said<IpAddr>>,
    /// The others' addresses, for adverts to each of them.
    pub peers: Vec<Said<IpAddr>>,
    /// What the master holds.
    pub vips: Vec<Vip>,
    /// What it holds and its adverts leave out (virtual_ipaddress_excluded).
    pub excluded: Vec<Vip>,
    /// What it watches.
    pub tracks: Vec<Track>,
}

/// The state that an instance begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// It listens first.
    Backup,
    /// It is master until it hears of a better one.
    Master,
}

/// An address of a virtual router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vip {
    /// The address.
    pub address: IpNet,
    /// Where it is said.
    pub spot: Spot,
    /// The interface, if it is not the instance's.
    pub interface: Option<String>,
}

/// What an instance watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// What.
    pub subject: Said<Watched>,
    /// What it adds to the priority.
    pub weight: i64,
}

/// What can be watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watched {
    /// An interface.
    Interface(String),
    /// A vrrp_script.
    Script(Script),
}

/// A vrrp_script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// The command line.
    pub shell: String,
    /// Whether it can say anything in a lab.
    pub runs: bool,
    /// The time between two runs.
    pub interval: Option<Duration>,
    /// What it adds to a priority unless the instance says it.
    pub weight: i64,
    /// How often it must succeed.
    pub rise: Option<i64>,
    /// How often it must fail.
    pub fall: Option<i64>,
}

/// Instances that change state together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: Said<String>,
    /// The instances' names.
    pub members: Vec<String>,
}

/// Connection synchronisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sync {
    /// Where it is said.
    pub spot: Spot,
    /// The interface that carries it.
    pub interface: String,
    /// The instance whose state decides.
    pub instance: Option<String>,
    /// The sync id.
    pub id: Option<i64>,
}

/// How long connections are remembered, in seconds; none where the kernel decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// Established TCP connections.
    pub tcp: Option<i64>,
    /// TCP connections after a FIN.
    pub tcp_fin: Option<i64>,
    /// UDP.
    pub udp: Option<i64>,
}

/// A virtual service, and how its real servers are checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualServer {
    /// Its part of the table.
    pub service: Service,
    /// How each real server is checked, in their order.
    pub checks: Vec<Option<Check>>,
    /// How much weight must be up.
    pub quorum: Option<i64>,
    /// How much more it takes to have quorum again.
    pub hysteresis: Option<i64>,
    /// Who serves while there is no quorum.
    pub sorry: Option<(Said<IpAddr>, Option<i64>)>,
}

/// How a real server is checked; what is not said is keepalived's default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What is tried.
    pub probe: Probe,
    /// When, and how patiently.
    pub timing: Timing,
    /// The port that is tried, if it is not the real server's.
    pub port: Option<i64>,
    /// Whether a failed server stays with weight 0.
    pub inhibit: bool,
    /// Where it is said.
    pub spot: Spot,
    /// Where it is said what a good answer is, or else what is tried.
    pub asked: Spot,
}

/// When something is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// The time between two checks.
    pub delay_loop: Option<Duration>,
    /// How long one may take.
    pub connect_timeout: Option<Duration>,
    /// How many more attempts there are.
    pub retry: Option<i64>,
    /// The time between these.
    pub delay_before_retry: Option<Duration>,
}

impl Timing {
    /// This, and what another one says where it says nothing.
    pub fn or(self, outer: Self) -> Self {
        Self {
            delay_loop: self.delay_loop.or(outer.delay_loop),
            connect_timeout: self.connect_timeout.or(outer.connect_timeout),
            retry: self.retry.or(outer.retry),
            delay_before_retry: self.delay_before_retry.or(outer.delay_before_retry),
        }
    }
}
