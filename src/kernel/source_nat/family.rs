use crate::plan::ServiceKey;
use std::net::IpAddr;

/// Which of the two IPs a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Ipv4,
    Ipv6,
}

impl Family {
    /// The one that a virtual service is of.
    pub(super) fn of(service: &ServiceKey) -> Self {
        match service.address.ip() {
            IpAddr::V4(_) => Self::Ipv4,
            IpAddr::V6(_) => Self::Ipv6,
        }
    }
}
