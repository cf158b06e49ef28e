use super::{BackendStatus, Blueprint};
use crate::report::Event;
use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// What a supervisor can be asked, one request per connection.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "kebab-case")]
pub(super) enum Request {
    /// To bring the lab to what its file says now, mending it where it drifted.
    Reconcile(Box<Blueprint>),
    /// How it is.
    Status,
    /// To end, leaving the lab as it is.
    Stop,
}

/// What it answers: any number of events, and one of the others.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "kebab-case")]
pub(super) enum Reply {
    Event {
        event: Event,
    },
    Reconciled {
        how: Reconciled,
    },
    Status(Box<Status>),
    Stopping,
    /// The request is none that it knows.
    Unknown {
        fault: String,
    },
}

/// How bringing a lab to its file ended; the events tell what was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Reconciled {
    /// The lab is as its file says.
    AsPlanned,
    /// Nothing was done: the lab must be taken down first.
    NeedsDown {
        /// What cannot be changed while it is up, one entry each.
        reasons: Vec<String>,
    },
    /// Something failed, as an event has told.
    Failed,
}

/// How a lab is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// When its supervisor began.
    pub since: SystemTime,
    /// Its backends, by node and port.
    pub backends: Vec<BackendStatus>,
    /// What it was built from.
    pub blueprint: Blueprint,
}
