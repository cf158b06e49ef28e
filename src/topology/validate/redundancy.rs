use super::super::rule;
use super::trust::Ground;
use super::{View, floating::OWNER, overrides};
use crate::lab::{
    ConnectionSync, HighAvailability, NetworkName, NodeName, Tracked, VirtualRouter, VirtualService,
};
use std::collections::BTreeSet;

/// Rules about virtual routers.
pub fn check(view: &mut View<'_>) {
    let Some(wanted) = &view.lab.high_availability else { return };
    let sure: Vec<_> = wanted.routers.iter().filter(|router| view.sure(&router.at)).collect();
    for (index, router) in sure.iter().enumerate() {
        twins(router, &sure[..index], view);
        lone_director(router, view);
        same_priority(router, view);
        owner(router, view);
        plugged(router, view);
        one_family(router, view);
        overrides::check(router, &sure[..index], wanted, view);
    }
    synchronised(wanted, view);
    if view.trusts(&[Ground::Routers]) {
        for service in view.lab.services.iter().filter(|s| view.sure(&s.at)).collect::<Vec<_>>() {
            unguarded(service, wanted, view);
            outsiders(service, wanted, view);
        }
    }
}

/// What two virtual routers cannot both have.
fn twins(router: &VirtualRouter, earlier: &[&VirtualRouter], view: &mut View<'_>) {
    let same = |e: &&&VirtualRouter| e.network == router.network && e.router_id == router.router_id;
    if let Some(same) = earlier.iter().find(same) {
        let (id, network) = (router.router_id, &router.network);
        view.push(rule::ROUTER_ID.at(
            &router.at.key("router_id"),
            format!("`{}` has the router id {id} in `{network}` already", same.name),
            "choose another number: directors tell virtual routers apart by nothing else",
        ));
    }
    for (index, vip) in router.vips.iter().enumerate() {
        let address = vip.address.addr();
        let before = router.vips[..index].iter().any(|v| v.address.addr() == address);
        let other = earlier.iter().find(|e| e.has(address)).map(|e| &e.name);
        if let Some(holder) = other.or(before.then_some(&router.name)) {
            view.push(rule::DUPLICATE_VIP.at(
                &router.at.key("vips").index(index),
                format!("`{holder}` has the VIP `{address}` already"),
                "name it once: two masters would answer ARP for it",
            ));
        }
    }
}

fn lone_director(router: &VirtualRouter, view: &mut View<'_>) {
    if router.priorities.len() == 1 {
        view.push(rule::LONE_DIRECTOR.at(
            &router.at.key("priorities"),
            format!("the virtual router `{}` has a single director", router.name),
            "add a second one with a lower priority: nobody can take the VIP over",
        ));
    }
}

fn same_priority(router: &VirtualRouter, view: &mut View<'_>) {
    let priorities = &router.priorities;
    for (index, (node, priority)) in priorities.iter().enumerate() {
        let same = priorities.iter().take(index).find(|(_, other)| *other == priority);
        if let Some((other, _)) = same {
            view.push(rule::SAME_PRIORITY.at(
                &router.at.key("priorities").key(node.as_str()),
                format!("`{other}` has the priority {priority} already"),
                "choose another one: of equals the higher address wins (RFC 3768, section 6.4.3)",
            ));
        }
    }
}

/// A priority of 255 says that the VIPs are the director's own addresses.
fn owner(router: &VirtualRouter, view: &mut View<'_>) {
    let owners = router.priorities.iter().filter(|(_, priority)| **priority == OWNER);
    for (name, _) in owners {
        let Some(node) = view.node(name) else { continue };
        let mut vips = router.vips.iter().map(|vip| vip.address.addr());
        let foreign = vips.find(|vip| !node.addresses().any(|own| own == *vip));
        if let Some(vip) = foreign {
            view.push(rule::NOT_OWNER.at(
                &router.at.key("priorities").key(name.as_str()),
                format!("`{name}` has the priority 255, and `{vip}` is not its own address"),
                "choose 254 or less: 255 is for the owner, who is master at once and for ever",
            ));
        }
        for index in 0..router.tracks.len() {
            view.push(rule::NO_EFFECT.at(
                &router.at.key("track").index(index),
                format!("tracking has no effect on `{name}`, whose priority is 255"),
                "choose a priority of 254 or less: the owner never gives up what is its own",
            ));
        }
    }
}

/// An advert tells of VIPs of its own family only (RFC 5798, section 5.2.9).
fn one_family(router: &VirtualRouter, view: &mut View<'_>) {
    let Some(network) = view.lab.network(&router.network) else { return };
    let family = network.family();
    for vip in router.every_vip().into_iter().filter(|vip| !family.has(vip.address)) {
        view.push(rule::TWO_FAMILIES.at(
            &router.at.key("vips"),
            format!(
                "the adverts of `{}` are {family}, and `{}` is not",
                router.name,
                vip.address.addr()
            ),
            "give it a virtual router of its own, and put both into a sync group",
        ));
    }
}

/// Each director has an interface in the adverts' network, the VIPs' and those that are tracked.
fn plugged(router: &VirtualRouter, view: &mut View<'_>) {
    let vips = router.every_vip().into_iter().map(|vip| (&vip.network, "holds a VIP"));
    let tracked = router.tracks.iter().filter_map(|track| match &track.subject {
        Tracked::Network(network) => Some((network, "is tracked")),
        Tracked::Command { .. } => None,
    });
    let adverts = (&router.network, "carries the adverts");
    let needed: Vec<_> = std::iter::once(adverts).chain(vips).chain(tracked).collect();
    for director in router.priorities.keys() {
        for (network, why) in &needed {
            in_network(director, (network, why), router, view);
        }
    }
}

fn in_network(
    director: &NodeName,
    (network, why): (&NetworkName, &str),
    router: &VirtualRouter,
    view: &mut View<'_>,
) {
    let node = view.node(director);
    if node.is_some_and(|node| node.interface_in(network).is_none()) {
        let fault = rule::NOT_PLUGGED.at(
            &router.at.key("priorities").key(director.as_str()).as_key(),
            format!(
                "`{director}` is not plugged into `{network}`, which {why} in `{}`",
                router.name
            ),
            format!("give it an address in `{network}`, or take it out of the virtual router"),
        );
        view.undermine(Ground::Ways, fault);
    }
}

fn synchronised(wanted: &HighAvailability, view: &mut View<'_>) {
    let Some(sync) = wanted.connection_sync.as_ref().filter(|sync| view.sure(&sync.at)) else {
        return;
    };
    let Some(router) = wanted.router(&sync.router).filter(|router| view.sure(&router.at)) else {
        return;
    };
    for director in router.priorities.keys() {
        in_network(director, (&sync.network, "carries connections"), router, view);
    }
    mixed(sync, router, view);
}

/// The kernel has either in a namespace, not both (`start_sync_thread` in ip_vs_sync.c).
fn mixed(sync: &ConnectionSync, router: &VirtualRouter, view: &mut View<'_>) {
    let served = |s: &&VirtualService| router.priorities.keys().any(|d| s.directors.contains(d));
    let two = |s: &&VirtualService| s.servers().any(|d| d.address.is_ipv4() != s.vip.is_ipv4());
    if let Some(service) = view.lab.services.iter().filter(served).find(two) {
        view.push(rule::MIXED_SYNC.at(
            &sync.at,
            format!("`{}` has a VIP of one family and a RIP of the other", service.name),
            "leave `connection_sync` out: the kernel's sync protocol has one family per connection",
        ));
    }
}

/// Directors that stand in for each other cannot all hold a VIP that does not move.
fn unguarded(service: &VirtualService, wanted: &HighAvailability, view: &mut View<'_>) {
    let is_guarded = wanted.router_of(service.vip).is_some();
    if is_guarded || !stands_in(service, wanted) || view.refused(&service.at.key("vip")) {
        return;
    }
    let has = |router: &VirtualRouter| {
        let vips: Vec<_> = router.vips.iter().map(|v| format!("`{}`", v.address.addr())).collect();
        format!("`{}` has {}", router.name, vips.join(", "))
    };
    let routers = wanted.routers.iter().filter(|r| !r.vips.is_empty());
    let routers: Vec<_> = routers.map(has).collect();
    view.push(rule::UNGUARDED_VIP.at(
        &service.at.key("vip"),
        format!("no virtual router has the VIP `{}`: {}", service.vip, routers.join(", ")),
        "write the same address in both places: the master answers ARP for the virtual router's \
         `vips` (virtual_ipaddress), and IPVS serves the virtual service's `vip` \
         (virtual_server), so clients of any other address reach nobody",
    ));
}

/// Whether directors of the service stand in for each other.
pub fn stands_in(service: &VirtualService, wanted: &HighAvailability) -> bool {
    let member = |name: &&NodeName| wanted.routers.iter().any(|r| r.priorities.contains_key(*name));
    service.directors.iter().filter(member).count() > 1
}

/// Who holds the VIP and who holds the service are the same directors.
fn outsiders(service: &VirtualService, wanted: &HighAvailability, view: &mut View<'_>) {
    let Some(router) = wanted.router_of(service.vip) else { return };
    let holders: BTreeSet<_> = router.priorities.keys().collect();
    let serving: BTreeSet<_> = service.directors.iter().collect();
    if let Some(stranger) = holders.symmetric_difference(&serving).next() {
        let problem = match serving.contains(stranger) {
            true => "holds the service, and can never hold its VIP",
            false => "can hold the VIP, and does not hold the service",
        };
        view.push(rule::NOT_A_MEMBER.at(
            &service.at.key("directors"),
            format!("`{stranger}` {problem} (`{}`)", router.name),
            "leave `directors` out: the directors of the VIP's virtual router hold the service",
        ));
    }
}
