use super::{Entries, List, NumberOrText, PortBackend, Process};
use schemars::JsonSchema;
use serde::Deserialize;

/// A machine of the lab: one network namespace.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// The address in each network that the node is plugged into, by network, as in `inside:
    /// 192.168.137.199`. The first is `eth0`, the next `eth1`.
    pub addresses: Entries<String>,
    /// The default gateway's address, or `none`. Default: for a router none; for a real server of
    /// NAT the DIP; else the router, if there is exactly one on the node's networks.
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
    /// for a real server the ports of virtual services, else 80; for any other node none.
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
// The schema alone denies unknown keys: serde cannot beside `flatten`.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RealServer {
    /// What every node has.
    #[serde(flatten)]
    pub node: Node,
    /// Whether the VIPs that DR and TUN want on `lo` are put there. Default: true.
    pub loopback_vips: Option<bool>,
    /// How many nodes of this kind: `<name>1`, `<name>2`... with consecutive addresses. The name
    /// itself then stands for all of them in lists. Default: one node, without a number.
    #[schemars(range(min = 1))]
    pub replicas: Option<i64>,
}
