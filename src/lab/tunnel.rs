use serde::{Deserialize, Serialize};
use std::fmt;

/// What goes around a packet on its way to a real server of TUN (ipvsadm(8), --tun-type).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tunnel {
    /// IP in IP (RFC 2003).
    #[default]
    Ipip,
    /// Generic routing encapsulation (RFC 2784).
    Gre(TunnelChecksum),
    /// Generic UDP encapsulation (draft-ietf-intarea-gue).
    Gue {
        /// The UDP port on the real server.
        port: u16,
        /// What guards the envelope.
        checksum: TunnelChecksum,
    },
}

/// The checksum of a tunnel's envelope (ipvsadm(8), --tun-nocsum and following).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TunnelChecksum {
    /// None (--tun-nocsum).
    #[default]
    None,
    /// Over the whole envelope (--tun-csum).
    Full,
    /// As `Full`, but the inner one is left to the receiver (--tun-remcsum), GUE only.
    Remote,
}

impl Tunnel {
    /// The word in a topology file, which is ipvsadm's (--tun-type).
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Ipip => "ipip",
            Self::Gre(_) => "gre",
            Self::Gue { .. } => "gue",
        }
    }

    /// What guards the envelope.
    pub fn checksum(self) -> TunnelChecksum {
        match self {
            Self::Ipip => TunnelChecksum::None,
            Self::Gre(checksum) | Self::Gue { checksum, .. } => checksum,
        }
    }

    /// The real server's UDP port that the envelopes go to, of GUE only.
    pub fn port(self) -> Option<u16> {
        match self {
            Self::Ipip | Self::Gre(_) => None,
            Self::Gue { port, .. } => Some(port),
        }
    }
}

impl fmt::Display for Tunnel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.keyword())
    }
}

impl TunnelChecksum {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::None, Self::Full, Self::Remote];

    /// The word in a topology file.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Full => "full",
            Self::Remote => "remote",
        }
    }

    /// The option of ipvsadm(8), without its dashes: keepalived.conf(5) has the end of it.
    pub fn option(self) -> &'static str {
        match self {
            Self::None => "tun-nocsum",
            Self::Full => "tun-csum",
            Self::Remote => "tun-remcsum",
        }
    }
}

impl fmt::Display for TunnelChecksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.keyword())
    }
}
