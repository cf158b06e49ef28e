use crate::lab::Protocol;
use std::io;
use std::net::IpAddr;
use std::os::fd::OwnedFd;

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
