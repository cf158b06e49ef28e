use crate::plan::{Act, Op};

/// A fault as things done to the kernel, and what heals it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disturbance {
    /// What breaks it, in order; empty where the node cannot have the fault.
    pub acts: Vec<Act>,
    /// What mends it, in order.
    pub mends: Vec<Act>,
}

impl Disturbance {
    /// Operations that break something; their undoing mends it.
    pub(super) fn applying(ops: Vec<Op>) -> Self {
        let mends = ops.iter().rev().cloned().map(Act::Undo).collect();
        Self { acts: ops.into_iter().map(Act::Apply).collect(), mends }
    }

    /// Operations of the plan that are undone, the last one first; doing them again mends it.
    pub(super) fn undoing(ops: Vec<Op>) -> Self {
        let acts = ops.iter().rev().cloned().map(Act::Undo).collect();
        Self { acts, mends: ops.into_iter().map(Act::Apply).collect() }
    }

    /// What takes the first `done` acts back, when the one after them failed.
    pub fn taking_back(&self, done: usize) -> Vec<Act> {
        let did = |act| self.acts[..done].contains(&act);
        let needed = |mend: &&Act| match mend {
            // Undoing what is not there, and an entry that is there already, do no harm.
            Act::Undo(_) | Act::Apply(Op::AddService { .. } | Op::AddDestination { .. }) => true,
            Act::Apply(op @ Op::StartDaemon { node, .. }) => {
                did(Act::Apply(Op::KillDaemons { node: node.clone() }))
                    || did(Act::Undo(op.clone()))
            }
            Act::Apply(op) => did(Act::Undo(op.clone())),
        };
        self.mends.iter().filter(needed).cloned().collect()
    }
}
