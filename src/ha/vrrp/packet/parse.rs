use super::checksum::checksum;
use super::{ADVERTISEMENT, AUTHENTICATION, Advert, Authentication, HEADER, Journey, PacketError};
use crate::lab::VrrpVersion;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

impl Advert {
    /// Reads the octets after the IP header, which must be an advert and nothing more.
    pub fn parse(packet: &[u8], journey: Journey) -> Result<Self, PacketError> {
        let [first, router_id, priority, count, fifth, sixth, _, _] =
            *packet.first_chunk::<HEADER>().ok_or(PacketError::Short(packet.len()))?;
        let version = version(first)?;
        let width = if journey.source.is_ipv4() { 4 } else { 16 };
        let addresses = HEADER + usize::from(count) * width;
        let length = addresses + if version == VrrpVersion::V2 { AUTHENTICATION } else { 0 };
        if packet.len() != length {
            return Err(PacketError::Length { is: packet.len(), says: length });
        }
        if checksum(version, packet, journey) != 0 {
            return Err(PacketError::Checksum);
        }
        Ok(Self {
            version,
            router_id,
            priority,
            interval: interval(version, [fifth, sixth]),
            authentication: authentication(version, fifth, &packet[addresses..])?,
            addresses: packet[HEADER..addresses].chunks_exact(width).filter_map(address).collect(),
        })
    }
}

fn version(first: u8) -> Result<VrrpVersion, PacketError> {
    match (first >> 4, first & 0x0f) {
        (2, ADVERTISEMENT) => Ok(VrrpVersion::V2),
        (3, ADVERTISEMENT) => Ok(VrrpVersion::V3),
        (2 | 3, other) => Err(PacketError::Type(other)),
        (other, _) => Err(PacketError::Version(other)),
    }
}

/// The four bits before the centiseconds are reserved, and ignored (RFC 5798 section 5.2.6).
fn interval(version: VrrpVersion, [fifth, sixth]: [u8; 2]) -> Duration {
    match version {
        VrrpVersion::V2 => Duration::from_secs(sixth.into()),
        VrrpVersion::V3 => {
            let centiseconds = u16::from_be_bytes([fifth & 0x0f, sixth]);
            Duration::from_millis(u64::from(centiseconds) * 10)
        }
    }
}

/// The data counts with type 1 only.
fn authentication(
    version: VrrpVersion,
    kind: u8,
    data: &[u8],
) -> Result<Authentication, PacketError> {
    match (version, kind, data.first_chunk()) {
        (VrrpVersion::V3, ..) | (VrrpVersion::V2, 0, _) => Ok(Authentication::None),
        (VrrpVersion::V2, 1, Some(password)) => Ok(Authentication::Password(*password)),
        (VrrpVersion::V2, other, _) => Err(PacketError::AuthenticationType(other)),
    }
}

fn address(octets: &[u8]) -> Option<IpAddr> {
    let v4 = || <[u8; 4]>::try_from(octets).ok().map(|o| Ipv4Addr::from(o).into());
    let v6 = || <[u8; 16]>::try_from(octets).ok().map(|o| Ipv6Addr::from(o).into());
    v4().or_else(v6)
}
