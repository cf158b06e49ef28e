use crate::lab::{Family, FirewallMark, Protocol, VirtualService};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// What identifies a virtual service in a director's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceKey {
    /// A transport protocol, and the VIP and the virtual port.
    Address(Protocol, SocketAddr),
    /// A firewall mark, in one address family.
    Mark(FirewallMark, Family),
}

impl ServiceKey {
    /// Reads two words, as in `tcp 10.0.0.1:80`, or for firewall marks `fwm 1` and `fwm6 1`.
    pub fn of_words(kind: &str, which: &str) -> Option<Self> {
        let mark = || Some(FirewallMark(which.parse().ok()?));
        match kind {
            "fwm" => Some(Self::Mark(mark()?, Family::Inet)),
            "fwm6" => Some(Self::Mark(mark()?, Family::Inet6)),
            _ => Some(Self::Address(Protocol::of_keyword(kind)?, which.parse().ok()?)),
        }
    }

    /// The two words that [`ServiceKey::of_words`] reads.
    pub fn words(&self) -> String {
        match self {
            Self::Address(protocol, address) => format!("{protocol} {address}"),
            Self::Mark(mark, Family::Inet) => format!("fwm {mark}"),
            Self::Mark(mark, Family::Inet6) => format!("fwm6 {mark}"),
        }
    }

    /// The family of its clients' addresses.
    pub fn family(&self) -> Family {
        match self {
            Self::Address(_, address) => Family::of(address.ip()),
            Self::Mark(_, family) => *family,
        }
    }

    /// Its VIP and virtual port; none where a firewall mark stands for them.
    pub fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::Address(_, address) => Some(*address),
            Self::Mark(..) => None,
        }
    }
}

/// How a director's table knows the virtual service.
impl From<&VirtualService> for ServiceKey {
    fn from(service: &VirtualService) -> Self {
        match &service.marked {
            Some(marked) => Self::Mark(marked.mark, Family::of(service.vip)),
            None => Self::Address(service.protocol, SocketAddr::new(service.vip, service.port)),
        }
    }
}
