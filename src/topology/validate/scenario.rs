use super::super::{
    rule,
    wire::{self, Entries, List},
};
use super::{Draft, draft::Lookup, expected, fault, load, name, request, value};
use crate::lab::{NodeName, Place, Retry, RunCommand, Scenario, Step, StepAction};
use crate::topology::faults::{Faults, Named};

/// Builds the scenarios.
pub fn build(scenarios: Entries<wire::Scenario>, draft: &mut Draft<'_>) {
    let all = Place::root().key("scenarios");
    for (text, scenario) in scenarios.0 {
        let at = all.key(&text);
        let name = name::parse(&text, name::LABEL, &at.as_key(), draft.faults);
        let (summary, list, list_at) = match scenario {
            Some(wire::Scenario::Steps(list)) => (None, list, at.clone()),
            Some(wire::Scenario::Details(d)) => (d.summary, d.steps, at.key("steps")),
            None => continue,
        };
        let steps = steps(list, &text, &list_at, draft);
        if !steps.is_empty() && draft.faults.sure(&at) {
            expects_something(&steps, &text, &at, draft);
        }
        if let Some(name) = name {
            draft.lab.scenarios.push(Scenario { name, summary, steps, at });
        }
    }
}

fn expects_something(steps: &[Step], scenario: &str, at: &Place, draft: &mut Draft<'_>) {
    if steps.iter().all(|step| step.expectations.is_empty()) {
        draft.faults.push(rule::PROVES_NOTHING.at(
            &at.as_key(),
            format!("the scenario `{scenario}` expects nothing"),
            "add `expect:` to a step, as in `expect: { status: 200, failures: 0 }`",
        ));
    }
}

fn steps(list: List<wire::Step>, scenario: &str, at: &Place, draft: &mut Draft<'_>) -> Vec<Step> {
    if list.0.is_empty() {
        draft.faults.push(rule::EMPTY_SCENARIO.at(
            at,
            format!("the scenario `{scenario}` has no steps"),
            "add a step such as `- request: { from: client, service: web }`",
        ));
    }
    let list = list.0.into_iter().enumerate();
    list.filter_map(|(index, step)| one(step?, at.index(index), draft)).collect()
}

fn one(mut wire: wire::Step, at: Place, draft: &mut Draft<'_>) -> Option<Step> {
    let chosen = [
        ("request", wire.request.is_some()),
        ("run", wire.run.is_some()),
        ("wait", wire.wait.is_some()),
        ("load", wire.load.is_some()),
        ("stop", wire.stop.is_some()),
        ("fault", wire.fault.is_some()),
        ("heal", wire.heal.is_some()),
    ];
    let lone = only_one(&chosen, &at, "step", draft.faults);
    let expect = wire.expect.take();
    let expectations =
        expect.map(|e| expected::build(e, &at.key("expect"), draft)).unwrap_or_default();
    let within = wire.within.take();
    let within = within.and_then(|w| value::duration(&w, &at.key("within"), draft.faults));
    let within = within.map(|limit| Retry { limit });
    let action = lone.then(|| action(wire, &at, draft))??;
    Some(Step { action, expectations, within, at })
}

fn action(wire: wire::Step, at: &Place, draft: &mut Draft<'_>) -> Option<StepAction> {
    if let Some(request) = wire.request {
        return request::build(request, &at.key("request"), draft).map(StepAction::Request);
    }
    if let Some(command) = wire.run {
        return run(command, &at.key("run"), draft).map(StepAction::Run);
    }
    if let Some(text) = wire.wait {
        return value::duration(&text, &at.key("wait"), draft.faults).map(StepAction::Wait);
    }
    if let Some(load) = wire.load {
        return load::build(load, &at.key("load"), draft).map(StepAction::Load);
    }
    if let Some(fault) = wire.fault {
        return fault::build(fault, &at.key("fault"), draft).map(StepAction::Fault);
    }
    if let Some(word) = wire.heal {
        return fault::healing(&word, &at.key("heal"), draft).map(StepAction::Heal);
    }
    wire.stop.map(|what| match what {
        wire::Stoppable::Load => StepAction::StopLoad,
        wire::Stoppable::Held => StepAction::Release,
    })
}

/// Whether exactly one of some keys is there; else a fault.
pub fn only_one(keys: &[(&str, bool)], at: &Place, noun: &str, faults: &mut Faults) -> bool {
    let given: Vec<_> = keys.iter().filter(|(_, given)| *given).map(|(key, _)| *key).collect();
    let quoted = |keys: &[&str]| keys.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>();
    let all = quoted(&keys.iter().map(|(key, _)| *key).collect::<Vec<_>>()).join(", ");
    let message = match given.as_slice() {
        [_] => return true,
        // A key that was found faulty itself is not missed.
        [] if !faults.sure(at) => return false,
        [] => format!("the {noun} has none of {all}"),
        several => format!("the {noun} has {}", quoted(several).join(" and ")),
    };
    faults.push(rule::CHOICE.at(at, message, format!("choose exactly one of {all}")));
    false
}

fn run(run: wire::Run, at: &Place, draft: &mut Draft<'_>) -> Option<RunCommand> {
    let node = node(&run.on, &at.key("on"), draft);
    let shell = value::shell(run.command, &at.key("command"), draft.faults);
    Some(RunCommand { node: node?, shell: shell? })
}

/// The one node that a word names.
pub fn node(word: &str, at: &Place, draft: &mut Draft<'_>) -> Option<NodeName> {
    let fault = |message: String, draft: &Draft<'_>| {
        rule::UNKNOWN_NODE.at(at, message, draft.node_help(word, None))
    };
    match draft.lookup(word, None) {
        Lookup::Nodes(mut nodes) if nodes.len() == 1 => return nodes.pop(),
        Lookup::Faulty => draft.faults.doubt(at),
        Lookup::Nodes(nodes) => {
            let message = format!("`{word}` stands for {} nodes, where one is needed", nodes.len());
            let fault = fault(message, draft);
            draft.faults.push(fault);
        }
        Lookup::Unknown => {
            let fault = fault(format!("node `{word}` is not defined"), draft);
            draft.faults.unknown(Named::Node, word, fault);
        }
    }
    None
}
