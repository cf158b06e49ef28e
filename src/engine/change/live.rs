use super::difference::Difference;
use super::subject::Subject;
use super::{redo, renew};
use crate::plan::Act;
use crate::plan::Op;

/// First what goes, in reverse; then what comes, in the new plan's order.
pub(super) fn acts(difference: &Difference<'_>) -> Vec<Act> {
    let (redo, renewed) = (redo::subjects(difference), renew::subjects(difference));
    let again = |op: &Op| redo.contains(&Subject::of(op));
    let goes = difference.old_ops().rev().filter(|op| match difference.after(op) {
        None => true,
        Some(_) if is_overwritten(op) => again(op),
        Some(after) => again(op) || after != *op,
    });
    let comes = difference.new_ops().filter(|op| match difference.before(op) {
        None => true,
        Some(before) => again(op) || before != *op || renewed.contains(&Subject::of(op)),
    });
    let goes = goes.map(|op| Act::Undo(op.clone()));
    goes.chain(comes.map(|op| Act::Apply(op.clone()))).collect()
}

/// Whether applying it with other values replaces the old ones, connections untouched.
fn is_overwritten(op: &Op) -> bool {
    matches!(
        op,
        Op::SetSysctl { .. }
            | Op::SetTimeouts { .. }
            | Op::AddService { .. }
            | Op::AddDestination { .. }
            | Op::AwaitAddress { .. }
    )
}
