use crate::plan::{self, ServiceKey};

/// Which of the two IPs a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Ipv4,
    Ipv6,
}

impl Family {
    /// The one that a virtual service is of.
    pub(super) fn of(service: &ServiceKey) -> Self {
        match service.family() {
            plan::Family::Inet => Self::Ipv4,
            plan::Family::Inet6 => Self::Ipv6,
        }
    }
}
