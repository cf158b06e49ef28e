use super::evidence::{entry, last, listed};
use crate::kernel::{Kernel, Leads, Linux, Neighbour, Observed};
use crate::lab::{Lab, NodeName, Role, Scenario, StepAction};
use crate::report::Evidence;
use std::collections::BTreeMap;

/// How many nodes are looked at: a lab may have hundreds.
const MOST_NODES: usize = 16;

/// The nodes between which a scenario's packets go: who sends, the directors, the routers, and who
/// serves.
pub(super) fn nodes(lab: &Lab, scenario: &Scenario) -> Vec<NodeName> {
    let senders = scenario.steps.iter().filter_map(|step| match &step.action {
        StepAction::Request(request) => Some(&request.from),
        StepAction::Load(load) => Some(&load.from),
        StepAction::Run(command) => Some(&command.node),
        StepAction::Fault(fault) => Some(&fault.node),
        StepAction::Wait(_) | StepAction::StopLoad | StepAction::Release | StepAction::Heal(_) => {
            None
        }
    });
    let of = |role| lab.with_role(role).map(|node| &node.name);
    let roles = [Role::Director, Role::Router, Role::RealServer, Role::Server];
    let mut path: Vec<NodeName> = Vec::new();
    for node in senders.chain(roles.into_iter().flat_map(of)) {
        if !path.contains(node) && path.len() < MOST_NODES {
            path.push(node.clone());
        }
    }
    path
}

/// How many packets each node had dropped when a scenario began.
#[derive(Default)]
pub(super) struct Before(BTreeMap<NodeName, BTreeMap<String, u64>>);

impl Before {
    /// Reads it now; what cannot be read is counted from nothing on.
    pub(super) fn read(path: &[NodeName], kernel: &mut Linux) -> Self {
        let read = |node: &NodeName| (node.clone(), kernel.counters(node).unwrap_or_default());
        Self(path.iter().map(read).collect())
    }

    /// What each node holds, whom it knows, and what it has dropped since.
    pub(super) async fn evidence(&self, kernel: &mut Linux) -> Vec<Evidence> {
        let mut found = Vec::new();
        for (node, before) in &self.0 {
            found.push(ways(kernel, node).await);
            found.extend(dropped(kernel, node, before));
        }
        found
    }
}

/// Interfaces, addresses, routes and neighbours of a node.
async fn ways(kernel: &mut Linux, node: &NodeName) -> Evidence {
    let neighbours = kernel.neighbours(node);
    let lines = match (kernel.observe(node, &[]).await, neighbours) {
        (Ok(Some(observed)), Ok(neighbours)) => {
            let known = neighbours.iter().map(neighbour);
            let held = listed(&observed);
            held.into_iter().chain(routes(&observed)).chain(known).collect()
        }
        (Ok(None), _) => vec!["its namespace is not there".to_owned()],
        (Err(error), _) | (_, Err(error)) => vec![error.to_string()],
    };
    entry(format!("addresses, routes and neighbours of {node}"), last(&lines))
}

fn routes(observed: &Observed) -> Vec<String> {
    let to =
        |net: Option<ipnet::IpNet>| net.map_or_else(|| "default".to_owned(), |n| n.to_string());
    let by = |interface: Option<&str>| match interface {
        Some(interface) => format!(" on {interface}"),
        None => String::new(),
    };
    let kind = |leads: &Leads| match leads.keyword() {
        Some(keyword) => format!("{keyword} "),
        None => String::new(),
    };
    let via = observed.routes.iter();
    let via = via.map(|r| {
        format!("route {} via {}{}", to(r.destination), r.via, by(r.interface.as_deref()))
    });
    let direct = observed.direct_routes.iter();
    let direct = direct.map(|r| {
        let (kind, by) = (kind(&r.leads), by(r.leads.interface()));
        format!("{kind}route {}{by}", to(r.destination))
    });
    via.chain(direct).collect()
}

fn neighbour(Neighbour { address, mac, failed }: &Neighbour) -> String {
    match mac {
        _ if *failed => format!("neighbour {address} does not answer"),
        Some(mac) => format!("neighbour {address} is {mac}"),
        None => format!("neighbour {address} has no link-layer address"),
    }
}

/// The counters that went up, as in `IpOutNoRoutes 12`.
fn dropped(
    kernel: &mut Linux,
    node: &NodeName,
    before: &BTreeMap<String, u64>,
) -> Option<Evidence> {
    let title = format!("packets that {node} did not pass on, by counter");
    let now = match kernel.counters(node) {
        Ok(now) => now,
        Err(error) => return Some(entry(title, error.to_string())),
    };
    let more = now.iter().filter_map(|(name, count)| {
        let since = count.saturating_sub(before.get(name).copied().unwrap_or(0));
        (since > 0).then(|| format!("{name} {since}"))
    });
    let lines: Vec<_> = more.collect();
    (!lines.is_empty()).then(|| entry(title, last(&lines)))
}
