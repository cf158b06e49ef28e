use super::super::{
    faults::Named,
    rule,
    wire::{self, Entries, List},
};
use super::{Draft, address, link::described, node_parts::not_a_host};
use crate::lab::{NodeName, Place, Role, VirtualAddress};
use indexmap::IndexMap;
use ipnet::IpNet;
use std::net::IpAddr;

/// The priority of the director whose own address a VIP is (RFC 3768, section 5.3.4).
pub const OWNER: u8 = 255;

/// A VIP of a virtual router as the file has it, and where.
pub type Written = (String, Place);

/// The VIPs that a virtual router names itself.
pub fn said(vips: List<String>, at: &Place) -> Vec<Written> {
    let vips = vips.0.into_iter().enumerate();
    vips.filter_map(|(index, text)| Some((text?, at.index(index)))).collect()
}

/// The VIPs of all virtual services, each once.
pub fn of_services(services: &Entries<wire::VirtualService>) -> Vec<Written> {
    let all = Place::root().key("virtual_services");
    let mut vips: Vec<Written> = Vec::new();
    for (name, service) in &services.0 {
        // A VIP that is none is a fault of its service.
        let vip = service
            .as_ref()
            .and_then(|s| s.vip.as_ref())
            .filter(|vip| vip.parse::<IpAddr>().is_ok());
        let new = vip.filter(|vip| !vips.iter().any(|(known, _)| known == *vip));
        vips.extend(new.map(|vip| (vip.clone(), all.key(name).key("vip"))));
    }
    vips
}

/// Builds the VIPs of a virtual router.
pub fn build(
    vips: Vec<Written>,
    priorities: &IndexMap<NodeName, u8>,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Vec<VirtualAddress> {
    let services = Place::root().key("virtual_services");
    if vips.is_empty() && draft.faults.sure(&at.key("vips")) && draft.faults.sure(&services) {
        let message = "the virtual router has no `vips`";
        let help = "name the VIPs that its master holds: with several virtual routers, or without \
                    virtual services, they cannot be guessed";
        draft.faults.push(rule::MISSING_KEY.at(&at.as_key(), message, help));
    }
    let mut built: Vec<VirtualAddress> = Vec::new();
    for (text, at) in vips {
        let Some(vip) = one(&text, priorities, &at, draft) else { continue };
        built.push(vip);
    }
    built
}

fn one(
    text: &str,
    priorities: &IndexMap<NodeName, u8>,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<VirtualAddress> {
    let address = address::virtual_address(text, at, draft.faults)?;
    let network = draft.lab.networks.iter().find(|n| n.subnet.contains(&address.addr()));
    let Some((network, subnet)) = network.map(|n| (n.name.clone(), n.subnet)) else {
        // A network whose name stands for nothing may be the VIP's.
        let known = draft.faults.sure(&Place::root().key("networks"));
        if known && !draft.faults.misses(Named::Network) {
            draft.faults.push(rule::VIP_LINK.at(
                at,
                format!("the VIP `{}` is in no network of the lab", address.addr()),
                "choose an address of a network that the directors are plugged into: the master \
                 answers ARP for it there",
            ));
        }
        return None;
    };
    let free = free((address.addr(), subnet), priorities, at, draft);
    free.then_some(VirtualAddress { address, network })
}

/// Whether a VIP can be had: it is a host's address, and nobody's but its owner's.
fn free(
    (address, subnet): (IpAddr, IpNet),
    priorities: &IndexMap<NodeName, u8>,
    at: &Place,
    draft: &mut Draft<'_>,
) -> bool {
    if let Some(what) = not_a_host(address, subnet) {
        draft.faults.push(rule::NOT_A_HOST.at(
            at,
            format!("the VIP `{address}` is the {what} address of `{subnet}`"),
            "choose an address between the first and the last one of the subnet",
        ));
        return false;
    }
    let Some(holder) = draft.lab.owner_of(address) else { return true };
    // Where no priority is known, each director may be the VIP's owner.
    if priorities.is_empty() && holder.role == Role::Director {
        return true;
    }
    let help = match priorities.get(&holder.name) {
        Some(&OWNER) => return true,
        Some(_) => "choose a free address, or give its owner the priority 255 (RFC 3768)",
        None => "choose a free address: both would answer ARP for it",
    };
    let message = format!("the VIP `{address}` is the address of {}", described(holder));
    draft.faults.push(rule::VIP_COLLIDES.at(at, message, help));
    false
}
