use super::Cause;
use super::addresses;
use super::namespace::Namespace;
use super::site::Site;
use crate::lab::{Family, NodeName, Port, Protocol};
use crate::plan::{Backend, Behaviour};
use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, Backlog, SockFlag, SockProtocol, SockType, SockaddrStorage, bind, listen,
    setsockopt, socket, sockopt,
};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsRawFd, OwnedFd};
use tokio::sync::oneshot;

/// What whoever serves backends is told.
#[derive(Debug)]
pub enum BackendOrder {
    /// Serve on a socket that was made inside the node; it is in non-blocking mode.
    Start {
        /// The node.
        node: NodeName,
        /// What to serve.
        backend: Backend,
        /// On which socket: it is bound, and of TCP and SCTP listening. In a node with IPv6
        /// addresses it is a dual one, which shows IPv4 addresses in their IPv6-mapped form.
        socket: OwnedFd,
        /// Where it asks others.
        door: Door,
    },
    /// Treat clients otherwise from now on, those on open connections too.
    Behave {
        /// The node.
        node: NodeName,
        /// The port.
        port: Port,
        /// How.
        behaviour: Behaviour,
        /// To be used when it does; dropped unused where nothing is served.
        done: oneshot::Sender<()>,
    },
    /// Stop serving, and close the socket.
    Stop {
        /// The node.
        node: NodeName,
        /// The port.
        port: Port,
        /// To be used, or dropped, when the socket is closed: only then is the port free.
        closed: oneshot::Sender<()>,
    },
}

/// A way to make sockets inside a node from outside.
#[derive(Clone, Debug)]
pub struct Door(Namespace);

impl Door {
    pub(super) fn of(namespace: &Namespace) -> Self {
        Self(namespace.clone())
    }

    /// Makes a TCP socket that will connect to an address: not connected, non-blocking, closed on
    /// exec.
    pub fn socket(&self, to: IpAddr) -> io::Result<OwnedFd> {
        let family = if to.is_ipv6() { AddressFamily::Inet6 } else { AddressFamily::Inet };
        let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
        self.0.run(|| Ok(socket(family, SockType::Stream, flags, SockProtocol::Tcp)?))
    }
}

/// Opens a socket that serves a port on every address of a node.
pub(super) fn open(site: &Site, port: Port) -> Result<OwnedFd, Cause> {
    let any = if addresses::has_global_ipv6(&site.netlink)? {
        Ipv6Addr::UNSPECIFIED.into()
    } else {
        Ipv4Addr::UNSPECIFIED.into()
    };
    let address = SocketAddr::new(any, port.number);
    let opened = site.namespace.run(|| Ok(serving(port.protocol, address)));
    opened.map_err(|e| Cause::io("setns", e))?
}

fn serving(protocol: Protocol, address: SocketAddr) -> Result<OwnedFd, Cause> {
    let family = Family::of(address.ip());
    let fd = made(protocol, family)?;
    let failed = |errno| Cause::errno("setsockopt", errno);
    if family == Family::Inet6 {
        setsockopt(&fd, sockopt::Ipv6V6Only, &false).map_err(failed)?;
    }
    if protocol == Protocol::Udp {
        tells_destinations(&fd, family).map_err(failed)?;
    } else {
        setsockopt(&fd, sockopt::ReuseAddr, &true).map_err(failed)?;
    }
    let name = SockaddrStorage::from(address);
    bind(fd.as_raw_fd(), &name).map_err(|e| Cause::errno("bind", e))?;
    if protocol != Protocol::Udp {
        listen(&fd, Backlog::MAXCONN).map_err(|e| Cause::errno("listen", e))?;
    }
    Ok(fd)
}

/// Whether the running kernel knows a transport protocol; asked, it loads the module if it can.
pub fn knows(protocol: Protocol) -> bool {
    made(protocol, Family::Inet).is_ok()
}

fn made(protocol: Protocol, family: Family) -> Result<OwnedFd, Cause> {
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
    socket(family, kind, flags, number).map_err(|errno| match errno {
        Errno::EPROTONOSUPPORT => Cause::NoProtocol(protocol),
        errno => Cause::errno("socket", errno),
    })
}

/// Has a datagram socket say to which of the node's addresses each datagram came (ip(7),
/// `IP_PKTINFO`; ipv6(7), `IPV6_RECVPKTINFO`): the answer must come from there.
fn tells_destinations(fd: &OwnedFd, family: Family) -> nix::Result<()> {
    match family {
        Family::Inet => setsockopt(fd, sockopt::Ipv4PacketInfo, &true),
        Family::Inet6 => setsockopt(fd, sockopt::Ipv6RecvPacketInfo, &true),
    }
}
