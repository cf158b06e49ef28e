use std::error::Error;
use std::io::{self, ErrorKind};

/// Why a request got no answer. The text fits behind "because of" and in a column of reasons.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Failure {
    /// A reset answered the connection's first packet: nobody listens there.
    #[error("connection refused")]
    Refused,
    /// An ICMP message answered the datagram: nobody serves the port, or the director has nobody
    /// to send it to.
    #[error("port unreachable")]
    PortUnreachable,
    /// The time was over before there was a connection.
    #[error("connect timed out")]
    ConnectTimedOut,
    /// The time was over after the connection was made, and before the answer was complete.
    #[error("answer timed out")]
    AnswerTimedOut,
    /// The connection was reset.
    #[error("connection reset")]
    Reset,
    /// The connection ended in good order before the answer was complete.
    #[error("closed without an answer")]
    Closed,
    /// No route, or nobody answered for the address on the link.
    #[error("destination unreachable")]
    Unreachable,
    /// Every source port is taken, or the fixed one still is.
    #[error("no source port free")]
    NoPort,
    /// The time was over before any of the load's clients was free to send it.
    #[error("no client free")]
    NoClient,
    /// What came back is not HTTP/1.1.
    #[error("malformed answer")]
    Malformed,
    /// Something else, in the system's words.
    #[error("{0}")]
    Other(String),
}

impl Failure {
    /// What a failed connect means.
    pub(super) fn of_connect(error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::TimedOut => Self::ConnectTimedOut,
            _ => Self::of_io(error),
        }
    }

    /// What a failed exchange means.
    pub(super) fn of_exchange(error: &hyper::Error) -> Self {
        if error.is_parse() {
            return Self::Malformed;
        }
        match error.source().and_then(|source| source.downcast_ref::<io::Error>()) {
            Some(source) => Self::of_io(source),
            None if error.is_incomplete_message() => Self::Closed,
            None => Self::Other(error.to_string()),
        }
    }

    /// What a failed exchange of datagrams means.
    pub(super) fn of_datagram(error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::ConnectionRefused => Self::PortUnreachable,
            _ => Self::of_io(error),
        }
    }

    fn of_io(error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::ConnectionRefused => Self::Refused,
            ErrorKind::TimedOut => Self::AnswerTimedOut,
            ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::NotConnected => Self::Reset,
            ErrorKind::UnexpectedEof => Self::Closed,
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => Self::Unreachable,
            ErrorKind::AddrNotAvailable | ErrorKind::AddrInUse => Self::NoPort,
            ErrorKind::InvalidData | ErrorKind::InvalidInput => Self::Malformed,
            _ => Self::Other(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::errno::Errno;

    #[test]
    fn errors_of_connect_have_words() {
        let of = |errno: Errno| Failure::of_connect(&errno.into());
        assert_eq!(of(Errno::ECONNREFUSED), Failure::Refused);
        assert_eq!(of(Errno::EHOSTUNREACH), Failure::Unreachable);
        assert_eq!(of(Errno::ENETUNREACH), Failure::Unreachable);
        assert_eq!(of(Errno::EADDRNOTAVAIL), Failure::NoPort);
        assert_eq!(of(Errno::ETIMEDOUT), Failure::ConnectTimedOut);
        assert_eq!(of(Errno::EPERM).to_string(), "Operation not permitted (os error 1)");
    }
}
