use crate::lab::Protocol;
use std::io;

/// Why requests could not be sent at all: nothing was measured.
#[derive(Debug, thiserror::Error)]
pub enum TrafficError {
    /// The client's namespace gave no sockets.
    #[error("client sockets cannot be opened: {0}")]
    Sockets(io::Error),
    /// The kernel does not know the transport protocol.
    #[error("client sockets cannot be opened: the kernel has no {name} (module {0})", name = .0.title())]
    NoProtocol(Protocol),
    /// Counting source ports up from the first one passed the last one.
    #[error("source ports from {first} end after {connections} connections, and more are needed")]
    SourcePorts {
        /// The first port.
        first: u16,
        /// How many connections had a port.
        connections: usize,
    },
    /// The path is none that a request can carry.
    #[error("`{0}` is no path for a request")]
    Path(String),
}
