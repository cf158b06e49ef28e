use super::{NodeName, Place, ScenarioName, ServiceName};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::time::Duration;

/// A named proof: steps in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// Its name in the file.
    pub name: ScenarioName,
    /// What it shows, in the author's words.
    pub summary: Option<String>,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// Where the file says so.
    pub at: Place,
}

/// One step: something done, and what is expected of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What is done.
    pub action: StepAction,
    /// What must be true of it.
    pub expectations: Vec<Expectation>,
    /// How long the step is repeated until every expectation holds.
    pub within: Option<Retry>,
    /// Where the file says so.
    pub at: Place,
}

/// Repetition until an expectation holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    /// From the first attempt's start to the last attempt's start.
    pub limit: Duration,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepAction {
    /// Sends HTTP requests from a client.
    Request(Request),
    /// Runs a command in a node.
    Run(RunCommand),
    /// Lets time pass.
    Wait(Duration),
}

/// A command in a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCommand {
    /// The node.
    pub node: NodeName,
    /// The text given to `sh -c`.
    pub shell: String,
}

/// Where requests go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// A virtual service's VIP and port.
    Service(ServiceName),
    /// An address and a port.
    Address(IpAddr, u16),
}

/// How connections are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Connection {
    /// One connection for each request: what a director schedules.
    #[default]
    New,
    /// One connection for each of `concurrency` clients, used again and again (HTTP keep-alive).
    KeepAlive,
}

/// The client's source ports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SourcePorts {
    /// The kernel chooses.
    #[default]
    Any,
    /// The same port for every connection.
    Fixed(u16),
    /// This port, then the next one for each connection.
    From(u16),
}

/// A number of HTTP GET requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The node that sends them.
    pub from: NodeName,
    /// Where they go.
    pub target: Target,
    /// The path and query, from `/`.
    pub path: String,
    /// How many.
    pub count: u32,
    /// How many at once.
    pub concurrency: u32,
    /// New connections or one that is kept.
    pub connection: Connection,
    /// The source ports.
    pub source_ports: SourcePorts,
    /// How long one request may take, its connect included.
    pub timeout: Duration,
}

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
    /// How long answers took.
    Latency(Vec<Latency>),
    /// A command's exit code.
    Exit(i32),
    /// A text that a command's standard output must contain.
    Output(String),
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
