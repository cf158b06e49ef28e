use super::checksum::checksum;
use super::{ADVERTISEMENT, AUTHENTICATION, Advert, Authentication, CHECKSUM, Journey};
use crate::lab::VrrpVersion;
use std::net::IpAddr;
use std::time::Duration;

/// The most that the 12 bits of an interval in version 3 hold, in centiseconds.
const LONGEST: u16 = 0x0fff;

impl Advert {
    /// The octets that travel after the IP header.
    pub fn encode(&self, journey: Journey) -> Vec<u8> {
        let count = u8::try_from(self.addresses.len()).unwrap_or(u8::MAX);
        let [fifth, sixth] = self.middle();
        let first = number(self.version) << 4 | ADVERTISEMENT;
        let mut packet = vec![first, self.router_id, self.priority, count, fifth, sixth, 0, 0];
        for address in self.addresses.iter().take(count.into()) {
            match address {
                IpAddr::V4(v4) => packet.extend(v4.octets()),
                IpAddr::V6(v6) => packet.extend(v6.octets()),
            }
        }
        if self.version == VrrpVersion::V2 {
            packet.extend(match self.authentication {
                Authentication::None => [0; AUTHENTICATION],
                Authentication::Password(octets) => octets,
            });
        }
        let sum = checksum(self.version, &packet, journey);
        packet[CHECKSUM].copy_from_slice(&sum.to_be_bytes());
        packet
    }

    /// The two octets before the checksum: authentication type and seconds, or centiseconds.
    fn middle(&self) -> [u8; 2] {
        match self.version {
            VrrpVersion::V2 => {
                let seconds = u8::try_from(self.interval.as_secs()).unwrap_or(u8::MAX);
                [matches!(self.authentication, Authentication::Password(_)).into(), seconds]
            }
            VrrpVersion::V3 => centiseconds(self.interval).to_be_bytes(),
        }
    }
}

fn centiseconds(interval: Duration) -> u16 {
    u16::try_from(interval.as_millis() / 10).unwrap_or(LONGEST).min(LONGEST)
}

fn number(version: VrrpVersion) -> u8 {
    match version {
        VrrpVersion::V2 => 2,
        VrrpVersion::V3 => 3,
    }
}
