use super::compare::Found;
use super::drift::Mend;
use crate::kernel::{ObservedLink, Tunnelled};
use crate::lab::NodeName;
use crate::plan::Act;
use crate::plan::Op;
use ipnet::IpNet;

pub(super) fn bridge(found: &mut Found<'_>, number: usize) {
    let Op::CreateBridge { network, mtu } = &found.plan.steps[number].op else { return };
    let switch = NodeName::switch();
    let words = match found.survey.link(&switch, network.as_str()) {
        None => format!("bridge {network} is missing"),
        Some(link) if wrong_mtu(link, *mtu) => format!("bridge {network} has MTU {}", link.mtu),
        Some(link) if !link.up => {
            let mends = vec![set_up(number, &switch, network.as_str())];
            return found.add(&switch, format!("bridge {network} is down"), mends);
        }
        Some(_) => return,
    };
    let mut mends = vec![found.undo(number), found.apply(number)];
    for cable in found.steps(|op| matches!(op, Op::Connect { network: to, .. } if to == network)) {
        mends.extend(replug(found, cable));
    }
    found.add(&switch, words, mends);
}

pub(super) fn cable(found: &mut Found<'_>, number: usize) {
    let Op::Connect { node, interface, network, mtu } = &found.plan.steps[number].op else {
        return;
    };
    let (switch, port_name) = (NodeName::switch(), node.port(interface));
    let link = found.survey.link(node, interface);
    let port = found.survey.link(&switch, &port_name);
    let words = match (link, port) {
        (None, _) => format!("interface {interface} is missing"),
        (_, None) => format!("interface {interface} has lost its port {port_name}"),
        (Some(link), Some(port)) if wrong_mtu(link, *mtu) || wrong_mtu(port, *mtu) => {
            format!("interface {interface} has MTU {}, its port {}", link.mtu, port.mtu)
        }
        (_, Some(port)) if port.bridge.as_deref() != Some(network.as_str()) => {
            format!("interface {interface} is not plugged into {network}")
        }
        (Some(link), Some(port)) => {
            return ends_up(found, number, [(node, link), (&switch, port)]);
        }
    };
    let mends = replug(found, number);
    found.add(node, words, mends);
}

/// Both ends of a cable must be up.
fn ends_up(found: &mut Found<'_>, number: usize, ends: [(&NodeName, &ObservedLink); 2]) {
    let Op::Connect { node, interface, .. } = found.plan.steps[number].op.clone() else { return };
    for (end, link) in ends.into_iter().filter(|(_, link)| !link.up) {
        let mend = if *end == node {
            set_up(number, end, &link.name)
        } else {
            let (node, interface) = (node.clone(), interface.clone());
            // A cable that was cut as a fault is plugged in by the same act.
            Mend { step: number, act: Act::Undo(Op::CutCable { node, interface }) }
        };
        found.add(end, format!("interface {} is down", link.name), vec![mend]);
    }
}

pub(super) fn link_up(found: &mut Found<'_>, number: usize) {
    let Op::SetLinkUp { node, interface } = &found.plan.steps[number].op else { return };
    let state = match found.survey.link(node, interface) {
        Some(link) if link.up => return,
        Some(_) => "down",
        None => "missing",
    };
    let mends = vec![found.apply(number)];
    found.add(node, format!("interface {interface} is {state}"), mends);
}

/// A missing interface is a drift of its own.
pub(super) fn takes_any(found: &mut Found<'_>, number: usize) {
    let Op::TakeAny { node, interface } = &found.plan.steps[number].op else { return };
    let Some(link) = found.survey.link(node, interface) else { return };
    if link.tunnelled == Some(Tunnelled::Any) {
        return;
    }
    let mends = vec![found.apply(number)];
    found.add(node, format!("interface {interface} does not take every protocol"), mends);
}

/// Pulls a cable and plugs it in again, with everything that goes with the interface.
pub(super) fn replug(found: &Found<'_>, number: usize) -> Vec<Mend> {
    let Op::Connect { node, interface, .. } = &found.plan.steps[number].op else {
        return Vec::new();
    };
    let nets = nets_on(found, node, interface);
    let name = format!(".conf.{interface}.");
    let follows = |op: &Op| match op {
        Op::AddAddress { node: n, interface: i, .. } => n == node && i == interface,
        Op::AddRoute { node: n, via, .. } => n == node && nets.iter().any(|net| net.contains(via)),
        Op::SetSysctl { node: n, key, .. } => n == node && key.0.contains(&name),
        Op::AwaitAddress { node: first, others, .. } => first == node || others.contains(node),
        _ => false,
    };
    let mut mends = vec![found.undo(number), found.apply(number)];
    mends.extend(found.steps(follows).into_iter().map(|step| found.apply(step)));
    mends
}

fn nets_on(found: &Found<'_>, at: &NodeName, on: &str) -> Vec<IpNet> {
    let net = |op: &Op| match op {
        Op::AddAddress { node, interface, address } if node == at && interface == on => {
            Some(*address)
        }
        _ => None,
    };
    found.plan.steps.iter().filter_map(|step| net(&step.op)).collect()
}

fn set_up(step: usize, node: &NodeName, interface: &str) -> Mend {
    let op = Op::SetLinkUp { node: node.clone(), interface: interface.to_owned() };
    Mend { step, act: Act::Apply(op) }
}

fn wrong_mtu(link: &ObservedLink, mtu: Option<u32>) -> bool {
    mtu.is_some_and(|mtu| mtu != link.mtu)
}
