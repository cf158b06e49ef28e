use crate::ha::vrrp::packet::{PROTOCOL, TTL};
use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{setsockopt, sockopt};
use std::ffi::OsString;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// Where adverts go by multicast (RFC 5798 section 5.1).
pub(super) const GROUP_V4: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 18);
/// The same with IPv6.
pub(super) const GROUP_V6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0x12);

/// The type of service: internetwork control, as keepalived has it.
const TYPE_OF_SERVICE: i32 = 0xc0;

/// A raw socket of VRRP that does not block.
pub(super) fn raw(family: i32) -> io::Result<OwnedFd> {
    let kind = libc::SOCK_RAW | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
    // SAFETY: the call takes numbers only.
    let fd = Errno::result(unsafe { libc::socket(family, kind, PROTOCOL.into()) })?;
    // SAFETY: the descriptor is new, and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Joins the group on an interface, and lets adverts leave as RFC 5798 section 5.1.1 wants them.
pub(super) fn prepare_v4(fd: &OwnedFd, index: u32) -> nix::Result<()> {
    let group = libc::ip_mreqn {
        imr_multiaddr: libc::in_addr { s_addr: u32::from_ne_bytes(GROUP_V4.octets()) },
        imr_address: libc::in_addr { s_addr: 0 },
        imr_ifindex: index.cast_signed(),
    };
    set(fd, (libc::IPPROTO_IP, libc::IP_ADD_MEMBERSHIP), &group)?;
    setsockopt(fd, sockopt::IpMulticastLoop, &false)?;
    setsockopt(fd, sockopt::IpMulticastTtl, &TTL)?;
    setsockopt(fd, sockopt::Ipv4Ttl, &TTL.into())?;
    setsockopt(fd, sockopt::Ipv4Tos, &TYPE_OF_SERVICE)
}

/// As RFC 5798 section 5.1.2 wants it; the kernel also tells what the header of a packet said.
pub(super) fn prepare_v6(fd: &OwnedFd, index: u32) -> nix::Result<()> {
    let group = libc::ipv6_mreq {
        ipv6mr_multiaddr: libc::in6_addr { s6_addr: GROUP_V6.octets() },
        ipv6mr_interface: index,
    };
    set(fd, (libc::IPPROTO_IPV6, libc::IPV6_ADD_MEMBERSHIP), &group)?;
    set(fd, (libc::IPPROTO_IPV6, libc::IPV6_MULTICAST_LOOP), &0)?;
    setsockopt(fd, sockopt::Ipv6MulticastHops, &TTL.into())?;
    setsockopt(fd, sockopt::Ipv6Ttl, &TTL.into())?;
    setsockopt(fd, sockopt::Ipv6TClass, &TYPE_OF_SERVICE)?;
    setsockopt(fd, sockopt::Ipv6RecvHopLimit, &true)?;
    setsockopt(fd, sockopt::Ipv6RecvPacketInfo, &true)
}

/// Lets nothing in or out but by this interface.
pub(super) fn bind(fd: &OwnedFd, interface: &str) -> nix::Result<()> {
    setsockopt(fd, sockopt::BindToDevice, &OsString::from(interface))
}

/// Sets an option that nix does not know, or not with an interface's index.
fn set<T>(fd: &OwnedFd, (level, name): (i32, i32), value: &T) -> nix::Result<()> {
    let (value, length) = ((&raw const *value).cast(), size_of::<T>() as libc::socklen_t);
    // SAFETY: the value lives until the call returns, and is as long as said.
    let done = unsafe { libc::setsockopt(fd.as_raw_fd(), level, name, value, length) };
    Errno::result(done).map(drop)
}
