use super::watched::Condition;
use crate::lab::VrrpState;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

/// What a virtual router is to do, in the order of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send an advert.
    Advertise {
        /// With this priority; 0 resigns.
        priority: u8,
    },
    /// Add the VIPs.
    Hold,
    /// Tell the neighbours where the VIPs are now.
    Announce,
    /// Remove the VIPs.
    Release,
    /// Write down the new state, and let follow it what follows it.
    Enter(VrrpState),
    /// Say why.
    Say(Remark),
}

/// What a person wants to read about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// Nobody better was heard for so long.
    Silence(Duration),
    /// It was kept from running itself, so that the silence means nothing.
    StoodStill {
        /// How much too late it woke.
        late: Duration,
        /// How much time the master has now.
        extra: Duration,
    },
    /// All members of the sync group can be master now.
    GroupIsMaster,
    /// Another member of the sync group is not master any more.
    GroupIsBackup,
    /// This one could be master, but another member of its sync group cannot.
    GroupIsNotReady,
    /// Another member of the sync group failed.
    GroupFailed,
    /// The owner of the VIPs begins as master.
    Owner,
    /// A better master was heard.
    Better {
        /// Its address.
        source: IpAddr,
        /// Its priority.
        priority: u8,
    },
    /// Somebody of lower priority is master.
    Lower {
        /// Its address.
        source: IpAddr,
        /// Its priority.
        priority: u8,
    },
    /// Preemption waits for so long.
    PreemptsIn(Duration),
    /// The master resigned.
    Resigned {
        /// Its address.
        source: IpAddr,
    },
    /// Something tracked changed.
    Tracked {
        /// What.
        subject: String,
        /// To what.
        condition: Condition,
    },
    /// What is tracked changed the priority.
    Priority(u8),
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silence(time) => write!(f, "no better master for {time:.3?}, becoming master"),
            Self::StoodStill { late, extra } => {
                write!(f, "stood still itself for {late:.3?}, waits {extra:.3?} for the master")
            }
            Self::GroupIsMaster => f.write_str("becoming master with its sync group"),
            Self::GroupIsBackup => f.write_str("becoming backup with its sync group"),
            Self::GroupIsNotReady => {
                f.write_str("no better master, but its sync group cannot be master")
            }
            Self::GroupFailed => f.write_str("its sync group failed"),
            Self::Owner => f.write_str("owner of its VIPs, becoming master"),
            Self::Better { source, priority } => {
                write!(f, "advert of {source} with priority {priority}, becoming backup")
            }
            Self::Lower { source, priority } => {
                write!(f, "{source} is master with lower priority {priority}")
            }
            Self::PreemptsIn(time) => write!(f, "preempts in {time:?}"),
            Self::Resigned { source } => write!(f, "{source} resigns"),
            Self::Tracked { subject, condition } => write!(f, "{subject} is {condition}"),
            Self::Priority(priority) => write!(f, "priority {priority}"),
        }
    }
}
