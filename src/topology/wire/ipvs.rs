use super::{Entries, NumberOrText};
use schemars::JsonSchema;
use serde::Deserialize;

/// Settings of every director's IPVS as a whole.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IpvsSettings {
    /// Kernel settings `net.ipv4.vs.NAME`, by `NAME`, as in `conn_reuse_mode: 0` (the kernel's
    /// ipvs-sysctl). A director's own `sysctls` are stronger. Default: the kernel's.
    #[serde(default)]
    pub sysctls: Entries<NumberOrText>,
    /// How long connections are remembered (ipvsadm --set). Default: the kernel's.
    pub timeouts: Option<Timeouts>,
}

/// How long connections are remembered, in whole seconds.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Timeouts {
    /// Established TCP connections without a packet. Default: 900s.
    #[schemars(title = "a duration")]
    pub tcp: Option<String>,
    /// TCP connections after a FIN. Default: 120s.
    #[schemars(title = "a duration")]
    pub tcp_fin: Option<String>,
    /// A UDP client's address and port without a packet. Default: 300s.
    #[schemars(title = "a duration")]
    pub udp: Option<String>,
}
