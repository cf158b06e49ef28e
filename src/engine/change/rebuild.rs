use super::difference::Difference;
use crate::lab::NodeName;
use crate::plan::Op;
use crate::text::first_line;
use std::collections::HashSet;

/// What cannot be changed while the lab is up. Nothing is said about the inside of a node that is
/// new or gone.
pub(super) fn reasons(difference: &Difference<'_>) -> Vec<String> {
    let old_nodes = namespaces(difference.old_ops());
    let new_nodes = namespaces(difference.new_ops());
    let mut reasons = Vec::new();
    for op in difference.new_ops() {
        let inside_new = !is_namespace(op) && !old_nodes.contains(&op.node());
        match difference.before(op) {
            Some(before) if before != op => reasons.extend(altered(before, op)),
            None if !inside_new => reasons.extend(added(op)),
            _ => {}
        }
    }
    for op in difference.old_ops().filter(|op| difference.after(op).is_none()) {
        let inside_gone = !is_namespace(op) && !new_nodes.contains(&op.node());
        reasons.extend(removed(op).filter(|_| !inside_gone));
    }
    reasons
}

fn namespaces<'a>(ops: impl Iterator<Item = &'a Op>) -> HashSet<NodeName> {
    ops.filter(|op| is_namespace(op)).map(Op::node).collect()
}

fn is_namespace(op: &Op) -> bool {
    matches!(op, Op::CreateNamespace { .. })
}

fn added(op: &Op) -> Option<String> {
    match op {
        Op::CreateNamespace { node } => Some(format!("node `{node}` is new")),
        Op::CreateBridge { network, .. } => Some(format!("network `{network}` is new")),
        Op::Connect { node, interface, .. } => Some(format!("{interface} of `{node}` is new")),
        Op::SetLinkUp { node, interface } => Some(format!("`{node}` now uses {interface}")),
        Op::RunCommand { node, shell } => {
            Some(format!("`{node}` now runs `{}`", first_line(shell)))
        }
        _ => None,
    }
}

fn removed(op: &Op) -> Option<String> {
    match op {
        Op::CreateNamespace { node } => Some(format!("node `{node}` is gone")),
        Op::CreateBridge { network, .. } => Some(format!("network `{network}` is gone")),
        Op::Connect { node, interface, .. } => Some(format!("{interface} of `{node}` is gone")),
        Op::SetLinkUp { node, interface } => {
            Some(format!("`{node}` does not use {interface} any more"))
        }
        Op::SetSysctl { node, key, .. } => Some(format!(
            "`{node}` does not set {key} any more, and what it was before is not known"
        )),
        Op::RunCommand { node, shell } => {
            Some(format!("`{node}` has run `{}`, which cannot be taken back", first_line(shell)))
        }
        _ => None,
    }
}

fn altered(before: &Op, op: &Op) -> Option<String> {
    match (before, op) {
        (Op::CreateBridge { .. }, Op::CreateBridge { network, .. }) => {
            Some(format!("network `{network}` has another MTU"))
        }
        (Op::Connect { network: from, .. }, Op::Connect { node, interface, network, .. })
            if from != network =>
        {
            Some(format!("{interface} of `{node}` moves from `{from}` to `{network}`"))
        }
        _ => None,
    }
}
