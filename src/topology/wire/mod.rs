//! The file as it is written: plain texts and numbers under serde's names. Nothing is judged here.
//!
//! The doc comments are the JSON Schema's descriptions, which editors show and faults repeat: each
//! says what a key means, its unit and its default.

mod disturbance;
mod entries;
mod expect;
mod goal;
mod health;
mod high_availability;
mod ipvs;
mod node;
mod number;
mod scenario;
mod service;
mod serving;
mod tunnel;
mod words;

pub use disturbance::{Fault, Load, Stoppable};
pub use entries::{Entries, List};
pub use expect::{Distribution, DistributionWord, Expect, Latency, StateWord, VipOwner};
pub use goal::Goal;
pub use health::{HealthCheck, HttpProbe, SorryServer, SorryServerDetails};
pub use high_availability::{
    ConnectionSync, EngineWord, Engines, HighAvailability, Override, Track, VirtualRouter,
};
pub use ipvs::{IpvsSettings, Timeouts};
pub use node::{Node, RealServer};
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
