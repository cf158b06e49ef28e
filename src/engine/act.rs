use super::{EngineError, Journal};
use crate::kernel::Kernel;
use crate::lab::NodeName;
use crate::plan::Op;
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

/// Does things to the kernel in order, each journalled before it is done; ends at the first one
/// that fails, and returns how many were done.
pub async fn perform<K: Kernel>(
    acts: &[Act],
    kernel: &mut K,
    journal: &mut Journal,
) -> (usize, Result<(), EngineError>) {
    for (done, act) in acts.iter().enumerate() {
        if let Err(error) = one(act, kernel, journal).await {
            return (done, Err(error));
        }
    }
    (acts.len(), Ok(()))
}

async fn one<K: Kernel>(
    act: &Act,
    kernel: &mut K,
    journal: &mut Journal,
) -> Result<(), EngineError> {
    journal.append(act)?;
    match act {
        Act::Apply(op) => kernel.apply(op).await?,
        Act::Undo(op) => kernel.undo(op).await?,
    }
    Ok(())
}
