use super::{Entries, List, words};
use crate::lab::{Engine, InitialState, Transport};
use schemars::JsonSchema;
use serde::Deserialize;

/// What makes directors stand in for each other.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HighAvailability {
    /// Who speaks VRRP and checks health on the directors: `vrrp`, `keepalived` or `ldirectord`, or
    /// a mapping with one of them for each director. Default: vrrp, which is built in.
    pub engine: Option<Engines>,
    /// The virtual routers, by name: directors that share VIPs (vrrp_instance in keepalived.conf).
    #[serde(default)]
    pub virtual_routers: Entries<VirtualRouter>,
    /// Virtual routers that change state together, by the group's name, as in `G1: [VI_1, VI_2]`
    /// (vrrp_sync_group). Default: none.
    #[serde(default)]
    pub sync_groups: Entries<List<String>>,
    /// The kernel's connection synchronisation: established connections survive a takeover.
    /// Default: none.
    pub connection_sync: Option<ConnectionSync>,
}

/// One engine for all directors, or one for each.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "`vrrp`, `keepalived` or `ldirectord`, or a mapping from directors to these")]
pub enum Engines {
    /// The same for all.
    All(EngineWord),
    /// One for each.
    Each(Entries<EngineWord>),
}

/// An engine by its name.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct EngineWord(#[schemars(schema_with = "words::engine")] pub Engine);

/// Directors that share VIPs: the one of the highest priority that lives is master and holds them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VirtualRouter {
    /// The virtual router's number on the wire, 1 to 255 (virtual_router_id). Two on one network
    /// cannot have the same.
    #[schemars(with = "i64", range(min = 1, max = 255))]
    pub router_id: Option<i64>,
    /// The directors that take part, each with its priority, 1 to 254, as in `{ node01: 100,
    /// node04: 50 }`; 255 is for a director whose own address the VIP is.
    #[schemars(with = "Entries<i64>")]
    pub priorities: Option<Entries<i64>>,
    /// What the master holds: addresses such as `192.168.150.100`, or with a prefix length such as
    /// `192.168.150.100/24`. Default: if there is one virtual router, the VIPs of all virtual
    /// services.
    pub vips: Option<List<String>>,
    /// The network that carries the adverts. Default: the network of the first VIP.
    pub network: Option<String>,
    /// The version of VRRP, 2 or 3. Default: 2; with IPv6 VIPs 3, the only one that has them.
    #[schemars(range(min = 2, max = 3))]
    pub version: Option<i64>,
    /// The time between two adverts of the master: in version 2 whole seconds from `1s` to `255s`,
    /// in version 3 hundredths of a second from `10ms` to `40950ms`. Default: 1s.
    #[schemars(title = "a duration")]
    pub advert_interval: Option<String>,
    /// The password that adverts carry in the clear, in quotes, at most 8 bytes; version 2 only.
    /// Default: none.
    #[schemars(title = "a text in quotes")]
    pub password: Option<String>,
    /// How adverts travel: `multicast` to 224.0.0.18 (ff02::12), or `unicast` to each of the other directors.
    /// Default: multicast.
    #[serde(default)]
    #[schemars(schema_with = "words::transport")]
    pub transport: Transport,
    /// Whether a director of higher priority takes the VIPs from a master that lives. Default:
    /// true.
    pub preempt: Option<bool>,
    /// How long after its begin a director waits before it does so. Default: 0s.
    #[schemars(title = "a duration")]
    pub preempt_delay: Option<String>,
    /// What is watched on each director, and what it does to the priority. Default: nothing.
    #[serde(default)]
    pub track: List<Track>,
    /// What single directors have otherwise, by director, as in `{ node04: { password: "2222" } }`:
    /// a cluster whose members do not agree, and the masters that come of it. Default: nothing.
    #[serde(default)]
    pub overrides: Entries<Override>,
}

/// What one director has otherwise than its virtual router says. Directors that differ in anything
/// but `state` discard each other's adverts, so that each becomes master.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The virtual router's number in the adverts of this director, 1 to 255. Default: that of the
    /// virtual router.
    #[schemars(range(min = 1, max = 255))]
    pub router_id: Option<i64>,
    /// The version of VRRP that it speaks, 2 or 3. Default: that of the virtual router.
    #[schemars(range(min = 2, max = 3))]
    pub version: Option<i64>,
    /// The time between two of its adverts; in version 3 directors may differ here. Default: that
    /// of the virtual router.
    #[schemars(title = "a duration")]
    pub advert_interval: Option<String>,
    /// The password of its adverts, in quotes. Default: that of the virtual router.
    #[schemars(title = "a text in quotes")]
    pub password: Option<String>,
    /// What it holds as master. Default: the virtual router's VIPs.
    pub vips: Option<List<String>>,
    /// The state that its keepalived.conf gives it to begin in, `master` or `backup`. keepalived
    /// begins as backup either way, but with `master` it drops `preempt: false` and
    /// `preempt_delay`. Default: backup.
    pub state: Option<InitialStateWord>,
}

/// A state to begin in, by its name.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct InitialStateWord(#[schemars(schema_with = "words::initial_state")] pub InitialState);

/// Something that is watched on each director: exactly one of `network` and `command`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Track {
    /// The network whose interface must be up and have a carrier (track_interface).
    pub network: Option<String>,
    /// The shell command that must exit with 0 (vrrp_script).
    pub command: Option<String>,
    /// What is added to the priority, -253 to 253: a negative weight while the subject is down, a
    /// positive one while it is up. With 0 a director whose subject is down gives up (FAULT).
    /// Default: 0.
    #[schemars(range(min = -253, max = 253))]
    pub weight: Option<i64>,
    /// The time between two runs of the command. Default: 1s.
    #[schemars(title = "a duration")]
    pub interval: Option<String>,
    /// How often the command must succeed for the subject to be up again. Default: 1.
    #[schemars(range(min = 1))]
    pub rise: Option<i64>,
    /// How often the command must fail for the subject to be down. Default: 1.
    #[schemars(range(min = 1))]
    pub fall: Option<i64>,
}

/// The kernel's connection synchronisation: the master tells its connections to the backups
/// (ipvsadm --start-daemon).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectionSync {
    /// The sync id, 0 to 255: a backup hears a master of the same id only. Default: 0.
    #[schemars(range(min = 0, max = 255))]
    pub id: Option<i64>,
    /// The network that carries it. Default: the network of the virtual router's adverts.
    pub network: Option<String>,
    /// The virtual router whose master sends. Default: the only one.
    pub router: Option<String>,
}
