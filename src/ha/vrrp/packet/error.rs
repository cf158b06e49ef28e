use crate::lab::VrrpVersion;
use std::net::IpAddr;
use std::time::Duration;

/// Why a packet is discarded (RFC 3768 section 7.1, RFC 5798 section 7.1).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PacketError {
    /// It ends inside the header.
    #[error("it is only {0} bytes long")]
    Short(usize),
    /// Its length does not fit the number of addresses that it announces.
    #[error("it is {is} bytes long and should be {says}")]
    Length {
        /// The length in bytes.
        is: usize,
        /// What the header says of it.
        says: usize,
    },
    /// Neither version 2 nor 3.
    #[error("its version is {0}")]
    Version(u8),
    /// No advert.
    #[error("its type is {0}, which is no advert")]
    Type(u8),
    /// It was damaged on the way, or its sender counts otherwise.
    #[error("its checksum is wrong")]
    Checksum,
    /// An authentication that nobody uses any more.
    #[error("its authentication type is {0}")]
    AuthenticationType(u8),
    /// It passed a router.
    #[error("its TTL is {0} and should be 255")]
    Ttl(u8),
    /// The virtual router speaks the other version.
    #[error("it is of {}", version(*.0))]
    OtherVersion(VrrpVersion),
    /// The password, or that there is one.
    #[error("its password is not ours")]
    Password,
    /// Sent to the group where adverts are unicast, or the other way round.
    #[error("it was sent to {0}")]
    Destination(IpAddr),
    /// Version 2 wants the same interval everywhere.
    #[error("its advert interval is {is:?} and ours {ours:?}")]
    Interval {
        /// The sender's.
        is: Duration,
        /// Ours.
        ours: Duration,
    },
    /// Nobody sends adverts without end.
    #[error("its advert interval is zero")]
    ZeroInterval,
    /// It stands for other addresses.
    #[error("its VIPs are {} and ours {}", list(.is), list(.ours))]
    Addresses {
        /// The sender's.
        is: Vec<IpAddr>,
        /// Ours.
        ours: Vec<IpAddr>,
    },
}

fn version(version: VrrpVersion) -> &'static str {
    match version {
        VrrpVersion::V2 => "version 2",
        VrrpVersion::V3 => "version 3",
    }
}

fn list(addresses: &[IpAddr]) -> String {
    if addresses.is_empty() {
        return "none".to_owned();
    }
    addresses.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(", ")
}
