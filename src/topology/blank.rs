use super::document::Document;
use super::faults::Faults;
use super::{load, schema, shape};
use crate::diag::Diagnostic;
use crate::lab::{Lab, LabName, Node, Protocol, Role, Segment, Source};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The keys of a topology that a blank one keeps.
const KEPT: [&str; 8] =
    ["name", "summary", "networks", "clients", "directors", "routers", "real_servers", "servers"];

/// The keys of nodes that set what a person is to set in a blank lab.
const SET_BY_HAND: [&str; 3] = ["sysctls", "commands", "loopback_vips"];

/// The keys under which the nodes are that LVS is made of.
const OF_LVS: [&str; 2] = ["directors", "real_servers"];

/// The port that a real server serves by itself.
const HTTP: u16 = 80;

/// The same topology with its nodes, links and addresses only: no virtual services, nothing that a
/// forwarding method implies, and no scenarios. What served still serves, on its TCP ports.
///
/// # Errors
///
/// Every fault of the topology.
pub fn blank(source: &Source) -> Result<Source, Vec<Diagnostic>> {
    let lab = load(source)?.lab;
    let mut faults = Faults::default();
    let document = Document::read(&source.text, &mut faults);
    let whole = document.root().and_then(|root| shape::check(root, &schema(), &mut faults));
    let Some(Value::Object(whole)) = whole else { return Err(faults.placed(&document)) };
    let kept = |(key, value): (String, Value)| KEPT.contains(&key.as_str()).then_some((key, value));
    let mut blank: Map<String, Value> = whole.into_iter().filter_map(kept).collect();
    blank.insert(
        "summary".to_owned(),
        json!(format!("{}, blank: its LVS is to be typed", lab.name)),
    );
    for (key, nodes) in &mut blank {
        let Some(nodes) = nodes.as_object_mut().filter(|_| key != "networks") else { continue };
        for (name, node) in nodes {
            let Some(node) = node.as_object_mut() else { continue };
            if OF_LVS.contains(&key.as_str()) {
                node.retain(|key, _| !SET_BY_HAND.contains(&key.as_str()));
            }
            serve(node, &of_entry(&lab, key, name));
        }
    }
    Ok(Source { name: source.name.clone(), text: written(&lab.name, &blank) })
}

/// Each node of an entry of the file, of which there may be several of a kind, and its TCP ports.
fn of_entry(lab: &Lab, key: &str, name: &str) -> Vec<(Role, BTreeSet<u16>)> {
    let is_of = |node: &&Node| match node.at.path.as_slice() {
        [Segment::Key(role), Segment::Key(entry), ..] => role == key && entry == name,
        _ => false,
    };
    let ports = |node: &Node| {
        let backends = lab.backend_ports(node).into_keys();
        let ports = backends.filter(|port| port.protocol == Protocol::Tcp);
        (node.role, ports.map(|port| port.number).collect())
    };
    lab.nodes.iter().filter(is_of).map(ports).collect()
}

/// Names the ports that virtual services asked for, as the blank topology has none.
fn serve(node: &mut Map<String, Value>, nodes: &[(Role, BTreeSet<u16>)]) {
    let by_itself = BTreeSet::from([HTTP]);
    let named = node.contains_key("backends");
    let as_is = |(role, ports): &(Role, BTreeSet<u16>)| {
        ports.is_empty() || (!named && *role == Role::RealServer && *ports == by_itself)
    };
    if nodes.iter().all(as_is) {
        return;
    }
    let backends = node.entry("backends").or_insert_with(|| json!({}));
    let Some(backends) = backends.as_object_mut() else { return };
    for port in nodes.iter().flat_map(|(_, ports)| ports) {
        backends.entry(port.to_string()).or_insert_with(|| json!({}));
    }
}

fn written(name: &LabName, blank: &Map<String, Value>) -> String {
    // JSON is what is written, so that there is nothing that cannot be.
    let body = serde_yaml::to_string(blank).unwrap_or_default();
    format!(
        "# The lab `{name}` without its LVS: nodes, links and addresses. Type the rest, until\n\
         # `lvs-lab status LAB --against TOPOLOGY` is silent and `lvs-lab test --live LAB` passes.\n\n\
         {body}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{self, Op};
    use crate::topology::{builtin, builtins};

    fn blank_of(name: &str) -> Lab {
        let blank = blank(&builtin(name).unwrap()).unwrap();
        load(&blank).unwrap_or_else(|faults| panic!("{name}: {faults:?}\n{}", blank.text)).lab
    }

    #[test]
    fn a_blank_nat_lab_has_its_nodes_and_addresses() {
        insta::assert_snapshot!(blank(&builtin("nat").unwrap()).unwrap().text);
    }

    #[test]
    fn a_blank_lab_has_no_service_and_nothing_that_one_implies() {
        for builtin in builtins() {
            let lab = blank_of(builtin.name);
            let plan = plan::build(&lab);
            let implied = plan.steps.iter().filter(|step| {
                matches!(
                    &step.op,
                    Op::AddService { .. }
                        | Op::AddDestination { .. }
                        | Op::AddSourceNat { .. }
                        | Op::MarkPackets { .. }
                        | Op::StartDaemon { .. }
                        | Op::TakeAny { .. }
                        | Op::OpenGue { .. }
                ) || step.why.contains("NAT")
                    || step.why.contains("VIP")
            });
            let words: Vec<_> = implied.map(|step| step.op.to_string()).collect();
            assert_eq!(words, [""; 0], "{}", builtin.name);
        }
    }

    #[test]
    fn what_served_on_tcp_serves_in_a_blank_lab_too() {
        for builtin in builtins() {
            let whole = load(&super::super::builtin(builtin.name).unwrap()).unwrap().lab;
            let blank = blank_of(builtin.name);
            let ports = |lab: &Lab| -> Vec<BTreeSet<u16>> {
                lab.nodes.iter().map(|node| lab.served_ports(node)).collect()
            };
            let pairs = ports(&whole).into_iter().zip(ports(&blank));
            pairs.for_each(|(whole, blank)| assert!(whole.is_subset(&blank), "{}", builtin.name));
        }
    }
}
