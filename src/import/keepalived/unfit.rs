//! In what directors do not fit together that a lab shows in another way: a service that one of them
//! lacks, and unicast peers that are not each other.

use super::cluster::{Cluster, Router};
use super::configuration::Instance;
use super::named::service;
use super::reading::brief;
use crate::import::Fault;
use std::net::IpAddr;

/// Each difference with the number of the director that it is told of.
pub fn unfit(cluster: &Cluster<'_>) -> Vec<(usize, Fault)> {
    let mut found: Vec<_> = cluster.routers.iter().flat_map(strangers).collect();
    found.extend(cluster.routers.iter().flat_map(|router| without_services(cluster, router)));
    found
}

/// Directors that can hold a VIP whose service they have not.
fn without_services(cluster: &Cluster<'_>, router: &Router<'_>) -> Vec<(usize, Fault)> {
    let lacking = |(director, part): &(usize, &Instance)| {
        let held = |vip: IpAddr| part.vips.iter().any(|held| held.address.addr() == vip);
        let keys = cluster.services.iter().filter(|shared| !shared.directors.contains(director));
        let keys = keys.map(|shared| shared.server.service.key);
        let lost: Vec<_> = keys.filter(|key| key.vip().is_some_and(held)).map(service).collect();
        let first = lost.first()?;
        let more = match lost.len() - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!(
            "`{}` can hold the VIP of `{first}`{more}, which is in another director's file and not \
             in this one: as master it would not serve it; in the lab both have the service",
            brief(&part.name.value)
        );
        let help = "write the service into both files";
        Some((*director, Fault::not_yet(part.name.spot, message, help)))
    };
    router.members.iter().filter_map(lacking).collect()
}

/// Directors whose adverts do not reach all the others, each once.
fn strangers(router: &Router<'_>) -> Vec<(usize, Fault)> {
    let source = |part: &Instance| part.source.map(|source| source.value);
    let sources: Vec<_> = router.members.iter().filter_map(|(_, part)| source(part)).collect();
    let alone = |(director, part): &(usize, &Instance)| {
        let own = source(part)?;
        let is_peer = |address: IpAddr| part.peers.iter().any(|peer| peer.value == address);
        let missing = sources.iter().find(|other| **other != own && !is_peer(**other))?;
        let stranger = part.peers.iter().find(|peer| !sources.contains(&peer.value));
        let stranger = stranger.or(part.peers.iter().find(|peer| peer.value == own));
        let spot = stranger.map_or(part.name.spot, |peer| peer.spot);
        let name = brief(&part.name.value);
        let message = format!(
            "`unicast_peer` of `{name}` does not name {missing}, another director's \
             `unicast_src_ip`: that one hears no advert of this one, and both would be master; in \
             the lab all hear each other"
        );
        let help = format!("name {missing} in its `unicast_peer`");
        Some((*director, Fault::not_yet(spot, message, help)))
    };
    let is_unicast = router.members.iter().any(|(_, part)| !part.peers.is_empty());
    router.members.iter().filter(|_| is_unicast).filter_map(alone).collect()
}
