use super::{Place, Sysctl};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// What is set of every director's IPVS as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IpvsSettings {
    /// Kernel settings `net.ipv4.vs.*`, weaker than a director's own.
    pub sysctls: Vec<Sysctl>,
    /// How long connections are remembered, where asked for.
    pub timeouts: Option<Timeouts>,
    /// Where the file says so.
    pub at: Place,
}

/// How long a director remembers connections (ipvsadm(8), --set); whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeouts {
    /// Established TCP connections.
    pub tcp: Duration,
    /// TCP connections after a FIN.
    pub tcp_fin: Duration,
    /// UDP.
    pub udp: Duration,
}

impl Default for Timeouts {
    /// The kernel's (net/netfilter/ipvs/ip_vs_proto_tcp.c, ip_vs_proto_udp.c).
    fn default() -> Self {
        let [tcp, tcp_fin, udp] = [900, 120, 300].map(Duration::from_secs);
        Self { tcp, tcp_fin, udp }
    }
}

/// As `ipvsadm --set` takes them, and `ipvsadm --list --timeout` prints them: `900 120 300`.
impl fmt::Display for Timeouts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [tcp, tcp_fin, udp] = [self.tcp, self.tcp_fin, self.udp].map(|time| time.as_secs());
        write!(f, "{tcp} {tcp_fin} {udp}")
    }
}
