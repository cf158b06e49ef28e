use super::{Advert, Authentication, Journey, PacketError, TTL};
use crate::lab::VrrpVersion;
use crate::plan::Seat;
use std::net::IpAddr;
use std::time::Duration;

/// A packet as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received<'a> {
    /// The octets after the IP header.
    pub octets: &'a [u8],
    /// Between whom.
    pub journey: Journey,
    /// Its TTL or hop limit.
    pub ttl: u8,
}

impl Received<'_> {
    /// The virtual router (VRID), as far as the octets go.
    pub fn router_id(&self) -> Option<u8> {
        self.octets.get(1).copied()
    }
}

/// What an advert of a virtual router must be like, and what ours are like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    version: VrrpVersion,
    router_id: u8,
    interval: Duration,
    authentication: Authentication,
    addresses: Vec<IpAddr>,
    multicast: bool,
}

impl Expected {
    /// What a director's part in a virtual router demands. VIPs of the other family than that of
    /// the adverts are held, but not announced.
    pub fn of(seat: &Seat) -> Self {
        let addresses = seat.vips.iter().map(|vip| vip.address.addr());
        Self {
            version: seat.version,
            router_id: seat.router_id,
            interval: seat.advert_interval,
            authentication: match seat.version {
                VrrpVersion::V2 => Authentication::of(seat.password.as_deref()),
                VrrpVersion::V3 => Authentication::None,
            },
            addresses: addresses.filter(|a| a.is_ipv4() == seat.source.is_ipv4()).collect(),
            multicast: seat.peers.is_empty(),
        }
    }

    /// Our own advert.
    pub fn advert(&self, priority: u8) -> Advert {
        Advert {
            version: self.version,
            router_id: self.router_id,
            priority,
            interval: self.interval,
            authentication: self.authentication,
            addresses: self.addresses.clone(),
        }
    }

    /// Reads a packet of this virtual router, if it is as it must be. An owner is believed even
    /// if it has other addresses (RFC 3768 section 7.1).
    pub fn accept(&self, packet: &Received<'_>) -> Result<Advert, PacketError> {
        if packet.ttl != TTL {
            return Err(PacketError::Ttl(packet.ttl));
        }
        let advert = Advert::parse(packet.octets, packet.journey)?;
        let destination = packet.journey.destination;
        if advert.version != self.version {
            Err(PacketError::OtherVersion(advert.version))
        } else if advert.authentication != self.authentication {
            Err(PacketError::Password)
        } else if destination.is_multicast() != self.multicast {
            Err(PacketError::Destination(destination))
        } else if advert.interval.is_zero() {
            Err(PacketError::ZeroInterval)
        } else if self.version == VrrpVersion::V2 && advert.interval != self.interval {
            Err(PacketError::Interval { is: advert.interval, ours: self.interval })
        } else if advert.priority != u8::MAX && !self.same_addresses(&advert) {
            Err(PacketError::Addresses { is: advert.addresses, ours: self.addresses.clone() })
        } else {
            Ok(advert)
        }
    }

    fn same_addresses(&self, advert: &Advert) -> bool {
        let sorted = |addresses: &[IpAddr]| {
            let mut addresses = addresses.to_vec();
            addresses.sort();
            addresses
        };
        sorted(&advert.addresses) == sorted(&self.addresses)
    }
}
