use super::fields::Record;
use super::wire::{
    Attribute, DestinationAttribute as D, FORWARDING_MASK, MASQUERADE, PERSISTENT,
    SCHEDULER_FLAG_1, SCHEDULER_FLAG_2, ServiceAttribute as S, StatisticsAttribute, TUNNEL,
};
use crate::kernel::{ObservedDestination, ObservedService, Statistics};
use crate::lab::{ForwardingMethod, Persistence, Protocol, Scheduler, SchedulerFlag, Thresholds};
use crate::plan::{DestinationEntry, ServiceKey};
use nix::libc;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// Reads a virtual service, still without real servers. `None` for what lvs-lab cannot name: a
/// service by firewall mark, or of another protocol.
pub(super) fn service(message: &Record<'_, Attribute>) -> Option<ObservedService> {
    let record: Record<'_, S> = message.inside(Attribute::Service)?;
    let ip = address(record.u16(S::AddressFamily)?, record.bytes(S::Address)?)?;
    let port = u16::from_be_bytes(record.array(S::Port)?);
    let flags = record.u32(S::Flags)?;
    Some(ObservedService {
        key: ServiceKey {
            protocol: protocol(record.u16(S::Protocol)?)?,
            address: SocketAddr::new(ip, port),
        },
        scheduler: record.text(S::Scheduler).and_then(scheduler),
        flags: scheduler_flags(flags),
        persistence: (flags & PERSISTENT != 0).then(|| persistence(&record, ip)),
        statistics: record.inside(S::Statistics).map_or_else(Statistics::default, statistics),
        destinations: Vec::new(),
    })
}

/// Reads a real server of a virtual service on `vip`.
pub(super) fn destination(
    message: &Record<'_, Attribute>,
    vip: IpAddr,
) -> Option<ObservedDestination> {
    let record: Record<'_, D> = message.inside(Attribute::Destination)?;
    let service_family = if vip.is_ipv4() { libc::AF_INET } else { libc::AF_INET6 } as u16;
    let family = record.u16(D::AddressFamily).unwrap_or(service_family);
    let ip = address(family, record.bytes(D::Address)?)?;
    let port = u16::from_be_bytes(record.array(D::Port)?);
    Some(ObservedDestination {
        entry: DestinationEntry {
            address: SocketAddr::new(ip, port),
            forwarding: forwarding(record.u32(D::Forwarding)?),
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

fn protocol(number: u16) -> Option<Protocol> {
    match i32::from(number) {
        libc::IPPROTO_TCP => Some(Protocol::Tcp),
        libc::IPPROTO_UDP => Some(Protocol::Udp),
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

fn persistence(record: &Record<'_, S>, vip: IpAddr) -> Persistence {
    let length = if vip.is_ipv4() {
        record.array(S::Netmask).map_or(32, |mask| u32::from_be_bytes(mask).count_ones())
    } else {
        record.u32(S::Netmask).unwrap_or(128)
    };
    Persistence {
        timeout: Duration::from_secs(record.u32(S::Timeout).unwrap_or(0).into()),
        prefix_length: u8::try_from(length).unwrap_or(u8::MAX),
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
