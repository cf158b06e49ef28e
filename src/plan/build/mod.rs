//! From a lab to its plan: one builder per concern, in the order in which they must happen.
//!
//! Addresses come before IPVS entries, because the kernel takes no destination in a namespace
//! without an address; ARP settings come before the VIP that they hide.

mod backends;
mod checks;
mod daemons;
mod gateway;
mod ipvs;
mod nodes;
mod processes;
mod seats;
mod settings;
mod switch;
#[cfg(test)]
mod tests;
mod tunnels;
mod vips;

pub(super) use seats::speaker;

use super::{Op, Plan, Step};
use crate::lab::{Lab, Place};

/// The plan of a lab.
pub fn build(lab: &Lab) -> Plan {
    let mut draft = Draft { lab, steps: Vec::new() };
    switch::build(&mut draft);
    for node in &lab.nodes {
        nodes::build(&mut draft, node);
        settings::before_vips(&mut draft, node);
        vips::build(&mut draft, node);
        settings::own(&mut draft, node);
        gateway::build(&mut draft, node);
    }
    ipvs::build(&mut draft);
    backends::build(&mut draft);
    processes::build(&mut draft);
    daemons::build(&mut draft);
    for node in &lab.nodes {
        for command in &node.commands {
            let op = Op::RunCommand { node: node.name.clone(), shell: command.shell.clone() };
            draft.add(op, "the file asks for it", &command.at);
        }
    }
    Plan { lab: lab.name.clone(), steps: draft.steps }
}

/// A plan in the making.
struct Draft<'a> {
    lab: &'a Lab,
    steps: Vec<Step>,
}

impl Draft<'_> {
    fn add(&mut self, op: Op, why: impl Into<String>, at: &Place) {
        self.steps.push(Step { op, why: why.into(), at: at.clone() });
    }
}
