use super::Op;
use crate::lab::NodeName;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Something done to the kernel: an operation, or its undoing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub enum Act {
    /// The operation is applied.
    Apply(Op),
    /// The operation is undone.
    Undo(Op),
}

impl Act {
    /// The operation.
    pub fn op(&self) -> &Op {
        match self {
            Self::Apply(op) | Self::Undo(op) => op,
        }
    }

    /// What it is in words when it breaks something, with the node. A fault puts nothing new into a
    /// table: it gives an entry that is there another weight.
    pub fn breaking(&self) -> String {
        match self {
            Self::Apply(Op::AddDestination { node, service, destination }) => {
                let (address, weight) = (destination.address, destination.weight);
                format!("{node}: set real server {address} of {service} to weight {weight}")
            }
            act => act.to_string(),
        }
    }

    /// The node whose namespace it works in.
    pub fn node(&self) -> NodeName {
        self.op().node()
    }
}

/// In words, with the node: "rs1: add address 10.0.0.1/24 to eth0".
impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Apply(op) => write!(f, "{}: {op}", op.node()),
            Self::Undo(op) => write!(f, "{}: {}", op.node(), op.undoing()),
        }
    }
}
