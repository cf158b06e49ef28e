use super::directors::Director;
use super::farm::{Node, Server};
use super::subnets::{Located, Taken};
use crate::import::keepalived::cluster::{Cluster, Shared};
use crate::lab::Family;
use indexmap::IndexMap;
use ipnet::IpNet;
use std::net::IpAddr;

/// Every address that is in a network of the lab, those outside first.
pub fn addresses(
    cluster: &Cluster<'_>,
    directors: &[Director],
    servers: &IndexMap<Server, Node>,
) -> Vec<Located> {
    let routers = cluster.routers.iter().flat_map(|router| &router.members);
    let held = routers.flat_map(|(_, part)| part.vips.iter().chain(&part.excluded));
    let held = held.map(|vip| Located::of(vip.address));
    let services = cluster.services.iter().filter_map(|shared| shared.server.service.key.vip());
    let own = directors.iter().flat_map(|director| director.own.iter().copied());
    let rips = servers.values().filter_map(|node| node.address);
    held.chain(services.chain(own).chain(rips).map(Located::alone)).collect()
}

/// Every address that is taken.
pub fn known<'c>(
    cluster: &'c Cluster<'_>,
    directors: &'c [Director],
    servers: &'c IndexMap<Server, Node>,
) -> impl Iterator<Item = IpAddr> + 'c {
    let all = addresses(cluster, directors, servers).into_iter().map(|located| located.address);
    let peers = cluster.routers.iter().flat_map(|router| &router.members);
    all.chain(peers.flat_map(|(_, part)| part.peers.iter().map(|peer| peer.value)))
}

/// The VIP of each service. Of a service by a mark no file says it: it is a VIP of a virtual router
/// that no other service has, or else a free address beside the other VIPs or the real servers.
pub fn vips(cluster: &Cluster<'_>, nets: &[IpNet], taken: &mut Taken) -> Vec<IpAddr> {
    let said = |shared: &Shared<'_>| shared.server.service.key.vip();
    let mut used: Vec<_> = cluster.services.iter().filter_map(said).collect();
    let mut vips = Vec::new();
    for shared in &cluster.services {
        let vip = said(shared).or_else(|| free(cluster, shared, (nets, &used), taken));
        // There is an address of its real servers at least.
        let vip = vip.unwrap_or(shared.server.service.servers[0].address.value);
        used.push(vip);
        vips.push(vip);
    }
    vips
}

fn free(
    cluster: &Cluster<'_>,
    shared: &Shared<'_>,
    (nets, used): (&[IpNet], &[IpAddr]),
    taken: &mut Taken,
) -> Option<IpAddr> {
    let family = shared.server.service.key.family();
    let held = cluster.routers.iter().flat_map(|router| &router.common().vips);
    let mut held = held.map(|vip| vip.address.addr());
    let other = |vip: &IpAddr| !used.contains(vip) && Family::of(*vip) == family;
    held.find(other).or_else(|| {
        let mine = |net: &&IpNet| family.has(**net);
        taken.last(*nets.iter().find(mine)?)
    })
}
