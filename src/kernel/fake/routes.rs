use super::fault::refuse;
use super::node::Namespace;
use crate::kernel::{Cause, Observed, ObservedAddress, ObservedRoute};
use ipnet::IpNet;
use nix::errno::Errno;
use std::net::IpAddr;

pub(super) fn add(
    namespace: &mut Namespace,
    destination: Option<IpNet>,
    via: IpAddr,
) -> Result<(), Cause> {
    let state = &mut namespace.state;
    let interface = way(state, via).ok_or_else(|| refuse("RTM_NEWROUTE", Errno::ENETUNREACH))?;
    let new = ObservedRoute { destination, via, interface: Some(interface) };
    let link = |a: &ObservedAddress| Some(a.address.trunc()) == destination && via.is_ipv4();
    let has_link = state.addresses.iter().any(link);
    if has_link || state.routes.iter().any(|there| same_destination(there, &new)) {
        return Err(refuse("RTM_NEWROUTE", Errno::EEXIST));
    }
    state.routes.push(new);
    Ok(())
}

pub(super) fn remove(namespace: &mut Namespace, destination: Option<IpNet>, via: IpAddr) {
    namespace.state.routes.retain(|r| (r.destination, r.via) != (destination, via));
}

/// Routes go when their next hop is out of reach.
pub(super) fn sweep(namespace: &mut Namespace) {
    let routes = std::mem::take(&mut namespace.state.routes);
    let reachable = |route: &ObservedRoute| way(&namespace.state, route.via) == route.interface;
    let left = routes.into_iter().filter(reachable).collect();
    namespace.state.routes = left;
}

/// The interface whose subnet has the next hop in it.
fn way(state: &Observed, via: IpAddr) -> Option<String> {
    let up = |name: &str| state.links.iter().any(|link| link.name == name && link.up);
    let near = state.addresses.iter().find(|a| a.address.contains(&via) && up(&a.interface));
    near.map(|a| a.interface.clone())
}

/// One destination has one route; the two default routes are one per address family.
fn same_destination(a: &ObservedRoute, b: &ObservedRoute) -> bool {
    a.destination == b.destination && a.via.is_ipv4() == b.via.is_ipv4()
}
