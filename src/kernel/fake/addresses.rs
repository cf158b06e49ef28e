use super::fault::{add as add_to, refuse};
use super::node::Namespace;
use super::routes;
use crate::kernel::{Cause, ObservedAddress};
use ipnet::IpNet;
use nix::errno::Errno;

pub(super) fn add(namespace: &mut Namespace, interface: &str, address: IpNet) -> Result<(), Cause> {
    if namespace.link(interface).is_none() {
        return Err(refuse("RTM_NEWADDR", Errno::ENODEV));
    }
    let new = ObservedAddress { interface: interface.to_owned(), address };
    add_to(&mut namespace.state.addresses, new, "RTM_NEWADDR")
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
