use super::{Entries, HealthCheck, List, SorryServer, Tunnel, words};
use crate::lab::{ForwardingMethod, Protocol, Scheduler, SchedulerFlag};
use schemars::JsonSchema;
use serde::Deserialize;
use std::net::IpAddr;

/// A virtual service: a VIP, a protocol and a port, and the real servers behind them. It has
/// exactly one of `port` and `ports`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VirtualService {
    /// The virtual address that clients talk to, as in `192.168.136.100`.
    #[schemars(with = "String")]
    pub vip: Option<String>,
    /// The virtual port, 1 to 65535; or `ports`.
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<i64>,
    /// Several virtual ports as one service, 1 to 15 of them instead of `port`; more than one need
    /// a `firewall_mark`.
    #[schemars(length(min = 1, max = 15))]
    pub ports: Option<List<i64>>,
    /// The mark that the directors' firewalls put on packets to the VIP and the ports, 1 to
    /// 4294967295, by which IPVS knows them (ipvsadm -f). Default: none, IPVS looks at the port.
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    pub firewall_mark: Option<i64>,
    /// The transport protocol, `tcp`, `udp` or `sctp`. Default: tcp.
    #[serde(default)]
    #[schemars(schema_with = "words::protocol")]
    pub protocol: Protocol,
    /// Whether the scheduler is asked for each packet of UDP, and nothing is remembered of a client
    /// (ipvsadm --ops). Default: false.
    #[serde(default)]
    pub one_packet: bool,
    /// How the director chooses a real server (ipvsadm -s). Default: wlc.
    #[serde(default)]
    #[schemars(schema_with = "words::scheduler")]
    pub scheduler: Option<Scheduler>,
    /// The scheduler's own flags, `fallback` and `port` (ipvsadm -b). Default: none.
    #[serde(default)]
    #[schemars(schema_with = "words::scheduler_flags")]
    pub scheduler_flags: Vec<Option<SchedulerFlag>>,
    /// How the director hands packets to real servers: `nat`, `dr`, `tun` or `fullnat`.
    #[schemars(schema_with = "words::forwarding")]
    pub forwarding: Option<Forwarding>,
    /// What TUN packs the packets into: `ipip`, `gre` or `gue`, or a mapping with `kind`, `port`
    /// and `checksum`. Default: ipip.
    pub tunnel: Option<Tunnel>,
    /// For how many seconds a client stays with its real server (ipvsadm -p), or a mapping with
    /// `timeout` and `prefix_length`. Default: no persistence.
    pub persistence: Option<Persistence>,
    /// The directors that hold the service. Default: those of the virtual router that has the VIP;
    /// else all.
    pub directors: Option<List<String>>,
    /// The real servers in the order of their addition: a list of names, or a mapping from names
    /// to settings such as `rs1: { weight: 3 }`. A director of the service may be among them: it
    /// serves itself.
    #[serde(default)]
    pub real_servers: Servers,
    /// How the directors find out which real servers serve. Default: they do not.
    pub health_check: Option<HealthCheck>,
    /// What the weights of the real servers that are up must add up to; below it the sorry server
    /// serves. Default: 1.
    #[schemars(range(min = 1))]
    pub quorum: Option<i64>,
    /// How much more weight it takes to have quorum again, and less to lose it: below `quorum`.
    /// Default: 0.
    #[schemars(range(min = 0))]
    pub hysteresis: Option<i64>,
    /// The real server that serves alone while there is no quorum, or a mapping with `server` and
    /// `port`. Default: none.
    pub sorry_server: Option<SorryServer>,
}

/// The forwarding method by one of its names.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Forwarding {
    #[serde(alias = "masquerading")]
    Nat,
    #[serde(alias = "gatewaying")]
    Dr,
    #[serde(alias = "ipip")]
    Tun,
    FullNat,
}

impl From<Forwarding> for ForwardingMethod {
    fn from(method: Forwarding) -> Self {
        match method {
            Forwarding::Nat => Self::Nat,
            Forwarding::Dr => Self::Dr,
            Forwarding::Tun => Self::Tun,
            Forwarding::FullNat => Self::FullNat,
        }
    }
}

/// Persistence: a client stays with its real server.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "a number of seconds, or a mapping with `timeout` and `prefix_length`")]
pub enum Persistence {
    /// The timeout in seconds.
    Timeout(i64),
    /// The timeout and more.
    Details(PersistenceDetails),
}

/// Persistence with more than its timeout.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersistenceDetails {
    /// For how many seconds a client stays with its real server after its last connection, 1 to
    /// 2678400 (31 days).
    #[schemars(range(min = 1, max = 2_678_400))]
    pub timeout: i64,
    /// How many bits of the client's address count, 1 to 32, in IPv6 to 128: 24 keeps a whole class
    /// C together (ipvsadm -M). Default: all.
    #[schemars(range(min = 1, max = 128))]
    pub prefix_length: Option<i64>,
}

/// The real servers of a virtual service.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "a list of real servers, or a mapping from their names to settings")]
pub enum Servers {
    /// Names alone.
    List(List<String>),
    /// Names with settings.
    Table(Entries<Server>),
}

impl Default for Servers {
    fn default() -> Self {
        Self::List(List::default())
    }
}

/// A real server's entry in a virtual service's table.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// The weight, 0 to 65535; 0 means quiesced: no new connections (ipvsadm -w). Default: 1.
    #[schemars(range(min = 0, max = 65535))]
    pub weight: Option<i64>,
    /// The port on the real server, 1 to 65535. Default: the virtual port, and with DR and TUN it
    /// can be no other. Where there is a firewall mark, every virtual port is mapped to it.
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<i64>,
    /// The forwarding method for this real server. Default: the service's.
    #[serde(default)]
    #[schemars(schema_with = "words::forwarding")]
    pub forwarding: Option<Forwarding>,
    /// What TUN packs this real server's packets into. Default: the service's.
    pub tunnel: Option<Tunnel>,
    /// No new connections from this number on (ipvsadm -x). Default: 0, no limit.
    #[schemars(range(min = 0, max = 65535))]
    pub upper_threshold: Option<i64>,
    /// New connections again below this number (ipvsadm -y). Default: 0, which the kernel takes as
    /// three quarters of `upper_threshold`.
    #[schemars(range(min = 0, max = 65535))]
    pub lower_threshold: Option<i64>,
    /// The network in which the directors reach it, where it is plugged into several: its address
    /// there is the RIP. Default: the first one that it shares with a director.
    pub address: Option<String>,
    /// Its address, if a table of ipvsadm's names it: never in a file.
    #[serde(skip)]
    pub rip: Option<IpAddr>,
}
