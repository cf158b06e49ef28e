use crate::lab::{FirewallMark, Protocol};
use crate::plan::{PacketMark, ServiceKey};
use std::num::NonZeroU32;

/// A virtual service by its address.
pub(super) fn web() -> ServiceKey {
    ServiceKey::Address(Protocol::Tcp, "10.0.0.1:80".parse().unwrap())
}

/// Two ports of a VIP.
pub(super) fn mark() -> PacketMark {
    PacketMark {
        mark: FirewallMark(NonZeroU32::MIN),
        vip: "10.0.0.1".parse().unwrap(),
        protocol: Protocol::Tcp,
        ports: [80, 443].into(),
    }
}
