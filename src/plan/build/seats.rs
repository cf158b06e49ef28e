use crate::lab::{
    HighAvailability, Interface, Lab, Node, NodeName, RouterName, SyncGroup, Track, Tracked,
    Transport, VirtualAddress, VirtualRouter,
};
use crate::plan::{HeldAddress, Seat, SeatTrack, Speaker, SyncSeat};
use std::net::IpAddr;

/// A director's part in the virtual routers, names resolved to its own interfaces; none if it has
/// no part in any.
pub(in crate::plan) fn speaker(lab: &Lab, node: &Node) -> Option<Speaker> {
    let wanted = lab.high_availability.as_ref()?;
    let seats: Vec<_> = wanted.routers.iter().filter_map(|r| seat(lab, node, r)).collect();
    if seats.is_empty() {
        return None;
    }
    let groups = wanted.sync_groups.iter().filter_map(|group| together(group, &seats)).collect();
    let sync = sync_seat(wanted, node, &seats);
    Some(Speaker { seats, groups, sync })
}

/// The members of a group that the director has a seat in; none if they are not several.
fn together(group: &SyncGroup, seats: &[Seat]) -> Option<Vec<RouterName>> {
    let mine = |name: &&RouterName| seats.iter().any(|seat| seat.router == **name);
    let members: Vec<_> = group.members.iter().filter(mine).cloned().collect();
    (members.len() > 1).then_some(members)
}

fn seat(lab: &Lab, node: &Node, router: &VirtualRouter) -> Option<Seat> {
    let priority = *router.priorities.get(&node.name)?;
    let interface = node.interface_in(&router.network)?;
    let member = router.member(&node.name);
    Some(Seat {
        router: router.name.clone(),
        router_id: member.router_id,
        interface: interface.name.clone(),
        source: source(interface, router.transport),
        peers: peers(lab, &node.name, router),
        version: member.version,
        advert_interval: member.advert_interval,
        password: member.password.map(str::to_owned),
        priority,
        state: member.state,
        preemption: member.preemption,
        vips: member.vips.iter().filter_map(|vip| held(node, vip)).collect(),
        tracks: router.tracks.iter().map(|track| seat_track(node, track)).collect(),
    })
}

/// What adverts come from: in IPv6 the link-local address (RFC 9568, section 5.1.1.2), but peers
/// that are told one by one know the director by the address of the file.
fn source(interface: &Interface, transport: Transport) -> IpAddr {
    match (interface.link_local(), transport) {
        (Some(address), Transport::Multicast) => address.addr().into(),
        _ => interface.address.addr(),
    }
}

/// The other directors' addresses in the virtual router's network, where adverts are unicast.
fn peers(lab: &Lab, me: &NodeName, router: &VirtualRouter) -> Vec<IpAddr> {
    if router.transport == Transport::Multicast {
        return Vec::new();
    }
    let others = router.priorities.keys().filter(|name| *name != me);
    let address = |name| Some(lab.node(name)?.interface_in(&router.network)?.address.addr());
    others.filter_map(address).collect()
}

fn held(node: &Node, vip: &VirtualAddress) -> Option<HeldAddress> {
    let interface = node.interface_in(&vip.network)?.name.clone();
    Some(HeldAddress { interface, address: vip.address })
}

fn seat_track(node: &Node, track: &Track) -> SeatTrack {
    let interface = match &track.subject {
        Tracked::Network(network) => node.interface_in(network).map(|i| i.name.clone()),
        Tracked::Command { .. } => None,
    };
    SeatTrack { track: track.clone(), interface }
}

fn sync_seat(wanted: &HighAvailability, node: &Node, seats: &[Seat]) -> Option<SyncSeat> {
    let sync = wanted.connection_sync.as_ref()?;
    let interface = node.interface_in(&sync.network)?.name.clone();
    let mine = seats.iter().any(|seat| seat.router == sync.router);
    mine.then(|| SyncSeat { router: sync.router.clone(), interface, id: sync.id })
}
