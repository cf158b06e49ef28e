use super::Draft;
use crate::plan::{Op, Process};

/// The real programs that the file asks for.
pub(super) fn build(draft: &mut Draft<'_>) {
    for node in &draft.lab.nodes {
        for wanted in &node.serving.processes {
            let (program, files) = (wanted.program.clone(), node.serving.files.clone());
            let process = Process { program, files };
            let op = Op::StartProcess { node: node.name.clone(), process };
            draft.add(op, "the file asks for this program", &wanted.at);
        }
    }
}
