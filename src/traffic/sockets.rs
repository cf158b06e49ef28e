use crate::lab::Protocol;
use nix::sys::socket::{
    AddressFamily, SockFlag, SockProtocol, SockType, SockaddrStorage, bind, setsockopt, socket,
    sockopt::ReuseAddr,
};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsRawFd, OwnedFd};

/// A socket that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketSpec {
    /// Its transport protocol.
    pub protocol: Protocol,
    /// Where it will connect to: its family is this address's family.
    pub to: IpAddr,
    /// The port it is to be bound to, if the kernel must not choose.
    pub source_port: Option<u16>,
}

/// Whoever makes sockets for a client, in the client's namespace.
pub trait Sockets: Send {
    /// Makes one socket for each entry, in order: not connected, non-blocking, closed on exec, and
    /// bound (with SO_REUSEADDR) where a source port is wanted.
    ///
    /// Asked for many at once, since entering a namespace costs more than a socket does.
    fn open(&mut self, wanted: &[SocketSpec]) -> io::Result<Vec<OwnedFd>>;
}

/// Sockets of the namespace that the caller is in.
#[derive(Clone, Copy, Debug, Default)]
pub struct HostSockets;

impl Sockets for HostSockets {
    fn open(&mut self, wanted: &[SocketSpec]) -> io::Result<Vec<OwnedFd>> {
        open_here(wanted)
    }
}

/// Makes sockets in the calling thread's namespace, as [`Sockets::open`] wants them.
pub fn open_here(wanted: &[SocketSpec]) -> io::Result<Vec<OwnedFd>> {
    wanted.iter().map(open).collect()
}

fn open(wanted: &SocketSpec) -> io::Result<OwnedFd> {
    let (family, any) = match wanted.to {
        IpAddr::V4(_) => (AddressFamily::Inet, IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        IpAddr::V6(_) => (AddressFamily::Inet6, IpAddr::V6(Ipv6Addr::UNSPECIFIED)),
    };
    let flags = SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC;
    let (kind, number) = match wanted.protocol {
        Protocol::Tcp => (SockType::Stream, SockProtocol::Tcp),
        Protocol::Udp => (SockType::Datagram, SockProtocol::Udp),
        Protocol::Sctp => (SockType::Stream, SockProtocol::Sctp),
    };
    let made = socket(family, kind, flags, number)?;
    if let Some(port) = wanted.source_port {
        setsockopt(&made, ReuseAddr, &true)?;
        bind(made.as_raw_fd(), &SockaddrStorage::from(SocketAddr::new(any, port)))?;
    }
    Ok(made)
}
