use super::fields::Record;
use super::wire::{
    Attribute, DestinationAttribute as D, FORWARDING_MASK, MASQUERADE, ONE_PACKET, PERSISTENT,
    SCHEDULER_FLAG_1, SCHEDULER_FLAG_2, ServiceAttribute as S, StatisticsAttribute, TUNNEL,
    TUNNEL_CHECKSUM, TUNNEL_GRE, TUNNEL_GUE, TUNNEL_IPIP, TUNNEL_REMOTE_CHECKSUM,
};
use crate::kernel::{ObservedDestination, ObservedService, Statistics};
use crate::lab::{
    Family, FirewallMark, ForwardingMethod, Persistence, Protocol, Scheduled, Scheduler,
    SchedulerFlag, Thresholds, Tunnel, TunnelChecksum,
};
use crate::plan::{DestinationEntry, ServiceKey};
use nix::libc;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Duration;

/// Reads a virtual service, still without real servers. `None` for what lvs-lab cannot name: a
/// service of another protocol.
pub(super) fn service(message: &Record<'_, Attribute>) -> Option<ObservedService> {
    let record: Record<'_, S> = message.inside(Attribute::Service)?;
    let key = key(&record)?;
    let flags = record.u32(S::Flags)?;
    let packets = flags & ONE_PACKET != 0;
    Some(ObservedService {
        key,
        scheduler: record.text(S::Scheduler).and_then(scheduler),
        flags: scheduler_flags(flags),
        persistence: (flags & PERSISTENT != 0).then(|| persistence(&record, key.family())),
        scheduled: if packets { Scheduled::Packets } else { Scheduled::Connections },
        statistics: record.inside(S::Statistics).map_or_else(Statistics::default, statistics),
        destinations: Vec::new(),
    })
}

/// A firewall mark has no address, and the kernel dumps no attribute for it.
fn key(record: &Record<'_, S>) -> Option<ServiceKey> {
    let family = record.u16(S::AddressFamily)?;
    if let Some(mark) = record.u32(S::FirewallMark) {
        let mark = FirewallMark(NonZeroU32::new(mark)?);
        let ipv4 = i32::from(family) == libc::AF_INET;
        return Some(ServiceKey::Mark(mark, if ipv4 { Family::Inet } else { Family::Inet6 }));
    }
    let ip = address(family, record.bytes(S::Address)?)?;
    let port = u16::from_be_bytes(record.array(S::Port)?);
    let protocol = Protocol::of_number(record.u16(S::Protocol)?.into())?;
    Some(ServiceKey::Address(protocol, SocketAddr::new(ip, port)))
}

/// Reads a real server of a virtual service of this family.
pub(super) fn destination(
    message: &Record<'_, Attribute>,
    service: Family,
) -> Option<ObservedDestination> {
    let record: Record<'_, D> = message.inside(Attribute::Destination)?;
    let service_family =
        if service == Family::Inet { libc::AF_INET } else { libc::AF_INET6 } as u16;
    let family = record.u16(D::AddressFamily).unwrap_or(service_family);
    let ip = address(family, record.bytes(D::Address)?)?;
    let port = u16::from_be_bytes(record.array(D::Port)?);
    Some(ObservedDestination {
        entry: DestinationEntry {
            address: SocketAddr::new(ip, port),
            forwarding: forwarding(record.u32(D::Forwarding)?),
            tunnel: tunnel(&record),
            weight: record.u32(D::Weight)?,
            thresholds: Thresholds {
                upper: record.u32(D::UpperThreshold)?,
                lower: record.u32(D::LowerThreshold)?,
            },
        },
        active: record.u32(D::Active).unwrap_or(0),
        inactive: record.u32(D::Inactive).unwrap_or(0),
        statistics: record.inside(D::Statistics).map_or_else(Statistics::default, statistics),
    })
}

fn address(family: u16, octets: &[u8]) -> Option<IpAddr> {
    match i32::from(family) {
        libc::AF_INET => octets.first_chunk::<4>().map(|o| Ipv4Addr::from(*o).into()),
        libc::AF_INET6 => octets.first_chunk::<16>().map(|o| Ipv6Addr::from(*o).into()),
        _ => None,
    }
}

fn scheduler(keyword: &str) -> Option<Scheduler> {
    Scheduler::ALL.iter().copied().find(|s| s.keyword() == keyword)
}

fn scheduler_flags(flags: u32) -> Vec<SchedulerFlag> {
    let known =
        [(SCHEDULER_FLAG_1, SchedulerFlag::Fallback), (SCHEDULER_FLAG_2, SchedulerFlag::Port)];
    known.into_iter().filter(|(bit, _)| flags & bit != 0).map(|(_, flag)| flag).collect()
}

fn persistence(record: &Record<'_, S>, family: Family) -> Persistence {
    let length = if family == Family::Inet {
        record.array(S::Netmask).map_or(32, |mask| u32::from_be_bytes(mask).count_ones())
    } else {
        record.u32(S::Netmask).unwrap_or(128)
    };
    Persistence {
        timeout: Duration::from_secs(record.u32(S::Timeout).unwrap_or(0).into()),
        prefix_length: u8::try_from(length).unwrap_or(u8::MAX),
    }
}

/// What is around the packets; a kernel before 5.2 says nothing of it.
fn tunnel(record: &Record<'_, D>) -> Tunnel {
    let kind = record.array(D::TunnelKind).map_or(TUNNEL_IPIP, |[kind]| kind);
    let checksum = match record.u16(D::TunnelFlags) {
        Some(TUNNEL_CHECKSUM) => TunnelChecksum::Full,
        Some(TUNNEL_REMOTE_CHECKSUM) => TunnelChecksum::Remote,
        _ => TunnelChecksum::None,
    };
    match kind {
        TUNNEL_GRE => Tunnel::Gre(checksum),
        TUNNEL_GUE => {
            let port = record.array(D::TunnelPort).map_or(0, u16::from_be_bytes);
            Tunnel::Gue { port, checksum }
        }
        _ => Tunnel::Ipip,
    }
}

/// Packets to the director itself (IP_VS_CONN_F_LOCALNODE) are not rewritten, as in DR.
fn forwarding(flags: u32) -> ForwardingMethod {
    match flags & FORWARDING_MASK {
        MASQUERADE => ForwardingMethod::Nat,
        TUNNEL => ForwardingMethod::Tun,
        _ => ForwardingMethod::Dr,
    }
}

fn statistics(record: Record<'_, StatisticsAttribute>) -> Statistics {
    let counter = |kind| record.u64(kind).unwrap_or(0);
    Statistics {
        connections: counter(StatisticsAttribute::Connections),
        packets_in: counter(StatisticsAttribute::PacketsIn),
        packets_out: counter(StatisticsAttribute::PacketsOut),
        bytes_in: counter(StatisticsAttribute::BytesIn),
        bytes_out: counter(StatisticsAttribute::BytesOut),
    }
}
