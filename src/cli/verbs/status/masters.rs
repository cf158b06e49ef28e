use super::describe::NodeStatus;
use crate::lab::VrrpState;
use indexmap::IndexMap;

/// The virtual routers that have several masters, a sentence each: `VI_1 has 2 masters: node01 and
/// node04`.
pub fn several(nodes: &[NodeStatus]) -> Vec<String> {
    let mut masters: IndexMap<&str, Vec<&str>> = IndexMap::new();
    for node in nodes {
        let routers = node.availability.iter().flat_map(|here| &here.virtual_routers);
        for router in routers.filter(|router| router.state == Some(VrrpState::Master)) {
            masters.entry(&router.router).or_default().push(&node.node);
        }
    }
    let told = masters.into_iter().filter_map(|(router, nodes)| match nodes.as_slice() {
        [] | [_] => None,
        [first @ .., last] => {
            Some(format!("{router} has {} masters: {} and {last}", nodes.len(), first.join(", ")))
        }
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::super::availability::{Availability, RouterStatus};
    use super::*;

    fn node(name: &str, state: Option<VrrpState>) -> NodeStatus {
        let router = RouterStatus { router: "VI_1".to_owned(), state, vips: Vec::new() };
        NodeStatus {
            node: name.to_owned(),
            namespace: format!("ha-{name}"),
            role: "director",
            addresses: Vec::new(),
            gateway: None,
            virtual_services: Vec::new(),
            backends: Vec::new(),
            processes: Vec::new(),
            availability: Some(Availability {
                daemons: Vec::new(),
                virtual_routers: vec![router],
                connection_sync: Vec::new(),
                health: Vec::new(),
            }),
        }
    }

    #[test]
    fn one_master_is_no_news_and_two_are() {
        let (master, backup) = (Some(VrrpState::Master), Some(VrrpState::Backup));
        let of = |states: &[Option<VrrpState>]| {
            let named = ["node01", "node04", "node05"].iter().zip(states);
            several(&named.map(|(name, state)| node(name, *state)).collect::<Vec<_>>())
        };
        assert_eq!(of(&[master, backup, None]), [""; 0]);
        assert_eq!(of(&[master, master]), ["VI_1 has 2 masters: node01 and node04"]);
        assert_eq!(of(&[master; 3]), ["VI_1 has 3 masters: node01, node04 and node05"]);
    }
}
