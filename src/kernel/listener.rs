use super::Cause;
use super::addresses;
use super::namespace::Namespace;
use super::site::Site;
use super::socket::{client_socket, transport_socket};
use crate::lab::{Family, NodeName, Port, Protocol};
use crate::plan::{Backend, Behaviour};
use nix::errno::Errno;
use nix::sys::socket::{Backlog, SockaddrStorage, bind, listen, setsockopt, sockopt};
use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsRawFd, OwnedFd};
use tokio::sync::oneshot;

/// What whoever serves backends is told.
#[derive(Debug)]
pub enum BackendOrder {
    /// Serve on sockets that were made inside the node; they are in non-blocking mode.
    Start {
        /// The node.
        node: NodeName,
        /// What to serve.
        backend: Backend,
        /// On which sockets: they are bound, and of TCP and SCTP listening. SCTP has one for each
        /// address of the node; TCP and UDP have one for all, which in a node with IPv6 addresses is
        /// a dual one and shows IPv4 addresses in their IPv6-mapped form.
        sockets: Vec<OwnedFd>,
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
        self.0.run(|| client_socket(Protocol::Tcp, to, None))
    }
}

/// Opens what serves a port on every address of a node.
pub(super) fn open(site: &Site, port: Port) -> Result<Vec<OwnedFd>, Cause> {
    let addresses = served(site, port.protocol)?;
    let one = |ip: &IpAddr| serving(port.protocol, SocketAddr::new(*ip, port.number));
    let opened = site.namespace.run(|| Ok(addresses.iter().map(one).collect()));
    opened.map_err(|e| Cause::io("setns", e))?
}

/// The addresses to bind. A server of SCTP that is bound to all at once tells each client all of
/// them (RFC 9260 section 5.1.2), and the client asks after each (section 8.3): behind a director,
/// the other VIPs lead to other servers, which abort the association.
fn served(site: &Site, protocol: Protocol) -> Result<BTreeSet<IpAddr>, Cause> {
    if protocol == Protocol::Sctp {
        return addresses::bindable(&site.netlink);
    }
    let any = if addresses::has_global_ipv6(&site.netlink)? {
        Ipv6Addr::UNSPECIFIED.into()
    } else {
        Ipv4Addr::UNSPECIFIED.into()
    };
    Ok(BTreeSet::from([any]))
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

fn made(protocol: Protocol, family: Family) -> Result<OwnedFd, Cause> {
    transport_socket(protocol, family).map_err(|errno| match errno {
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
