use serde::{Deserialize, Serialize};
use std::fmt;

/// How a director hands packets to a real server (ipvsadm(8), packet-forwarding-method).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ForwardingMethod {
    /// Masquerading: the director rewrites the destination; replies come back through it.
    Nat,
    /// Direct routing (gatewaying): only the MAC address changes; replies go straight out.
    Dr,
    /// Tunnelling (ipip): the packet travels inside another one; replies go straight out.
    Tun,
    /// Masquerading, and the client's address too is replaced by the director's.
    FullNat,
}

impl ForwardingMethod {
    /// Every method, in the order of the notes.
    pub const ALL: [Self; 4] = [Self::Nat, Self::Dr, Self::Tun, Self::FullNat];

    /// The word in a topology file.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Nat => "nat",
            Self::Dr => "dr",
            Self::Tun => "tun",
            Self::FullNat => "fullnat",
        }
    }

    /// Whether the real server receives the packet addressed to the VIP, unchanged.
    pub fn keeps_vip(self) -> bool {
        matches!(self, Self::Dr | Self::Tun)
    }
}

impl fmt::Display for ForwardingMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.keyword())
    }
}
