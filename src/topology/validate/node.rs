use super::super::{
    rule,
    wire::{self, Entries},
};
use super::{Draft, fault, name, node_parts as parts, replica};
use crate::lab::{Node, NodeName, Place, Role};

/// Builds the nodes of a role whose nodes are no more than nodes.
pub fn build(key: &str, role: Role, nodes: Entries<wire::Node>, draft: &mut Draft<'_>) {
    let all = Place::root().key(key);
    for (name, node) in nodes.0 {
        let blank = blank(&name, role, &all.key(&name), draft);
        if let (Some(blank), Some(node)) = (blank, node) {
            let node = parts::fill(blank, node, draft);
            draft.lab.nodes.push(node);
        }
    }
}

/// Builds the real servers.
pub fn build_real_servers(nodes: Entries<wire::RealServer>, draft: &mut Draft<'_>) {
    let all = Place::root().key("real_servers");
    for (name, node) in nodes.0 {
        let blank = blank(&name, Role::RealServer, &all.key(&name), draft);
        if let (Some(blank), Some(server)) = (blank, node) {
            let (loopback_vips, replicas) = (server.loopback_vips.unwrap_or(true), server.replicas);
            let node = parts::fill(blank, server.node, draft);
            let node = Node { loopback_vips, ..node };
            match replicas {
                None => draft.lab.nodes.push(node),
                Some(count) => replica::build(&node, count, draft),
            }
        }
    }
}

/// A node that has only its name, if it may have it.
fn blank(name: &str, role: Role, at: &Place, draft: &mut Draft<'_>) -> Option<Node> {
    let key = at.as_key();
    let name: NodeName = name::parse(name, name::NODE, &key, draft.faults)?;
    if name == NodeName::switch() {
        draft.faults.push(rule::RESERVED_NAME.at(
            &key,
            format!("`{name}` is the name of the namespace that holds the bridges"),
            "choose another name",
        ));
        return None;
    }
    if name.as_str() == fault::ALL {
        draft.faults.push(rule::RESERVED_NAME.at(
            &key,
            format!("`{name}` means every node, as in `heal: {name}`"),
            "choose another name",
        ));
        return None;
    }
    taken(&name, &key, draft).then(|| Node {
        name,
        role,
        interfaces: Vec::new(),
        gateway: crate::lab::Gateway::default(),
        routes: Vec::new(),
        sysctls: Vec::new(),
        loopback_vips: true,
        commands: Vec::new(),
        serving: crate::lab::Serving::default(),
        at: at.clone(),
    })
}

/// Takes a name for a node; a fault if another node has it.
pub fn taken(name: &NodeName, at: &Place, draft: &mut Draft<'_>) -> bool {
    let other = draft.lab.node(name).map(|n| (n.role, n.at.clone()));
    let group = draft.declared.groups.contains_key(name.as_str()).then_some(Role::RealServer);
    let Some(role) = other.as_ref().map(|(role, _)| *role).or(group) else { return true };
    if let Some((_, place)) = other {
        // Which of the two is meant elsewhere is unknown.
        draft.faults.doubt(&place);
    }
    draft.faults.push(rule::DUPLICATE_NODE.at(
        at,
        format!("the {} `{name}` exists already", role.noun()),
        "choose another name: each node is a namespace of its own",
    ));
    false
}
