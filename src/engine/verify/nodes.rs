use super::cables::replug;
use super::compare::Found;
use super::drift::Mend;
use crate::kernel::ObservedRoute;
use crate::lab::NodeName;
use crate::plan::Act;
use crate::plan::Op;
use ipnet::IpNet;

/// Everything in a lost namespace is made again, but for what commands of the file did.
pub(super) fn namespace(found: &mut Found<'_>, number: usize) {
    let Op::CreateNamespace { node } = &found.plan.steps[number].op else { return };
    if found.survey.node(node).is_some() {
        return;
    }
    let inside = found.steps(|op| op.node() == *node);
    let (commands, rest): (Vec<_>, Vec<_>) =
        inside.into_iter().partition(|n| matches!(found.plan.steps[*n].op, Op::RunCommand { .. }));
    let mut mends: Vec<Mend> = Vec::new();
    for step in rest {
        mends.extend(outlasts_namespace(&found.plan.steps[step].op).then(|| found.undo(step)));
        mends.push(found.apply(step));
    }
    if *node == NodeName::switch() {
        let cables = found.steps(|op| matches!(op, Op::Connect { .. }));
        mends.extend(cables.into_iter().flat_map(|cable| replug(found, cable)));
    }
    let words = match commands.len() {
        0 => "its namespace is missing",
        _ => "its namespace is missing (commands of the file are not run again)",
    };
    found.add(node, words, mends);
}

/// Somebody may have taken only the name away: then the veth pair, the listener and the daemons
/// are still there, and in the way.
fn outlasts_namespace(op: &Op) -> bool {
    matches!(
        op,
        Op::CreateNamespace { .. }
            | Op::Connect { .. }
            | Op::StartBackend { .. }
            | Op::StartProcess { .. }
            | Op::StartDaemon { .. }
    )
}

pub(super) fn gue(found: &mut Found<'_>, number: usize) {
    let Op::OpenGue { node, port } = &found.plan.steps[number].op else { return };
    let Some(seen) = found.survey.node(node) else { return };
    if !seen.gue.contains(port) {
        let mends = vec![found.apply(number)];
        found.add(node, format!("UDP port {port} is not open for GUE"), mends);
    }
}

pub(super) fn address(found: &mut Found<'_>, number: usize) {
    let Op::AddAddress { node, interface, address } = &found.plan.steps[number].op else { return };
    let Some(seen) = found.survey.node(node) else { return };
    if seen.addresses.iter().any(|a| a.interface == *interface && a.address == *address) {
        return;
    }
    let mends = vec![found.apply(number)];
    found.add(node, format!("address {address} is missing on {interface}"), mends);
}

pub(super) fn route(found: &mut Found<'_>, number: usize) {
    let Op::AddRoute { node, destination, via } = &found.plan.steps[number].op else { return };
    let Some(seen) = found.survey.node(node) else { return };
    let same = |r: &&ObservedRoute| {
        r.destination.map(|net| net.trunc()) == destination.map(|net| net.trunc())
            && r.via.is_ipv4() == via.is_ipv4()
    };
    let there: Vec<_> = seen.routes.iter().filter(same).map(|route| route.via).collect();
    if there.contains(via) {
        return;
    }
    let is_missing = there.is_empty();
    let name = destination.map_or_else(|| "default route".to_owned(), route_name);
    let words = match there.first() {
        None => format!("{name} via {via} is missing"),
        Some(other) => format!("{name} goes via {other} instead of {via}"),
    };
    let wrong = there.into_iter().map(|via| {
        let op = Op::AddRoute { node: node.clone(), destination: *destination, via };
        Mend { step: number, act: Act::Undo(op) }
    });
    let mends = wrong.chain([found.apply(number)]).collect();
    match is_missing {
        true => found.add(node, words, mends),
        false => found.other(node, words, mends),
    }
}

fn route_name(destination: IpNet) -> String {
    format!("route to {destination}")
}

pub(super) fn setting(found: &mut Found<'_>, number: usize) {
    let Op::SetSysctl { node, key, value } = &found.plan.steps[number].op else { return };
    let Some(seen) = found.survey.node(node) else { return };
    let later = found.plan.steps[number + 1..].iter();
    let overridden = |op: &Op| match op {
        Op::SetSysctl { node: n, key: k, .. } => n == node && k == key,
        _ => false,
    };
    let words = match seen.settings.get(key) {
        Some(there) if there.split_whitespace().eq(value.split_whitespace()) => return,
        _ if later.into_iter().any(|step| overridden(&step.op)) => return,
        Some(there) => format!("{key} is {there} instead of {value}"),
        None => format!("{key} is not there"),
    };
    let mends = vec![found.apply(number)];
    found.add(node, words, mends);
}

pub(super) fn backend(found: &mut Found<'_>, number: usize) {
    let Op::StartBackend { node, backend } = &found.plan.steps[number].op else { return };
    let Some(seen) = found.survey.node(node) else { return };
    if seen.listening.contains(&backend.socket()) {
        return;
    }
    let mends = vec![found.undo(number), found.apply(number)];
    found.add(node, format!("nothing listens on {}", backend.socket()), mends);
}

pub(super) fn process(found: &mut Found<'_>, number: usize) {
    let Op::StartProcess { node, process } = &found.plan.steps[number].op else { return };
    let Some(seen) = found.survey.node(node) else { return };
    if seen.processes.iter().any(|name| name == process.program.name.as_str()) {
        return;
    }
    let mends = vec![found.undo(number), found.apply(number)];
    found.add(node, format!("the process {} does not run", process.program.name), mends);
}
