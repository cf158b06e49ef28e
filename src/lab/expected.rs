use super::{NodeName, Place, RouterName, ServiceName, VrrpState};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::time::Duration;

/// Something that must be true of a step, and where the file says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expectation {
    /// What.
    pub expected: Expected,
    /// Where the file says so.
    pub at: Place,
}

/// What must be true of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expected {
    /// Who answered how often.
    Distribution(Distribution),
    /// Every answer has this HTTP status.
    Status(u16),
    /// This many requests got no answer.
    Failures(CountRange),
    /// The client address that the real servers saw.
    Source(SourceExpected),
    /// The tiers behind the real server that every answer came through, in order.
    Via(Vec<NodeName>),
    /// How long answers took.
    Latency(Vec<Latency>),
    /// A command's exit code.
    Exit(i32),
    /// A text that a command's standard output must contain.
    Output(String),
    /// The longest time between two successes of the load, its begin and the moment of judging
    /// counted as successes. One that has not ended since the last fault has no upper bound.
    Outage(DurationRange),
    /// How many requests of the load had no good answer (status 200 to 399).
    Lost(CountRange),
    /// From the last fault of a director to the first success after another one took the VIP.
    Takeover(DurationRange),
    /// From the last fault of a real server to its removal, or its weight 0, in the table of every
    /// director that nothing befell since.
    Detected(DurationRange),
    /// At least so many thousandths of a percent (100_000 is all) of the load's time was up.
    Availability(u32),
    /// Which director holds the VIPs.
    VipOwner(Vec<VipExpected>),
    /// The state of virtual routers on directors.
    VrrpState(Vec<StateExpected>),
    /// The real servers in the tables of the directors that live, and their weights: these and no
    /// others.
    Destinations(Vec<WeightExpected>),
    /// How many connections that the load kept open at the last fault have had an answer since.
    ConnectionsSurvived(CountRange),
}

/// Who must hold a VIP, and nobody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VipExpected {
    /// The VIP.
    pub vip: IpAddr,
    /// The director.
    pub owner: NodeName,
}

/// The state that a virtual router must have on a director.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateExpected {
    /// The director.
    pub director: NodeName,
    /// The virtual router.
    pub router: RouterName,
    /// Its state.
    pub state: VrrpState,
}

/// The weight that a real server must have in a virtual service's tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeightExpected {
    /// The virtual service.
    pub service: ServiceName,
    /// The real server, or the sorry server.
    pub real_server: NodeName,
    /// Its weight.
    pub weight: u32,
}

/// A time with both bounds included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DurationRange {
    /// The least.
    pub min: Duration,
    /// The most.
    pub max: Duration,
}

impl DurationRange {
    /// Whether a time is within the bounds.
    pub fn contains(self, time: Duration) -> bool {
        (self.min..=self.max).contains(&time)
    }
}

impl std::fmt::Display for DurationRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.min, self.max) {
            (min, Duration::MAX) => write!(f, "{min:?}.."),
            (Duration::ZERO, max) => write!(f, "..{max:?}"),
            (min, max) => write!(f, "{min:?}..{max:?}"),
        }
    }
}

/// Who answers how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Distribution {
    /// A count or a range for each real server; others must not answer.
    Counts(IndexMap<NodeName, CountRange>),
    /// The scheduler's own sequence, answer by answer.
    Predicted,
}

/// A count with both bounds included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountRange {
    /// The least.
    pub min: u32,
    /// The most.
    pub max: u32,
}

impl CountRange {
    /// Exactly this many.
    pub fn exactly(count: u32) -> Self {
        Self { min: count, max: count }
    }

    /// Whether a count is within the bounds.
    pub fn contains(self, count: u32) -> bool {
        (self.min..=self.max).contains(&count)
    }
}

impl std::fmt::Display for CountRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.min, self.max) {
            (min, max) if min == max => write!(f, "{min}"),
            (min, u32::MAX) => write!(f, "{min}.."),
            (min, max) => write!(f, "{min}..{max}"),
        }
    }
}

/// The client address that real servers must have seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SourceExpected {
    /// An address of this node (the client's own CIP, or the director's in FULLNAT).
    Node(NodeName),
    /// This address.
    Address(IpAddr),
}

/// Which value of the sorted latencies is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Percentile {
    /// The p-th percentile, 1 to 99 (nearest rank).
    P(u8),
    /// The longest.
    Max,
}

/// An upper bound on how long answers took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    /// Which value of the sorted latencies.
    pub percentile: Percentile,
    /// The bound, itself included.
    pub at_most: Duration,
}
