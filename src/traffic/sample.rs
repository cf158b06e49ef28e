use super::Failure;
use std::net::SocketAddr;
use std::time::Duration;

/// One request and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Which request, from 0.
    pub index: usize,
    /// Which connection carried it, from 0; with new connections each has its own. It says nothing
    /// where nobody sent the request ([`Failure::NoClient`]).
    pub connection: usize,
    /// When it began, from the first request's beginning on; a load's request begins when it is
    /// due.
    pub started: Duration,
    /// How long after its beginning it was sent, as no client of the load was free.
    pub waited: Duration,
    /// From its beginning, the connect included, to the last byte of the answer or to the failure.
    pub latency: Duration,
    /// What came back.
    pub outcome: Result<Answer, Failure>,
}

impl Sample {
    /// When it ended, from the first request's beginning on.
    pub fn ended(&self) -> Duration {
        self.started + self.latency
    }

    /// When it was sent, from the first request's beginning on.
    pub fn sent(&self) -> Duration {
        self.started + self.waited
    }

    /// Whether it had a good answer: status 200 to 399.
    pub fn is_good(&self) -> bool {
        self.outcome.as_ref().is_ok_and(|answer| (200..400).contains(&answer.status))
    }
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
    /// The tiers behind the backend that it came through, if it said so.
    pub via: Option<Vec<String>>,
    /// The client's own address and port.
    pub local: SocketAddr,
}
