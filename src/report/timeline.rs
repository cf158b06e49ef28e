use serde::{Deserialize, Serialize};

/// What happened to a load while things broke and were mended. Times are microseconds from the
/// scenario's begin on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// The load's requests, in the order in which they began.
    pub requests: Vec<RequestMark>,
    /// What else happened, in order.
    pub incidents: Vec<Incident>,
    /// When the scenario ended.
    pub end_micros: u64,
}

/// One request of a load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestMark {
    /// When it began.
    pub at_micros: u64,
    /// How long it took, to its answer or failure.
    pub micros: u64,
    /// Whether it had a good answer (status 200 to 399).
    pub good: bool,
    /// Who answered, or why nobody did.
    pub by: String,
}

/// Something that happened beside the load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// When.
    pub at_micros: u64,
    /// What kind of thing it was.
    pub kind: IncidentKind,
    /// What, in words: "kill node01", "node04 holds 192.168.150.100".
    pub text: String,
}

/// The kinds of incidents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IncidentKind {
    /// A step broke something.
    Fault,
    /// A step mended something.
    Heal,
    /// A VIP came to a director, or left it.
    Vip,
    /// A virtual router changed its state on a director.
    Vrrp,
    /// A director's table changed.
    Table,
}

/// What was kept of a scenario that did not pass: a text under a heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What it is, as in "IPVS table of node01".
    pub title: String,
    /// The text, of several lines.
    pub text: String,
}
