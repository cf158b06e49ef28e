use super::{Endpoint, Expectation, Fault, Healing, NodeName, Place, ScenarioName, ServiceName};
use serde::{Deserialize, Serialize};
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
    /// Begins to send requests in the background, until [`StepAction::StopLoad`] or the end of the
    /// scenario.
    Load(Load),
    /// Ends the load that is running, and waits for its last answers.
    StopLoad,
    /// Closes every connection that requests hold ([`Connection::Held`]).
    Release,
    /// Breaks something.
    Fault(Fault),
    /// Mends it.
    Heal(Healing),
}

/// HTTP GET requests at a steady pace, in the background.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// The node that sends them.
    pub from: NodeName,
    /// Where they go.
    pub target: Target,
    /// The path and query, from `/`.
    pub path: String,
    /// Requests per second, all clients together: each begins at its time, whether or not earlier
    /// ones have ended (as long as one of the clients is free).
    pub rate: u32,
    /// How many clients there are, so how many requests may be under way at once.
    pub concurrency: u32,
    /// New connections, or one that each client keeps as long as it lives.
    pub connection: Connection,
    /// How long one request may take, its connect included.
    pub timeout: Duration,
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
    /// A virtual service's VIP and port; the first one, if it has several.
    Service(ServiceName),
    /// One of a virtual service's ports at its VIP.
    Port(ServiceName, u16),
    /// A protocol, an address and a port.
    Address(Endpoint),
}

impl Target {
    /// The virtual service that is named.
    pub fn service(&self) -> Option<&ServiceName> {
        match self {
            Self::Service(name) | Self::Port(name, _) => Some(name),
            Self::Address(..) => None,
        }
    }
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
    /// One connection for each request, which stays open until [`StepAction::Release`] or the end of
    /// the scenario.
    Held,
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
