use super::{Decimal, Entries, List, NumberOrText, words};
use crate::lab::VrrpState;
use schemars::JsonSchema;
use serde::Deserialize;

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
    /// The tiers behind the real server that every answer came through, in order, as in
    /// `[php, db]`. For requests.
    pub via: Option<List<String>>,
    /// The longest that answers may take, by percentile, as in `{ p99: 20ms }`. For requests.
    pub latency: Option<Latency>,
    /// The command's exit code, 0 to 255. For `run`.
    #[schemars(range(min = 0, max = 255))]
    pub exit: Option<i64>,
    /// A text that the command's standard output must contain. For `run`.
    pub output: Option<String>,
    /// The longest time without a good answer to the load: a range of durations such as `..4s`.
    #[schemars(title = "a range of durations")]
    pub outage: Option<String>,
    /// How many requests of the load got no good answer: a number or a range such as `0..20`.
    pub lost: Option<NumberOrText>,
    /// The time from the last fault to the first good answer through another director: a range of
    /// durations such as `3s..5s`.
    #[schemars(title = "a range of durations")]
    pub takeover: Option<String>,
    /// The time from the last fault of a real server to its removal from the tables, or to its
    /// weight 0: a range of durations such as `..8s`.
    #[schemars(title = "a range of durations")]
    pub detected: Option<String>,
    /// For how many per cent of the load's time the service was up at least, such as `99.9`.
    pub availability: Option<Decimal>,
    /// The director that holds every VIP of the virtual routers, and nobody else does; or a mapping
    /// from VIPs to directors.
    pub vip_owner: Option<VipOwner>,
    /// The states of virtual routers, as in `{ node01: master }` for every one of `node01`, or
    /// `{ node01/VI_1: master }`.
    pub vrrp_state: Option<Entries<StateWord>>,
    /// The real servers in the tables of the directors that live, with their weights and no others,
    /// as in `{ rs1: 1, rs2: 0 }`, or `{ web/rs1: 1 }` for one virtual service.
    pub destinations: Option<Entries<i64>>,
    /// How many connections that the load kept open at the last fault have had an answer since: a
    /// number or a range such as `8..`.
    pub connections_survived: Option<NumberOrText>,
}

/// Who holds the VIPs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "a director, or a mapping from VIPs to directors")]
pub enum VipOwner {
    /// One director holds them all.
    All(String),
    /// One for each VIP.
    Each(Entries<String>),
}

/// The state of a virtual router by its name.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct StateWord(#[schemars(schema_with = "words::vrrp_state")] pub VrrpState);

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
