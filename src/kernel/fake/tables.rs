use super::fault::{add, refuse};
use super::node::Namespace;
use crate::kernel::{Cause, ObservedDestination, ObservedService, Statistics};
use crate::lab::ForwardingMethod;
use crate::plan::{DestinationEntry, PacketMark, ServiceEntry, ServiceKey};
use nix::errno::Errno;

pub(super) fn put_service(namespace: &mut Namespace, new: &ServiceEntry) {
    match find(namespace, &new.key) {
        Some(there) => {
            there.scheduler = Some(new.scheduler);
            there.flags.clone_from(&new.flags);
            there.persistence = new.persistence;
        }
        None => namespace.state.services.push(observed(new)),
    }
}

pub(super) fn remove_service(namespace: &mut Namespace, key: &ServiceKey) {
    namespace.state.services.retain(|service| service.key != *key);
}

/// New destinations go to the head of the list, as `__ip_vs_update_dest` does
/// (net/netfilter/ipvs/ip_vs_ctl.c).
pub(super) fn put_destination(
    namespace: &mut Namespace,
    service: &ServiceKey,
    new: &DestinationEntry,
) -> Result<(), Cause> {
    let missing = || refuse("IPVS_CMD_NEW_DEST", Errno::ESRCH);
    let service = find(namespace, service).ok_or_else(missing)?;
    let new = DestinationEntry { forwarding: told(new.forwarding), ..new.clone() };
    let there = service.destinations.iter_mut().find(|d| d.entry.address == new.address);
    match there {
        Some(there) => there.entry = new,
        None => {
            let statistics = Statistics::default();
            let new = ObservedDestination { entry: new, active: 0, inactive: 0, statistics };
            service.destinations.insert(0, new);
        }
    }
    Ok(())
}

pub(super) fn remove_destination(
    namespace: &mut Namespace,
    service: &ServiceKey,
    gone: &DestinationEntry,
) {
    if let Some(service) = find(namespace, service) {
        service.destinations.retain(|there| there.entry.address != gone.address);
    }
}

pub(super) fn add_source_nat(namespace: &mut Namespace, service: &ServiceKey) -> Result<(), Cause> {
    add(&mut namespace.state.source_nat, *service, "source nat")
}

pub(super) fn remove_source_nat(namespace: &mut Namespace, service: &ServiceKey) {
    namespace.state.source_nat.retain(|there| there != service);
}

pub(super) fn mark_packets(namespace: &mut Namespace, packets: &PacketMark) -> Result<(), Cause> {
    add(&mut namespace.state.marked, packets.clone(), "mark packets")
}

pub(super) fn unmark_packets(namespace: &mut Namespace, packets: &PacketMark) {
    namespace.state.marked.retain(|there| there != packets);
    namespace.state.partly_marked.retain(|there| there != packets);
}

fn find<'a>(namespace: &'a mut Namespace, key: &ServiceKey) -> Option<&'a mut ObservedService> {
    namespace.state.services.iter_mut().find(|service| service.key == *key)
}

fn observed(new: &ServiceEntry) -> ObservedService {
    ObservedService {
        key: new.key,
        scheduler: Some(new.scheduler),
        flags: new.flags.clone(),
        persistence: new.persistence,
        scheduled: new.scheduled,
        statistics: Statistics::default(),
        destinations: Vec::new(),
    }
}

/// FULLNAT is NAT to IPVS; the rest is source NAT's.
fn told(method: ForwardingMethod) -> ForwardingMethod {
    match method {
        ForwardingMethod::FullNat => ForwardingMethod::Nat,
        method => method,
    }
}
