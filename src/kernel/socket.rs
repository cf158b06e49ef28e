use crate::lab::{Family, Protocol};
use nix::sys::socket::{
    AddressFamily, SockFlag, SockProtocol, SockType, SockaddrStorage, bind, setsockopt, socket,
    sockopt::ReuseAddr,
};
use nix::{libc, setsockopt_impl, sockopt_impl};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsRawFd, OwnedFd};

sockopt_impl!(
    /// Sends what there is at once (`SCTP_NODELAY`, RFC 6458 section 8.1.5).
    SctpNoDelay,
    SetOnly,
    libc::IPPROTO_SCTP,
    libc::SCTP_NODELAY,
    bool
);

/// Makes a socket of the calling thread's namespace: non-blocking, closed on exec, one-to-one style
/// (RFC 6458 section 4) if it is of SCTP.
///
/// A socket of SCTP sends at once, and so do those that it accepts: else the second answer on an
/// association waits for the acknowledgement of the first, which the client delays by 200 ms.
pub(super) fn transport_socket(protocol: Protocol, family: Family) -> nix::Result<OwnedFd> {
    let family = match family {
        Family::Inet => AddressFamily::Inet,
        Family::Inet6 => AddressFamily::Inet6,
    };
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let (kind, number) = match protocol {
        Protocol::Tcp => (SockType::Stream, SockProtocol::Tcp),
        Protocol::Udp => (SockType::Datagram, SockProtocol::Udp),
        Protocol::Sctp => (SockType::Stream, SockProtocol::Sctp),
    };
    let made = socket(family, kind, flags, number)?;
    if protocol == Protocol::Sctp {
        setsockopt(&made, SctpNoDelay, &true)?;
    }
    Ok(made)
}

/// Makes a socket of the calling thread's namespace that will connect to an address: non-blocking,
/// closed on exec, and bound (with SO_REUSEADDR) where a source port is wanted.
pub fn client_socket(
    protocol: Protocol,
    to: IpAddr,
    source_port: Option<u16>,
) -> io::Result<OwnedFd> {
    let made = transport_socket(protocol, Family::of(to))?;
    if let Some(port) = source_port {
        let any = match to {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        };
        setsockopt(&made, ReuseAddr, &true)?;
        bind(made.as_raw_fd(), &SockaddrStorage::from(SocketAddr::new(any, port)))?;
    }
    Ok(made)
}

/// Whether the running kernel knows a transport protocol; asked, it loads the module if it can.
pub(super) fn knows(protocol: Protocol) -> bool {
    transport_socket(protocol, Family::Inet).is_ok()
}
