use super::Cause;
use super::addresses;
use super::namespace::Namespace;
use super::site::Site;
use crate::lab::NodeName;
use crate::plan::{Backend, Behaviour};
use nix::sys::socket::{
    AddressFamily, Backlog, SockFlag, SockProtocol, SockType, SockaddrStorage, bind, listen,
    setsockopt, socket, sockopt,
};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::os::fd::{AsRawFd, OwnedFd};
use tokio::sync::oneshot;

/// What whoever serves backends is told.
#[derive(Debug)]
pub enum BackendOrder {
    /// Serve on a listener that was made inside the node; it is in non-blocking mode.
    Start {
        /// The node.
        node: NodeName,
        /// What to serve.
        backend: Backend,
        /// On which socket. In a node with IPv6 addresses it is a dual one, which shows IPv4
        /// addresses in their IPv6-mapped form.
        listener: TcpListener,
        /// Where it asks others.
        door: Door,
    },
    /// Treat clients otherwise from now on, those on open connections too.
    Behave {
        /// The node.
        node: NodeName,
        /// The port.
        port: u16,
        /// How.
        behaviour: Behaviour,
        /// To be used when it does; dropped unused where nothing is served.
        done: oneshot::Sender<()>,
    },
    /// Stop serving, and close the listener.
    Stop {
        /// The node.
        node: NodeName,
        /// The port.
        port: u16,
        /// To be used, or dropped, when the listener is closed: only then is the port free.
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

/// Opens a listener on every address of a node.
pub(super) fn open(site: &Site, port: u16) -> Result<TcpListener, Cause> {
    let any = if addresses::has_global_ipv6(&site.netlink)? {
        Ipv6Addr::UNSPECIFIED.into()
    } else {
        Ipv4Addr::UNSPECIFIED.into()
    };
    let opened = site.namespace.run(|| Ok(listener(SocketAddr::new(any, port))));
    opened.map_err(|e| Cause::io("setns", e))?
}

fn listener(address: SocketAddr) -> Result<TcpListener, Cause> {
    let family = if address.is_ipv6() { AddressFamily::Inet6 } else { AddressFamily::Inet };
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let made = socket(family, SockType::Stream, flags, SockProtocol::Tcp);
    let fd = made.map_err(|e| Cause::errno("socket", e))?;
    setsockopt(&fd, sockopt::ReuseAddr, &true).map_err(|e| Cause::errno("setsockopt", e))?;
    if address.is_ipv6() {
        setsockopt(&fd, sockopt::Ipv6V6Only, &false).map_err(|e| Cause::errno("setsockopt", e))?;
    }
    let name = SockaddrStorage::from(address);
    bind(fd.as_raw_fd(), &name).map_err(|e| Cause::errno("bind", e))?;
    listen(&fd, Backlog::MAXCONN).map_err(|e| Cause::errno("listen", e))?;
    Ok(TcpListener::from(fd))
}
