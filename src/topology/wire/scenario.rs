use super::{Entries, List, words};
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

/// One step: exactly one of `request`, `run` and `wait`, and what is expected of it.
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
    /// What must be true of the step. Default: nothing.
    pub expect: Option<Expect>,
    /// Repeats the step for at most this long, until every expectation holds: a duration such as
    /// `300ms`, `2s` or `1m`. Default: one attempt.
    #[schemars(title = "a duration")]
    pub within: Option<String>,
}

/// HTTP GET requests. They go to exactly one of `service` and `url`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The node that sends the requests, usually a client.
    pub from: String,
    /// The virtual service that they go to.
    pub service: Option<String>,
    /// Where they go instead of a service, as in `http://10.0.0.11:8080/health`. Default port: 80.
    pub url: Option<String>,
    /// The path and query, beginning with `/`. Default: `/`.
    pub path: Option<String>,
    /// How many requests, 1 to 1000000. Default: 1.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub count: Option<i64>,
    /// How many at once, 1 to `count`. Default: 1.
    #[schemars(range(min = 1))]
    pub concurrency: Option<i64>,
    /// Whether each request has a connection of its own (`new`) or connections are kept
    /// (`keep-alive`). Default: new.
    #[serde(default)]
    #[schemars(schema_with = "words::connection")]
    pub connection: Connection,
    /// The client's source port: a port such as `40000` for every connection, or `40000..` for
    /// this one and the next ones. Default: the kernel chooses.
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

/// What must be true of a step.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Who answered how often, as in `{ rs1: 50, rs2: 45..55 }`; servers that are not named must
    /// not answer. Or `predicted`: the scheduler's own sequence. For requests.
    pub distribution: Option<Distribution>,
    /// The HTTP status of every answer, 100 to 599. For requests.
    #[schemars(range(min = 100, max = 599))]
    pub status: Option<i64>,
    /// How many requests got no answer: a number or a range such as `0..3`. For requests.
    pub failures: Option<NumberOrText>,
    /// The client address that the real servers saw: a node, whose address it must be, or an
    /// address. For requests.
    pub source: Option<String>,
    /// The longest that answers may take, by percentile, as in `{ p99: 20ms }`. For requests.
    pub latency: Option<Latency>,
    /// The command's exit code, 0 to 255. For `run`.
    #[schemars(range(min = 0, max = 255))]
    pub exit: Option<i64>,
    /// A text that the command's standard output must contain. For `run`.
    pub output: Option<String>,
}

/// Who answers how often.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "`predicted`, or a mapping from real servers to counts")]
pub enum Distribution {
    /// The scheduler's own sequence.
    Word(#[schemars(schema_with = "words::predicted")] DistributionWord),
    /// A count or a range for each real server.
    Counts(Entries<NumberOrText>),
}

/// A distribution that has a name.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DistributionWord {
    Predicted,
}

/// Upper bounds, each a duration such as `300ms`, `2s` or `1m`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Latency {
    /// The median.
    #[schemars(title = "a duration")]
    pub p50: Option<String>,
    /// The 90th percentile.
    #[schemars(title = "a duration")]
    pub p90: Option<String>,
    /// The 95th percentile.
    #[schemars(title = "a duration")]
    pub p95: Option<String>,
    /// The 99th percentile.
    #[schemars(title = "a duration")]
    pub p99: Option<String>,
    /// The longest.
    #[schemars(title = "a duration")]
    pub max: Option<String>,
}

/// A whole number, or a text.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "a whole number or a text")]
pub enum NumberOrText {
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
}

impl std::fmt::Display for NumberOrText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}
