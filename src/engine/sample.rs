//! A plan for tests, with every kind of operation.

use crate::plan::{Op, Plan, Step};

/// The plan of tests/rollback.
pub(super) fn plan() -> Plan {
    let text = include_str!("../../tests/rollback/plan.json");
    let ops: Vec<Op> = serde_json::from_str(text).unwrap();
    let step = |op| Step { op, why: String::new(), at: crate::lab::Place::root() };
    Plan { lab: "nat".parse().unwrap(), steps: ops.into_iter().map(step).collect() }
}

/// The number of the only step that reads so: "rs1: add address...".
pub(super) fn find(plan: &Plan, words: &str) -> usize {
    let reads = |step: &Step| format!("{}: {}", step.op.node(), step.op) == words;
    let found: Vec<_> = (0..plan.steps.len()).filter(|n| reads(&plan.steps[*n])).collect();
    assert_eq!(found.len(), 1, "{words}");
    found[0]
}
