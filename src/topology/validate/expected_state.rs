use super::super::{
    faults::Named,
    rule,
    wire::{Entries, StateWord, VipOwner},
};
use super::{
    Draft, address,
    destination::weight_bounds,
    expected::vacuous,
    high_availability, redundancy, request,
    service::{of_role, one_of_role},
    trust::Trust,
};
use crate::lab::{
    Expected, NodeName, Place, Role, RouterName, StateExpected, VipExpected, VirtualRouter,
    VirtualService, WeightExpected,
};
use std::net::IpAddr;

/// Who must hold the VIPs of virtual routers.
pub fn vip_owner(wire: VipOwner, at: &Place, draft: &mut Draft<'_>) -> Option<Expected> {
    let mut expected = Vec::new();
    match wire {
        VipOwner::All(word) => {
            let owner = one_of_role(&word, Role::Director, at, draft)?;
            let all = floating(draft);
            // What another director alone may hold is not meant, unless nothing else is.
            let mine = |(_, members): &&(IpAddr, Vec<NodeName>)| members.contains(&owner);
            let own: Vec<_> = all.iter().filter(mine).cloned().collect();
            for (vip, members) in if own.is_empty() { all } else { own } {
                expected.extend(holder((vip, &members), &owner, at, draft));
            }
            if expected.is_empty() && sure(at, draft) {
                not_floating("no virtual router has a VIP", at, draft);
            }
        }
        VipOwner::Each(entries) => {
            if entries.0.is_empty() {
                vacuous("`vip_owner` names no VIP", at, draft);
            }
            for (text, word) in entries.0 {
                expected.extend(word.and_then(|word| owner(&text, &word, &at.key(&text), draft)));
            }
        }
    }
    draft.faults.sure(at).then_some(Expected::VipOwner(expected))
}

/// Whether nothing is in doubt there, nor in what the file says of virtual routers.
fn sure(at: &Place, draft: &Draft<'_>) -> bool {
    draft.faults.sure(at) && Trust::in_routers(draft.faults)
}

/// Each VIP of the virtual routers with the directors that can hold it.
fn floating(draft: &Draft<'_>) -> Vec<(IpAddr, Vec<NodeName>)> {
    let holders = |router: &VirtualRouter, vip: IpAddr| {
        let can = |name: &&NodeName| router.member(name).has(vip);
        router.priorities.keys().filter(can).cloned().collect::<Vec<_>>()
    };
    let mut floating = Vec::new();
    for router in draft.lab.high_availability.iter().flat_map(|ha| &ha.routers) {
        let vips = router.every_vip().into_iter().map(|vip| vip.address.addr());
        floating.extend(vips.map(|vip| (vip, holders(router, vip))));
    }
    floating
}

fn not_floating(message: &str, at: &Place, draft: &mut Draft<'_>) {
    let help = "add it to `vips` of a virtual router: only those change their owner";
    draft.faults.push(rule::NOT_FLOATING.at(at, message, help));
}

fn owner(text: &str, word: &str, at: &Place, draft: &mut Draft<'_>) -> Option<VipExpected> {
    let vip = address::address(text, &at.as_key(), draft.faults);
    let owner = one_of_role(word, Role::Director, at, draft);
    let (vip, owner) = (vip?, owner?);
    match floating(draft).into_iter().find(|(known, _)| *known == vip) {
        Some((vip, members)) => holder((vip, &members), &owner, at, draft),
        None => {
            if is_unguarded(vip, draft) {
                draft.faults.doubt(at);
            } else if sure(at, draft) {
                let message = format!("no virtual router has the VIP `{vip}`");
                not_floating(&message, &at.as_key(), draft);
            }
            None
        }
    }
}

/// Whether a virtual service is told that no virtual router has its VIP.
fn is_unguarded(vip: IpAddr, draft: &Draft<'_>) -> bool {
    let Some(wanted) = &draft.lab.high_availability else { return false };
    let mut services = draft.lab.services.iter().filter(|s| draft.faults.sure(&s.at));
    services.any(|service| service.vip == vip && redundancy::stands_in(service, wanted))
}

fn holder(
    (vip, members): (IpAddr, &[NodeName]),
    owner: &NodeName,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<VipExpected> {
    if members.contains(owner) {
        return Some(VipExpected { vip, owner: owner.clone() });
    }
    if Trust::in_routers(draft.faults) && !draft.faults.blurred(at) {
        draft.faults.push(rule::NOT_A_MEMBER.at(
            at,
            format!("`{owner}` has no priority in the virtual router of `{vip}`"),
            "name a director of the virtual router: nobody else can hold its VIPs",
        ));
    }
    None
}

/// The states that virtual routers must have.
pub fn vrrp_state(
    entries: Entries<StateWord>,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<Expected> {
    if entries.0.is_empty() {
        vacuous("`vrrp_state` names no director", at, draft);
    }
    let mut expected = Vec::new();
    for (text, word) in entries.0 {
        // Where the word is missing, the key may be more than a name.
        let Some(StateWord(state)) = word else { continue };
        let routers = members_state(&text, &at.key(&text).as_key(), draft);
        let Some((director, routers)) = routers else { continue };
        let states = routers.into_iter().map(|router| StateExpected {
            director: director.clone(),
            router,
            state,
        });
        expected.extend(states);
    }
    draft.faults.sure(at).then_some(Expected::VrrpState(expected))
}

/// The director and the virtual routers that `node01` or `node01/VI_1` means.
fn members_state(
    text: &str,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<(NodeName, Vec<RouterName>)> {
    let (word, router) = match text.split_once('/') {
        Some((word, router)) => (word, Some(router)),
        None => (text, None),
    };
    let director = one_of_role(word, Role::Director, at, draft)?;
    let all = draft.lab.high_availability.as_ref().map(|ha| ha.routers.clone()).unwrap_or_default();
    let all = match router {
        Some(router) => vec![high_availability::router(router, &all, at, draft)?.clone()],
        None => all,
    };
    let mine = all.iter().filter(|r| r.priorities.contains_key(&director));
    let mine: Vec<_> = mine.map(|r| r.name.clone()).collect();
    if mine.is_empty() && sure(at, draft) {
        let which = router.map_or("any virtual router".to_owned(), |r| format!("`{r}`"));
        draft.faults.push(rule::NOT_A_MEMBER.at(
            at,
            format!("the director `{director}` has no priority in {which}"),
            "name a director of the virtual router",
        ));
    }
    (!mine.is_empty()).then_some((director, mine))
}

/// The weights that real servers must have in the tables.
pub fn destinations(entries: Entries<i64>, at: &Place, draft: &mut Draft<'_>) -> Option<Expected> {
    if entries.0.is_empty() {
        vacuous("`destinations` names no real server", at, draft);
    }
    let mut expected = Vec::new();
    for (text, weight) in entries.0 {
        let at = at.key(&text);
        let Some(weight) = weight else { continue };
        let weight = weight_bounds().check(weight, &at, draft.faults);
        let entries = table_entries(&text, &at.as_key(), draft);
        let (Some(entries), Some(weight)) = (entries, weight) else { continue };
        expected.extend(entries.into_iter().map(|(service, real_server)| WeightExpected {
            service,
            real_server,
            weight,
        }));
    }
    draft.faults.sure(at).then_some(Expected::Destinations(expected))
}

/// The role of a node that stands in a table: a director can be its own real server.
fn serving(word: &str, draft: &Draft<'_>) -> Role {
    match draft.declared.nodes.get(word) {
        Some(Role::Director) => Role::Director,
        _ => Role::RealServer,
    }
}

/// The entries of tables that `rs1` or `web/rs1` means.
fn table_entries(
    text: &str,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<Vec<(crate::lab::ServiceName, NodeName)>> {
    let (service, word) = match text.split_once('/') {
        Some((service, word)) => (Some(request::service(service, at, draft)?), word),
        None => (None, text),
    };
    let nodes = of_role(word, serving(word, draft), at, draft)?;
    let wanted = |s: &&VirtualService| service.as_ref().is_none_or(|name| *name == s.name);
    let has = |s: &VirtualService, node: &NodeName| s.servers().any(|d| d.real_server == *node);
    let services = || draft.lab.services.iter().filter(wanted);
    let pairs = services().flat_map(|s| nodes.iter().map(move |node| (s, node)));
    let pairs = pairs.filter(|(s, node)| has(s, node));
    let entries: Vec<_> = pairs.map(|(s, node)| (s.name.clone(), node.clone())).collect();
    let known = draft.faults.sure(&Place::root().key("virtual_services"))
        && !draft.faults.misses(Named::Service);
    if entries.is_empty() && known {
        draft.faults.push(rule::STRANGER.at(
            at,
            format!("`{text}` is in no table of a virtual service"),
            "name a real server or a sorry server of a virtual service",
        ));
    }
    Some(entries)
}
