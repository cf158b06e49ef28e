use super::super::rule;
use super::{Draft, link, name, node, node_parts::not_a_host};
use crate::lab::{Interface, Node, NodeName, Place};
use ipnet::IpNet;
use std::net::IpAddr;

/// No more nodes fit on one bridge.
const MOST: i64 = link::PORTS as i64;

/// Builds `count` nodes after the pattern of one: `<name>1`, `<name>2`... with consecutive
/// addresses.
pub fn build(pattern: &Node, count: i64, draft: &mut Draft<'_>) {
    let at = pattern.at.key("replicas");
    let group = pattern.name.to_string();
    let mut members = Vec::new();
    // Of a group that cannot be as a whole, no part is there either.
    let mut built = Vec::new();
    if !(1..=MOST).contains(&count) {
        draft.faults.push(rule::REPLICAS.at(
            &at,
            format!("`{group}` cannot have `{count}` replicas"),
            format!("choose 1 to {MOST}: a bridge has no more ports"),
        ));
    } else {
        for number in 1..=count {
            let Some(member) = member(pattern, number, &at, draft) else { break };
            built.push(member);
        }
    }
    if i64::try_from(built.len()) == Ok(count) {
        members.extend(built.iter().map(|member| member.name.clone()));
        draft.lab.nodes.extend(built);
    }
    draft.declared.groups.insert(group, members);
}

fn member(pattern: &Node, number: i64, at: &Place, draft: &mut Draft<'_>) -> Option<Node> {
    let key = pattern.at.as_key();
    let name = format!("{}{number}", pattern.name);
    let name: NodeName = name::parse(&name, name::NODE, &key, draft.faults)?;
    if !node::taken(&name, &key, draft) {
        return None;
    }
    let moved = |i: &Interface| moved(i.address, number - 1).map(|a| (i.clone(), a));
    let interfaces: Option<Vec<_>> = pattern.interfaces.iter().map(moved).collect();
    let Some(interfaces) = interfaces else {
        draft.faults.push(rule::REPLICAS.at(
            at,
            format!("the address of `{name}` would be outside its network's subnet"),
            format!("choose at most {} replicas, or a lower first address", number - 1),
        ));
        return None;
    };
    let interfaces = interfaces.into_iter().map(|(i, address)| Interface { address, ..i });
    Some(Node { name, interfaces: interfaces.collect(), ..pattern.clone() })
}

/// The address `by` further, if a host of the same subnet may have it.
fn moved(address: IpNet, by: i64) -> Option<IpNet> {
    let by = u32::try_from(by).ok()?;
    let next = match address.addr() {
        IpAddr::V4(first) => IpAddr::V4(first.to_bits().checked_add(by)?.into()),
        IpAddr::V6(first) => IpAddr::V6(first.to_bits().checked_add(by.into())?.into()),
    };
    let inside = address.contains(&next) && not_a_host(next, address.trunc()).is_none();
    inside.then(|| IpNet::new(next, address.prefix_len()).ok())?
}
