use super::{Family, ForwardingMethod, NodeName, Place, Tunnel, TunnelEnd};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Connection limits of a destination (ipvsadm(8), -x and -y); 0 means no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thresholds {
    /// No new connections from this number on.
    pub upper: u32,
    /// New connections again below this number.
    pub lower: u32,
}

/// A real server in a virtual service's table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// The node.
    pub real_server: NodeName,
    /// Its RIP: the address that the director uses.
    pub address: IpAddr,
    /// The port on the real server; 0, of a service by firewall mark only, is the packet's own.
    pub port: u16,
    /// 0 means quiesced: no new connections.
    pub weight: u32,
    /// The forwarding method, usually the service's.
    pub forwarding: ForwardingMethod,
    /// The tunnel, where the method is TUN.
    pub tunnel: Tunnel,
    /// Connection limits.
    pub thresholds: Thresholds,
    /// Where the file says so.
    pub at: Place,
}

impl Destination {
    /// The interface of the real server that takes a packet to the VIP out of its envelope to the
    /// RIP, where the method is TUN: the kernel has one for each pair of families.
    pub fn tunnel_end(&self, vip: IpAddr) -> TunnelEnd {
        match (Family::of(vip), Family::of(self.address), self.tunnel) {
            (_, Family::Inet, Tunnel::Gre(_)) => TunnelEnd::Gre,
            (Family::Inet, Family::Inet, _) => TunnelEnd::Ipip,
            (Family::Inet6, Family::Inet, _) => TunnelEnd::Sit,
            (_, Family::Inet6, _) => TunnelEnd::Ip6,
        }
    }
}
