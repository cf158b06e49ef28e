use crate::lab::{self, Program};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::SocketAddr;

/// A real program that runs in a node, with what it finds there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// The program.
    #[serde(flatten)]
    pub program: Program,
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
