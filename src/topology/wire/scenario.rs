use super::{Expect, Fault, Goal, List, Load, NumberOrText, Stoppable, words};
use crate::lab::Connection;
use schemars::JsonSchema;
use serde::Deserialize;

/// A proof: steps in order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "a list of steps, or a mapping with `summary` and `steps`")]
pub enum Scenario {
    /// Steps alone.
    Steps(List<Step>),
    /// Steps and more.
    Details(ScenarioDetails),
}

/// A proof with a summary.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScenarioDetails {
    /// What the scenario shows, in one line.
    pub summary: Option<String>,
    /// What is done, in order.
    pub steps: List<Step>,
}

/// One step: exactly one of `request`, `run`, `wait`, `load`, `stop`, `fault` and `heal`, and what
/// is expected of it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Sends HTTP requests from a node.
    pub request: Option<Request>,
    /// Runs a command in a node.
    pub run: Option<Run>,
    /// Lets time pass: a duration such as `300ms`, `2s` or `1m`.
    #[schemars(title = "a duration")]
    pub wait: Option<String>,
    /// Begins to send requests in the background, until `stop: load` or the scenario's end.
    pub load: Option<Load>,
    /// Ends the load and waits for its last answers, `load`; or closes the connections that
    /// requests hold, `held`.
    #[serde(default)]
    #[schemars(schema_with = "words::stoppable")]
    pub stop: Option<Stoppable>,
    /// Breaks something, until it is healed or the scenario ends.
    pub fault: Option<Fault>,
    /// Mends what is broken in this node, or in all of them with `all`.
    pub heal: Option<String>,
    /// What must be true of the step. Default: nothing.
    pub expect: Option<Expect>,
    /// Repeats the step for at most this long, until every expectation holds: a duration such as
    /// `300ms`, `2s` or `1m`. `load`, `stop`, `fault`, `heal` and `wait` act once, and only the
    /// judging is repeated. Default: one attempt.
    #[schemars(title = "a duration")]
    pub within: Option<String>,
}

/// HTTP GET requests. They go to exactly one of `service` and `url`.
// As with `RealServer`, the schema alone denies unknown keys.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Request {
    /// The node that sends the requests, usually a client.
    pub from: String,
    /// Where they go.
    #[serde(flatten)]
    pub goal: Goal,
    /// How many requests, 1 to 1000000. Default: 1.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub count: Option<i64>,
    /// How many at once, 1 to `count`. Default: 1.
    #[schemars(range(min = 1))]
    pub concurrency: Option<i64>,
    /// Whether each request has a connection of its own (`new`), connections are kept
    /// (`keep-alive`), or each request has one that stays open (`held`) until `stop: held` or the
    /// scenario's end. Default: new.
    #[serde(default)]
    #[schemars(schema_with = "words::connection")]
    pub connection: Connection,
    /// The client's source port: a port such as `40000` for every connection, or `40000..` for
    /// this one and the next ones. Default: one that was not used before.
    pub source_port: Option<NumberOrText>,
    /// How long one request may take, its connect included: a duration such as `300ms`, `2s` or
    /// `1m`. Default: 5s.
    #[schemars(title = "a duration")]
    pub timeout: Option<String>,
}

/// A command in a node.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The node.
    pub on: String,
    /// The text that is given to `sh -c`.
    pub command: String,
}
