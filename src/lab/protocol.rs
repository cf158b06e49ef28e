use serde::{Deserialize, Serialize};
use std::fmt;

/// The transport protocol of a virtual service.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// TCP (ipvsadm -t).
    #[default]
    Tcp,
    /// UDP (ipvsadm -u).
    Udp,
    /// SCTP (ipvsadm --sctp-service).
    Sctp,
}

impl Protocol {
    /// Every protocol that IPVS knows ports of.
    pub const ALL: [Self; 3] = [Self::Tcp, Self::Udp, Self::Sctp];

    /// The word in a topology file.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
        }
    }

    /// Its name in a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Sctp => "SCTP",
        }
    }

    /// Its number in the IP header (IANA protocol numbers; IPPROTO_* of linux/in.h).
    pub fn number(self) -> u8 {
        match self {
            Self::Tcp => 6,
            Self::Udp => 17,
            Self::Sctp => 132,
        }
    }

    /// The protocol of this word.
    pub fn of_keyword(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|protocol| protocol.keyword() == word)
    }

    /// The protocol of this number.
    pub fn of_number(number: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|protocol| u64::from(protocol.number()) == number)
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.keyword())
    }
}
