use crate::lab::Scheduler;
use crate::traffic::{Failure, Sample, UNNAMED};
use std::fmt;

/// Who answers a request, as predicted or as seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// The backend of this name, or one that gave none ([`UNNAMED`]).
    From(String),
    /// The director refuses the connection.
    Refused,
    /// Nobody, and the director did not refuse.
    Missing(Failure),
}

impl Reply {
    /// What was seen.
    pub fn of(sample: &Sample) -> Self {
        match &sample.outcome {
            Ok(answer) => Self::From(answer.backend.clone().unwrap_or_else(|| UNNAMED.to_owned())),
            Err(Failure::Refused | Failure::PortUnreachable) => Self::Refused,
            Err(failure) => Self::Missing(failure.clone()),
        }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::From(name) => f.write_str(name),
            Self::Refused => f.write_str("refused"),
            Self::Missing(_) => f.write_str("none"),
        }
    }
}

/// One request, or one connection: what should have come back, and what did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub expected: Reply,
    pub observed: Reply,
}

impl Pair {
    /// Whether it is known what the director did: it was seen, or it refused as it should.
    pub fn is_known(&self) -> bool {
        matches!(self.observed, Reply::From(_)) || self.observed == self.expected
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, ", self.expected)?;
        match &self.observed {
            Reply::From(name) => write!(f, "{name} answered"),
            Reply::Refused => f.write_str("the connection was refused"),
            Reply::Missing(failure) => write!(f, "no answer: {failure}"),
        }
    }
}

/// How prediction and observation are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    /// Request by request.
    Sequence,
    /// How many connections went where: several were under way at once, in an order that only the
    /// director saw.
    Counts,
}

/// What a director's scheduler should have done in a step, beside what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Prediction {
    pub scheduler: Scheduler,
    pub comparison: Comparison,
    /// In order, up to the first request that was not answered although it should have been.
    pub pairs: Vec<Pair>,
    /// Whether commands ran before, which may have changed what the director remembers.
    pub commands_ran: bool,
}
