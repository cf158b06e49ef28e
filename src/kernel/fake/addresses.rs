use super::fault::{add as add_to, refuse};
use super::node::Namespace;
use super::routes;
use crate::kernel::{Cause, ObservedAddress};
use ipnet::IpNet;
use nix::errno::Errno;
use std::net::IpAddr;

pub(super) fn add(namespace: &mut Namespace, interface: &str, address: IpNet) -> Result<(), Cause> {
    if namespace.link(interface).is_none() {
        return Err(refuse("RTM_NEWADDR", Errno::ENODEV));
    }
    let host = address.addr();
    if host.is_ipv6() && (host.is_multicast() || host.is_loopback()) {
        return Err(refuse("RTM_NEWADDR", Errno::EINVAL));
    }
    let new = ObservedAddress { interface: interface.to_owned(), address };
    add_to(&mut namespace.state.addresses, new, "RTM_NEWADDR")
}

/// There is no VRRP here: who is asked first becomes the holder, unless it is one.
pub(super) fn hold(namespace: &mut Namespace, vip: IpAddr) {
    let state = &mut namespace.state;
    let interface = state.links.iter().map(|link| &link.name).find(|name| name.starts_with("eth"));
    if let Some(interface) = interface.cloned()
        && !state.addresses.iter().any(|there| there.address.addr() == vip)
    {
        state.addresses.push(ObservedAddress { interface, address: vip.into() });
    }
}

pub(super) fn remove(namespace: &mut Namespace, interface: &str, address: IpNet) {
    let gone = ObservedAddress { interface: interface.to_owned(), address };
    namespace.state.addresses.retain(|there| *there != gone);
    routes::sweep(namespace);
}

/// Addresses go with their interface.
pub(super) fn sweep(namespace: &mut Namespace) {
    let state = &mut namespace.state;
    state.addresses.retain(|a| state.links.iter().any(|l| l.name == a.interface));
    routes::sweep(namespace);
}
