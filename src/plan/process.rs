use crate::lab::{self, ProcessName};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

/// A real program that runs in a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Its name: a node has one of each.
    pub name: ProcessName,
    /// The text given to `sh -c`.
    pub run: String,
    /// The programs that must be installed, each with the Debian package that brings it.
    pub needs: IndexMap<String, String>,
    /// The TCP port that listens when it works.
    pub ready: Option<u16>,
    /// How long it may take until it works.
    pub within: Duration,
    /// The files that it finds under `$FILES`: texts by relative path.
    pub files: IndexMap<String, String>,
}

/// Somebody whom a built-in backend asks before it answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upstream {
    /// The node, if the file names one; else the address again.
    pub name: String,
    /// Where.
    pub address: SocketAddr,
}

impl From<&lab::Upstream> for Upstream {
    fn from(wanted: &lab::Upstream) -> Self {
        let name = wanted.node.as_ref().map(ToString::to_string);
        Self { name: name.unwrap_or_else(|| wanted.address.to_string()), address: wanted.address }
    }
}

/// As in "php (192.168.1.2:9000)".
impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.address.to_string();
        if self.name == address { f.pad(&address) } else { write!(f, "{} ({address})", self.name) }
    }
}
