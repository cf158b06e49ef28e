use crate::text::visible;
use serde::{Deserialize, Serialize};
use std::fmt;

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

impl Timeline {
    /// Whether there is nothing to tell: no request and no incident.
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.incidents.is_empty()
    }

    /// When the last thing in it ended, at the earliest the scenario.
    pub fn end(&self) -> u64 {
        let requests = self.requests.iter().map(RequestMark::end);
        let incidents = self.incidents.iter().map(|incident| incident.at_micros);
        requests.chain(incidents).fold(self.end_micros, u64::max)
    }
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

impl RequestMark {
    /// When it had its answer or failed.
    pub fn end(&self) -> u64 {
        self.at_micros.saturating_add(self.micros)
    }
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

impl fmt::Display for IncidentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Fault => "fault",
            Self::Heal => "heal",
            Self::Vip => "vip",
            Self::Vrrp => "vrrp",
            Self::Table => "table",
        })
    }
}

/// What was kept of a scenario that did not pass: a text under a heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What it is, as in "IPVS table of node01".
    pub title: String,
    /// The text, of several lines.
    pub text: String,
}

impl Evidence {
    /// The lines of the text, as they may be shown: tabs are spaces, and other control characters
    /// are escapes.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> + '_ {
        self.text.lines().map(|line| visible(line.replace('\t', "    ").trim_end()))
    }
}
