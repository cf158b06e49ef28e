use crate::kernel::Kernel;
use crate::lab::NodeName;
use crate::plan::{Op, Step};
use std::collections::HashSet;

/// Undoes steps in reverse; what cannot be undone is told, and does not stop the rest.
pub(super) async fn roll_back<K: Kernel>(steps: &[Step], kernel: &mut K) -> Vec<String> {
    let going = going(steps);
    let mut left = Vec::new();
    for step in steps.iter().rev().filter(|step| !goes_along(&step.op, &going)) {
        if let Err(error) = kernel.undo(&step.op).await {
            left.push(error.to_string());
        }
    }
    left
}

/// The nodes whose namespaces will be removed.
fn going(steps: &[Step]) -> HashSet<NodeName> {
    let made = steps.iter().filter_map(|step| match &step.op {
        Op::CreateNamespace { node } => Some(node.clone()),
        _ => None,
    });
    made.collect()
}

/// Whether the kernel takes it away together with a namespace. Deleting links one by one would
/// cost a grace period each. What processes do is not the namespace's, and keeps it alive.
fn goes_along(op: &Op, going: &HashSet<NodeName>) -> bool {
    match op {
        Op::CreateNamespace { .. }
        | Op::StartBackend { .. }
        | Op::StartProcess { .. }
        | Op::RunCommand { .. }
        | Op::StartDaemon { .. } => false,
        op => going.contains(&op.node()),
    }
}
