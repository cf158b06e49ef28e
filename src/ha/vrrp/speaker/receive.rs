use crate::ha::vrrp::packet::{Journey, Received};
use nix::errno::Errno;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrIn6, recv, recvmsg};
use std::io::IoSliceMut;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::RawFd;

/// No advert is longer: 255 IPv6 addresses, and the headers.
const LONGEST: usize = 8 * 1024;

/// A packet with what its IP header says.
pub(super) struct Datagram {
    octets: Vec<u8>,
    journey: Journey,
    ttl: u8,
}

impl Datagram {
    pub(super) fn received(&self) -> Received<'_> {
        Received { octets: &self.octets, journey: self.journey, ttl: self.ttl }
    }
}

/// Takes a packet with its header in front (RFC 791 section 3.1), as raw(7) gives it.
pub(super) fn from_ipv4(fd: RawFd) -> nix::Result<Datagram> {
    let mut buffer = vec![0; LONGEST];
    let length = recv(fd, &mut buffer, MsgFlags::MSG_DONTWAIT)?;
    buffer.truncate(length);
    let header = *buffer.first_chunk::<20>().ok_or(Errno::EBADMSG)?;
    let address = |at: usize| {
        IpAddr::from(Ipv4Addr::new(header[at], header[at + 1], header[at + 2], header[at + 3]))
    };
    let words = usize::from(header[0] & 0x0f);
    let octets = buffer.get(words * 4..).unwrap_or_default().to_vec();
    let journey = Journey { source: address(12), destination: address(16) };
    Ok(Datagram { octets, journey, ttl: header[8] })
}

/// Takes a packet; the kernel tells beside it what the header said (ipv6(7)).
pub(super) fn from_ipv6(fd: RawFd) -> nix::Result<Datagram> {
    let mut buffer = vec![0; LONGEST];
    let mut beside = nix::cmsg_space!(nix::libc::in6_pktinfo, nix::libc::c_int);
    let mut parts = [IoSliceMut::new(&mut buffer)];
    let flags = MsgFlags::MSG_DONTWAIT;
    let message = recvmsg::<SockaddrIn6>(fd, &mut parts, Some(&mut beside), flags)?;
    let source = message.address.ok_or(Errno::EBADMSG)?.ip();
    let (mut destination, mut ttl) = (None, None);
    for told in message.cmsgs()? {
        match told {
            ControlMessageOwned::Ipv6PacketInfo(info) => {
                destination = Some(Ipv6Addr::from(info.ipi6_addr.s6_addr));
            }
            ControlMessageOwned::Ipv6HopLimit(limit) => ttl = u8::try_from(limit).ok(),
            _ => {}
        }
    }
    let length = message.bytes;
    buffer.truncate(length);
    let destination = destination.ok_or(Errno::EBADMSG)?.into();
    let journey = Journey { source: source.into(), destination };
    Ok(Datagram { octets: buffer, journey, ttl: ttl.ok_or(Errno::EBADMSG)? })
}
