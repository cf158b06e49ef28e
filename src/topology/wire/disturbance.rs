use super::{Goal, NumberOrText, words};
use crate::lab;
use schemars::JsonSchema;
use serde::Deserialize;

/// HTTP GET requests at a steady pace, in the background. They go to exactly one of `service` and
/// `url`.
// As with `RealServer`, the schema alone denies unknown keys.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Load {
    /// The node that sends the requests, usually a client.
    pub from: String,
    /// Where they go.
    #[serde(flatten)]
    pub goal: Goal,
    /// How many requests begin in a second, 1 to 100000. Default: 100.
    #[schemars(range(min = 1, max = 100_000))]
    pub rate: Option<i64>,
    /// How many may be under way at once, 1 to 10000. Default: as many as can be when nobody
    /// answers, `rate` times `timeout`, so that each begins at its time; 8 kept connections.
    #[schemars(range(min = 1, max = 10_000))]
    pub concurrency: Option<i64>,
    /// Whether each request has a connection of its own (`new`) or connections are kept
    /// (`keep-alive`). Default: new.
    #[serde(default)]
    #[schemars(schema_with = "words::load_connection")]
    pub connection: LoadConnection,
    /// How long one request may take, its connect included: a duration such as `300ms`, `2s` or
    /// `1m`. Default: 1s, so that an outage holds no request for long.
    #[schemars(title = "a duration")]
    pub timeout: Option<String>,
}

/// How a load uses connections: its clients go on with theirs or take new ones, and hold none.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoadConnection {
    #[default]
    New,
    KeepAlive,
}

impl From<LoadConnection> for lab::Connection {
    fn from(word: LoadConnection) -> Self {
        match word {
            LoadConnection::New => Self::New,
            LoadConnection::KeepAlive => Self::KeepAlive,
        }
    }
}

/// What a `stop` step ends.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stoppable {
    Load,
    Held,
}

/// Something that is broken on purpose: exactly one kind, with the node that it befalls, as in
/// `kill: node01`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The real server whose backends are stopped, so that connections are refused; or the director
    /// whose daemons are stopped in order.
    pub stop: Option<String>,
    /// The real server whose backends accept and never answer.
    pub hang: Option<String>,
    /// The real server whose backends answer every request with `status`.
    pub fail: Option<String>,
    /// The real server whose backends answer later, `by` a duration.
    pub slow: Option<String>,
    /// The node whose cable to `network` is pulled.
    pub cut: Option<String>,
    /// The node whose cables are all pulled.
    pub isolate: Option<String>,
    /// The node whose power is cut: what its kernel remembered is lost.
    pub kill: Option<String>,
    /// The director whose daemons are killed while it lives, so that the VIP stays behind.
    pub kill_daemons: Option<String>,
    /// The real server that has the weight `to` in the directors' tables.
    pub weight: Option<String>,
    /// The real server that is taken out of the directors' tables.
    pub remove: Option<String>,
    /// The node whose packets are delayed (`delay`) or lost (`loss`) on their way into `network`.
    pub impair: Option<String>,
    /// The HTTP status of `fail`, 200 to 599. Default: 500.
    #[schemars(range(min = 200, max = 599))]
    pub status: Option<i64>,
    /// How much later answers come, for `slow`.
    #[schemars(title = "a duration")]
    pub by: Option<String>,
    /// The network of `cut` and `impair`. Default: for `cut` the node's only one, for `impair` all.
    pub network: Option<String>,
    /// The new weight, 0 to 65535, for `weight`.
    #[schemars(range(min = 0, max = 65535))]
    pub to: Option<i64>,
    /// The virtual service of `weight` and `remove`. Default: every one that has the real server.
    pub service: Option<String>,
    /// The delay of each packet, for `impair`. Default: none.
    #[schemars(title = "a duration")]
    pub delay: Option<String>,
    /// How many packets of a hundred are lost, for `impair`: `10` or `10%`. Default: 0.
    pub loss: Option<NumberOrText>,
}

impl Fault {
    /// Each kind with its node, where the file has it.
    pub fn kinds(&self) -> [(&'static str, Option<&str>); 11] {
        [
            ("stop", self.stop.as_deref()),
            ("hang", self.hang.as_deref()),
            ("fail", self.fail.as_deref()),
            ("slow", self.slow.as_deref()),
            ("cut", self.cut.as_deref()),
            ("isolate", self.isolate.as_deref()),
            ("kill", self.kill.as_deref()),
            ("kill_daemons", self.kill_daemons.as_deref()),
            ("weight", self.weight.as_deref()),
            ("remove", self.remove.as_deref()),
            ("impair", self.impair.as_deref()),
        ]
    }

    /// Each setting, and whether the file has it.
    pub fn settings(&self) -> [(&'static str, bool); 7] {
        [
            ("status", self.status.is_some()),
            ("by", self.by.is_some()),
            ("network", self.network.is_some()),
            ("to", self.to.is_some()),
            ("service", self.service.is_some()),
            ("delay", self.delay.is_some()),
            ("loss", self.loss.is_some()),
        ]
    }
}
