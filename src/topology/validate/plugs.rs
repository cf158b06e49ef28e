use super::super::{rule, wire};
use super::{Draft, address::unusable};
use crate::lab::Network;
use ipnet::IpNet;
use std::collections::HashMap;
use std::net::IpAddr;

/// The addresses that a file gives to nodes, by network.
pub struct Plugs(HashMap<String, Vec<IpAddr>>);

impl Plugs {
    /// Those that can be read.
    pub fn of(topology: &wire::Topology) -> Self {
        let nodes = [&topology.clients, &topology.directors, &topology.routers, &topology.servers];
        let nodes = nodes.into_iter().flat_map(|nodes| nodes.0.values().flatten());
        let servers = topology.real_servers.0.values().flatten().map(|server| &server.node);
        let mut plugs: HashMap<String, Vec<IpAddr>> = HashMap::new();
        for (network, text) in nodes.chain(servers).flat_map(|node| &node.addresses.0) {
            let address = text.as_ref().and_then(|text| text.parse::<IpAddr>().ok());
            // Of one that no node can have it is told itself.
            let usable = address.filter(|address| unusable(*address).is_none());
            plugs.entry(network.clone()).or_default().extend(usable);
        }
        Self(plugs)
    }

    /// Several addresses of one network that are all outside its subnet, and in no other one: the
    /// subnet is wrong, and not each of them.
    pub fn check(&self, draft: &mut Draft<'_>) {
        let networks = &draft.lab.networks;
        let is_anywhere = |address: &IpAddr| networks.iter().any(|n| n.subnet.contains(address));
        let misplaced = networks.iter().filter_map(|network| {
            let addresses = self.0.get(network.name.as_str()).filter(|all| all.len() > 1)?;
            let is_wrong = !addresses.iter().any(is_anywhere);
            (is_wrong && draft.faults.sure(&network.at)).then(|| fault(network, addresses))
        });
        let misplaced: Vec<_> = misplaced.collect();
        misplaced.into_iter().for_each(|fault| draft.faults.push(fault));
    }
}

fn fault(network: &Network, addresses: &[IpAddr]) -> crate::diag::Diagnostic {
    let (subnet, count) = (network.subnet, addresses.len());
    let usual = addresses.first().and_then(|first| IpNet::new(*first, subnet.prefix_len()).ok());
    let usual =
        usual.map(|net| net.trunc()).filter(|net| addresses.iter().all(|a| net.contains(a)));
    rule::OUTSIDE.at(
        &network.at,
        format!("none of the {count} addresses in `{}` is in its subnet `{subnet}`", network.name),
        match usual {
            Some(meant) => {
                format!("write `{meant}`, which has them all, or choose other addresses")
            }
            None => "write the subnet that has them all, or choose other addresses".to_owned(),
        },
    )
}
