//! The file as it is written: plain texts and numbers under serde's names. Nothing is judged here.
//!
//! The doc comments are the JSON Schema's descriptions, which editors show and faults repeat: each
//! says what a key means, its unit and its default.

mod disturbance;
mod entries;
mod expect;
mod health;
mod high_availability;
mod ipvs;
mod number;
mod scenario;
mod service;
mod serving;
mod tunnel;
mod words;

pub use disturbance::{Fault, Load, Stoppable};
pub use entries::{Entries, List};
pub use expect::{Distribution, DistributionWord, Expect, Latency, StateWord, VipOwner};
pub use health::{HealthCheck, HttpProbe, SorryServer};
pub use high_availability::{
    ConnectionSync, EngineWord, Engines, HighAvailability, Track, VirtualRouter,
};
pub use ipvs::{IpvsSettings, Timeouts};
pub use number::{Decimal, NumberOrText};
pub use scenario::{Request, Run, Scenario, Step};
pub use service::{Forwarding, Persistence, PersistenceDetails, Server, Servers, VirtualService};
pub use serving::{PortBackend, Process};
pub use tunnel::{Tunnel, TunnelDetails, TunnelKind};

use schemars::JsonSchema;
use serde::Deserialize;

/// A Linux Virtual Server laboratory: networks, the nodes on them, virtual services, and scenarios
/// that prove that it works.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "lvs-lab topology")]
pub struct Topology {
    /// The lab's name; its namespaces are called `<name>-<node>`. Made of a-z, 0-9 and `-`, at
    /// most 32 bytes.
    pub name: String,
    /// What the lab shows, in one line.
    pub summary: Option<String>,
    /// The networks, by name. Each is a bridge of that name (at most 15 bytes) with one subnet.
    #[serde(default)]
    pub networks: Entries<Network>,
    /// The nodes that send requests, by name. Their addresses are CIPs.
    #[serde(default)]
    pub clients: Entries<Node>,
    /// The nodes that hold the virtual services, by name. Their addresses are DIPs.
    #[serde(default)]
    pub directors: Entries<Node>,
    /// The nodes that forward between networks, by name.
    #[serde(default)]
    pub routers: Entries<Node>,
    /// The nodes that serve, by name. Their addresses are RIPs.
    #[serde(default)]
    pub real_servers: Entries<RealServer>,
    /// The nodes that serve behind no director, by name: an application tier, a database.
    #[serde(default)]
    pub servers: Entries<Node>,
    /// What makes directors stand in for each other. Default: nothing does.
    pub high_availability: Option<HighAvailability>,
    /// The virtual services, by name.
    #[serde(default)]
    pub virtual_services: Entries<VirtualService>,
    /// Settings of every director's IPVS: `sysctls` and `timeouts`. Default: the kernel's.
    pub ipvs: Option<IpvsSettings>,
    /// The directors' table, as `ipvsadm -S -n` prints it. It takes the place of the tables under
    /// `virtual_services`; its real servers are found by their addresses. Default: none.
    pub ipvsadm: Option<String>,
    /// The proofs, by name: what `lvs-lab test` does and expects.
    #[serde(default)]
    pub scenarios: Entries<Scenario>,
}

/// A network: its subnet, as in `192.168.136.0/24`, or a mapping with `subnet` and `mtu`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "a subnet such as `192.168.136.0/24`, or a mapping with `subnet` and `mtu`")]
pub enum Network {
    /// The subnet alone.
    Subnet(String),
    /// The subnet and more.
    Details(NetworkDetails),
}

/// A network with more than its subnet.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkDetails {
    /// The subnet in CIDR form, as in `192.168.136.0/24` or `fd00:136::/64`.
    pub subnet: String,
    /// The maximum transmission unit in bytes, 68 to 65535. Default: the kernel's, 1500.
    #[schemars(range(min = 68, max = 65535))]
    pub mtu: Option<i64>,
}

/// A machine of the lab: one network namespace.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// The address in each network that the node is plugged into, by network, as in `inside:
    /// 192.168.137.199`. The first is `eth0`, the next `eth1`.
    pub addresses: Entries<String>,
    /// The default gateway's address, or `none`. Default: the router, if there is exactly one on
    /// the node's networks; for routers: none.
    pub gateway: Option<String>,
    /// Static routes: destination in CIDR form to next hop, as in `10.1.0.0/24: 10.0.0.1`.
    /// Default: none.
    #[serde(default)]
    pub routes: Entries<String>,
    /// Kernel settings as sysctl(8) names them, as in `net.ipv4.ip_forward: 1`. They are stronger
    /// than what lvs-lab derives. Default: none.
    #[serde(default)]
    pub sysctls: Entries<NumberOrText>,
    /// Shell commands that are run in the node at the end of `up`. Default: none.
    #[serde(default)]
    pub commands: List<String>,
    /// Whom the node's built-in backends ask before they answer: nodes as in `php` or `php:9000`, or
    /// addresses as in `192.168.1.2:9000`. Default: nobody.
    #[serde(default)]
    pub upstream: List<String>,
    /// Built-in backends on these ports, as in `9000: { upstream: [db] }` or `3306: {}`. Default:
    /// none.
    #[serde(default)]
    pub backends: Entries<PortBackend>,
    /// Real programs that run in the node while the lab is up, by name. Default: none.
    #[serde(default)]
    pub processes: Entries<Process>,
    /// Files for the processes, by name: they are written into the directory that is `$FILES` for
    /// them. Default: none.
    #[serde(default)]
    pub files: Entries<String>,
}

/// A machine that serves: one network namespace, or several of a kind.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RealServer {
    /// The address in each network that the node is plugged into, by network, as in `inside:
    /// 192.168.137.200`. The first is `eth0`, the next `eth1`.
    pub addresses: Entries<String>,
    /// The default gateway's address, or `none`. Default: the DIP for NAT; else the router, if
    /// there is exactly one on the node's networks.
    pub gateway: Option<String>,
    /// Static routes: destination in CIDR form to next hop, as in `10.1.0.0/24: 10.0.0.1`.
    /// Default: none.
    #[serde(default)]
    pub routes: Entries<String>,
    /// Kernel settings as sysctl(8) names them, as in `net.ipv4.conf.all.arp_ignore: 0`. They are
    /// stronger than what lvs-lab derives. Default: none.
    #[serde(default)]
    pub sysctls: Entries<NumberOrText>,
    /// Shell commands that are run in the node at the end of `up`. Default: none.
    #[serde(default)]
    pub commands: List<String>,
    /// Whom the node's built-in backends ask before they answer: nodes as in `php` or `php:9000`, or
    /// addresses as in `192.168.1.2:9000`. Default: nobody.
    #[serde(default)]
    pub upstream: List<String>,
    /// Built-in backends on these ports, as in `9000: { upstream: [db] }` or `3306: {}`. Default:
    /// the ports of virtual services, else 80.
    #[serde(default)]
    pub backends: Entries<PortBackend>,
    /// Real programs that run in the node while the lab is up, by name. Default: none.
    #[serde(default)]
    pub processes: Entries<Process>,
    /// Files for the processes, by name: they are written into the directory that is `$FILES` for
    /// them. Default: none.
    #[serde(default)]
    pub files: Entries<String>,
    /// Whether the VIPs that DR and TUN want on `lo` are put there. Default: true.
    pub loopback_vips: Option<bool>,
    /// How many nodes of this kind: `<name>1`, `<name>2`... with consecutive addresses. The name
    /// itself then stands for all of them in lists. Default: one node, without a number.
    #[schemars(range(min = 1))]
    pub replicas: Option<i64>,
}

impl RealServer {
    /// What it has in common with every other node.
    pub fn into_node(self) -> Node {
        let Self { addresses, gateway, routes, sysctls, commands, .. } = self;
        let Self { upstream, backends, processes, files, .. } = self;
        Node { addresses, gateway, routes, sysctls, commands, upstream, backends, processes, files }
    }
}
