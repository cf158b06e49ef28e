use super::fields::{Encoded, Fields};
use super::wire::{
    Attribute, DIRECT_ROUTE, DestinationAttribute as D, MASQUERADE, ONE_PACKET, PERSISTENT,
    SCHEDULER_FLAG_1, SCHEDULER_FLAG_2, ServiceAttribute as S, TUNNEL, TUNNEL_CHECKSUM, TUNNEL_GRE,
    TUNNEL_GUE, TUNNEL_IPIP, TUNNEL_NO_CHECKSUM, TUNNEL_REMOTE_CHECKSUM,
};
use crate::kernel::Cause;
use crate::lab::{
    Family, ForwardingMethod, Persistence, Scheduled, SchedulerFlag, Tunnel, TunnelChecksum,
};
use crate::plan::{DestinationEntry, ServiceEntry, ServiceKey};
use nix::libc;
use std::net::{IpAddr, SocketAddr};

/// What identifies a virtual service.
pub(super) fn service_key(key: &ServiceKey) -> Result<Encoded<Attribute>, Cause> {
    identity(key).nest(Attribute::Service)
}

/// A virtual service with everything that can be set.
pub(super) fn service(entry: &ServiceEntry) -> Result<Encoded<Attribute>, Cause> {
    let flags = flags(entry);
    let timeout = entry.persistence.map_or(0, |p| p.timeout.as_secs());
    identity(&entry.key)
        .with(S::Scheduler, format!("{}\0", entry.scheduler.keyword()))
        // The second word says which flags are meant: all of them.
        .with(S::Flags, [flags.to_ne_bytes(), u32::MAX.to_ne_bytes()].concat())
        .u32(S::Timeout, u32::try_from(timeout).unwrap_or(u32::MAX))
        .with(S::Netmask, netmask(entry.key.family(), entry.persistence))
        .nest(Attribute::Service)
}

/// What identifies a real server in its virtual service.
pub(super) fn destination_key(address: SocketAddr) -> Result<Encoded<Attribute>, Cause> {
    place(address).nest(Attribute::Destination)
}

/// A real server with everything that can be set.
pub(super) fn destination(entry: &DestinationEntry) -> Result<Encoded<Attribute>, Cause> {
    let fields = place(entry.address)
        .u32(D::Forwarding, forwarding(entry.forwarding))
        .u32(D::Weight, entry.weight)
        .u32(D::UpperThreshold, entry.thresholds.upper)
        .u32(D::LowerThreshold, entry.thresholds.lower);
    let tunnelled = entry.forwarding == ForwardingMethod::Tun && entry.tunnel != Tunnel::Ipip;
    // Kernels before 5.2 know no other tunnels, nor the attributes for them.
    let fields = if tunnelled { tunnel(fields, entry.tunnel) } else { fields };
    fields.nest(Attribute::Destination)
}

fn tunnel(fields: Fields<D>, tunnel: Tunnel) -> Fields<D> {
    let (kind, port, checksum) = match tunnel {
        Tunnel::Ipip => (TUNNEL_IPIP, 0, TunnelChecksum::None),
        Tunnel::Gre(checksum) => (TUNNEL_GRE, 0, checksum),
        Tunnel::Gue { port, checksum } => (TUNNEL_GUE, port, checksum),
    };
    let flags = match checksum {
        TunnelChecksum::None => TUNNEL_NO_CHECKSUM,
        TunnelChecksum::Full => TUNNEL_CHECKSUM,
        TunnelChecksum::Remote => TUNNEL_REMOTE_CHECKSUM,
    };
    fields
        .with(D::TunnelKind, [kind])
        .with(D::TunnelPort, port.to_be_bytes())
        .u16(D::TunnelFlags, flags)
}

fn identity(key: &ServiceKey) -> Fields<S> {
    let fields = Fields::new().u16(S::AddressFamily, family(key.family()));
    match key {
        ServiceKey::Address(protocol, address) => fields
            .u16(S::Protocol, protocol.number().into())
            .with(S::Address, octets(address.ip()))
            .with(S::Port, address.port().to_be_bytes()),
        ServiceKey::Mark(mark, _) => fields.u32(S::FirewallMark, mark.0.get()),
    }
}

fn place(address: SocketAddr) -> Fields<D> {
    Fields::new()
        .u16(D::AddressFamily, family(Family::of(address.ip())))
        .with(D::Address, octets(address.ip()))
        .with(D::Port, address.port().to_be_bytes())
}

fn family(family: Family) -> u16 {
    let family = match family {
        Family::Inet => libc::AF_INET,
        Family::Inet6 => libc::AF_INET6,
    };
    family as u16
}

/// `union nf_inet_addr`: 16 bytes, of which IPv4 uses the first four.
fn octets(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        }
        IpAddr::V6(v6) => v6.octets(),
    }
}

fn flags(entry: &ServiceEntry) -> u32 {
    let persistent = if entry.persistence.is_some() { PERSISTENT } else { 0 };
    let packets = if entry.scheduled == Scheduled::Packets { ONE_PACKET } else { 0 };
    entry.flags.iter().fold(persistent | packets, |flags, flag| {
        flags
            | match flag {
                SchedulerFlag::Fallback => SCHEDULER_FLAG_1,
                SchedulerFlag::Port => SCHEDULER_FLAG_2,
            }
    })
}

/// For IPv4 a mask in network order, for IPv6 a prefix length in the machine's order.
fn netmask(family: Family, persistence: Option<Persistence>) -> [u8; 4] {
    match family {
        Family::Inet => persistence.map_or([255; 4], |p| p.netmask().octets()),
        Family::Inet6 => persistence.map_or(128, |p| u32::from(p.prefix_length)).to_ne_bytes(),
    }
}

/// FULLNAT is masquerading to IPVS; the rest of it is source NAT.
fn forwarding(method: ForwardingMethod) -> u32 {
    match method {
        ForwardingMethod::Nat | ForwardingMethod::FullNat => MASQUERADE,
        ForwardingMethod::Dr => DIRECT_ROUTE,
        ForwardingMethod::Tun => TUNNEL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn persistence(prefix_length: u8) -> Option<Persistence> {
        Some(Persistence { timeout: Duration::from_secs(300), prefix_length })
    }

    #[test]
    fn an_ipv4_netmask_is_in_network_order() {
        let vip = Family::Inet;
        assert_eq!(netmask(vip, persistence(24)), [255, 255, 255, 0]);
        assert_eq!(netmask(vip, persistence(0)), [0, 0, 0, 0]);
        assert_eq!(netmask(vip, None), [255; 4]);
    }

    #[test]
    fn an_ipv6_netmask_is_a_prefix_length() {
        let vip = Family::Inet6;
        assert_eq!(netmask(vip, persistence(64)), 64_u32.to_ne_bytes());
        assert_eq!(netmask(vip, None), 128_u32.to_ne_bytes());
    }
}
