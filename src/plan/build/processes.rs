use super::Draft;
use crate::plan::{Op, Process};

/// The real programs that the file asks for.
pub(super) fn build(draft: &mut Draft<'_>) {
    for node in &draft.lab.nodes {
        for wanted in &node.serving.processes {
            let process = Process {
                name: wanted.name.clone(),
                run: wanted.run.clone(),
                needs: wanted.needs.clone(),
                ready: wanted.ready,
                within: wanted.within,
                files: node.serving.files.clone(),
            };
            let op = Op::StartProcess { node: node.name.clone(), process };
            draft.add(op, "the file asks for this program", &wanted.at);
        }
    }
}
