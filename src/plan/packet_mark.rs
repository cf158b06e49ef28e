use crate::lab::{Family, FirewallMark, Protocol, VirtualService};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Which packets a director's firewall marks for a virtual service, so that IPVS knows them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PacketMark {
    /// The mark.
    pub mark: FirewallMark,
    /// Where they go.
    pub vip: IpAddr,
    /// Their transport protocol.
    pub protocol: Protocol,
    /// The virtual ports that they go to.
    pub ports: BTreeSet<u16>,
}

impl PacketMark {
    /// What is marked for a virtual service; none for one that is known by its address.
    pub fn of(service: &VirtualService) -> Option<Self> {
        let marked = service.marked.as_ref()?;
        let (mark, ports) = (marked.mark, marked.ports.iter().copied().collect());
        Some(Self { mark, vip: service.vip, protocol: service.protocol, ports })
    }

    /// The family of the packets.
    pub fn family(&self) -> Family {
        Family::of(self.vip)
    }

    /// The ports as iptables(8) and people write them: `80,443`.
    pub fn port_list(&self) -> String {
        let ports: Vec<_> = self.ports.iter().map(u16::to_string).collect();
        ports.join(",")
    }
}
