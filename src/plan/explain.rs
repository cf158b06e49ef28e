use super::{Plan, shell};
use crate::lab::NodeName;
use std::fmt::Write as _;

/// The plan as a person would follow it: for each node what is done, why, and the command to type.
pub fn explain(plan: &Plan) -> String {
    let mut text = String::new();
    let mut place = None;
    for (number, step) in plan.steps.iter().enumerate() {
        let node = step.op.node();
        if place.as_ref() != Some(&node) {
            heading(&mut text, plan, &node);
            place = Some(node);
        }
        let _ = writeln!(text, "{:>3}. {}.", number + 1, sentence(&step.op.to_string()));
        let _ = writeln!(text, "     {}.", sentence(&step.why));
        for command in shell::commands(&step.op, plan) {
            for (number, line) in command.lines().enumerate() {
                let prompt = if number == 0 { "     $ " } else { "       " };
                let _ = writeln!(text, "{}", format!("{prompt}{line}").trim_end());
            }
        }
    }
    text
}

fn heading(text: &mut String, plan: &Plan, node: &NodeName) {
    if !text.is_empty() {
        text.push('\n');
    }
    let _ = writeln!(text, "## {}-{node}\n", plan.lab);
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
