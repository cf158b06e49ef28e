use super::{Daemon, Op, Plan, build, keepalived};
use crate::lab::{Engine, HighAvailability, Lab, NodeName, Place};
use std::collections::BTreeSet;

/// The plan of a lab as a person can follow it, with the distribution's own programs: keepalived
/// does what the built-in speaker and checker do.
pub fn by_hand(lab: &Lab) -> Plan {
    let lab = without_built_in(lab);
    let mut plan = build(&lab);
    for step in &mut plan.steps {
        let Op::StartDaemon { node, daemon: daemon @ Daemon::Speaker(_) } = &mut step.op else {
            continue;
        };
        if let Some(configuration) = keepalived::vrrp_only(&lab, node) {
            *daemon = Daemon::Keepalived { configuration, schedulers: BTreeSet::new() };
            "ldirectord knows no VRRP: keepalived holds the VIP".clone_into(&mut step.why);
        }
    }
    plan
}

/// The plan of a lab with every director's table in it, whoever makes the table in truth.
pub fn with_tables(lab: &Lab) -> Plan {
    build(&Lab { high_availability: None, ..lab.clone() })
}

/// The lab with keepalived wherever built-in daemons would run and nothing else makes the table.
fn without_built_in(lab: &Lab) -> Lab {
    let mut lab = lab.clone();
    let replaced: Vec<_> =
        build(&lab).steps.into_iter().filter_map(|step| built_in(step.op)).collect();
    if replaced.is_empty() {
        return lab;
    }
    let wanted = lab.high_availability.get_or_insert_with(|| HighAvailability {
        engines: indexmap::IndexMap::new(),
        routers: Vec::new(),
        sync_groups: Vec::new(),
        connection_sync: None,
        at: Place::root(),
    });
    for director in replaced {
        let engine = wanted.engines.entry(director).or_default();
        if *engine == Engine::Vrrp {
            *engine = Engine::Keepalived;
        }
    }
    lab
}

/// The director that runs a built-in daemon.
fn built_in(op: Op) -> Option<NodeName> {
    match op {
        Op::StartDaemon { node, daemon: Daemon::Speaker(_) | Daemon::Checker(_) } => Some(node),
        _ => None,
    }
}
