use super::Failure;
use std::net::SocketAddr;
use std::time::Duration;

/// One request and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Which request, from 0.
    pub index: usize,
    /// Which connection carried it, from 0; with new connections each has its own.
    pub connection: usize,
    /// When it began, from the first request's beginning on.
    pub started: Duration,
    /// From its beginning, the connect included, to the last byte of the answer or to the failure.
    pub latency: Duration,
    /// What came back.
    pub outcome: Result<Answer, Failure>,
}

/// A complete answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The backend's name, if it gave one.
    pub backend: Option<String>,
    /// The HTTP status.
    pub status: u16,
    /// The client's address and port as the backend saw them, if it said so.
    pub peer: Option<SocketAddr>,
    /// The client's own address and port.
    pub local: SocketAddr,
}
