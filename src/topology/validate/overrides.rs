use super::super::{
    rule,
    wire::{self, Entries},
};
use super::{Draft, View, floating, service::one_of_role, virtual_router};
use crate::lab::{
    Family, HighAvailability, InitialState, NodeName, Override, Place, Preemption, Role, Term,
    VirtualRouter, VrrpVersion,
};
use indexmap::IndexMap;
use std::time::Duration;

/// Builds what single directors of a virtual router have otherwise.
pub fn build(
    entries: Entries<wire::Override>,
    router: &VirtualRouter,
    draft: &mut Draft<'_>,
) -> IndexMap<NodeName, Override> {
    let mut built = IndexMap::new();
    for (word, wire) in entries.0 {
        let at = router.at.key("overrides").key(&word);
        let node = one_of_role(&word, Role::Director, &at.as_key(), draft);
        let (Some(node), Some(wire)) = (node, wire) else { continue };
        if !router.priorities.contains_key(&node) && draft.faults.sure(&router.at.key("priorities"))
        {
            let message = format!("`{node}` has no priority in `{}`", router.name);
            let help = "give it a priority, or leave its override out";
            draft.faults.push(rule::NOT_A_MEMBER.at(&at.as_key(), message, help));
        }
        built.extend(one(wire, router, &at, draft).map(|own| (node, own)));
    }
    built
}

/// Where the file says what a director has otherwise.
fn place(router: &VirtualRouter, director: &NodeName) -> Place {
    router.at.key("overrides").key(director.as_str())
}

fn one(
    wire: wire::Override,
    router: &VirtualRouter,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<Override> {
    let network = draft.lab.network(&router.network);
    let family = network.map_or(Family::Inet, |network| network.family());
    let router_id = wire.router_id.map(|id| virtual_router::router_id(id, at, draft));
    let version = wire.version.map(|v| virtual_router::version(Some(v), family, at, draft));
    let spoken = version.unwrap_or(Some(router.version));
    let interval = match wire.advert_interval {
        Some(text) => virtual_router::advert_interval(Some(&text), spoken, at, draft).map(Some),
        None => inherited(spoken, router, at, draft),
    };
    let password = wire.password.map(|p| virtual_router::password(p, spoken, at, draft));
    let vips = wire.vips.map(|vips| {
        let written = floating::said(vips, &at.key("vips"));
        floating::build(written, &router.priorities, at, draft)
    });
    Some(Override {
        router_id: present(router_id)?,
        version: present(version)?,
        advert_interval: interval?,
        password: present(password)?,
        vips,
        state: wire.state.map(|word| word.0),
    })
}

/// What was said, if it was said right.
fn present<T>(said: Option<Option<T>>) -> Option<Option<T>> {
    said.map_or(Some(None), |checked| checked.map(Some))
}

/// Whether another version can say the time between adverts of the virtual router.
fn inherited(
    version: Option<VrrpVersion>,
    router: &VirtualRouter,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<Option<Duration>> {
    let version = version?;
    let fits = version == router.version
        || virtual_router::fitting(router.advert_interval, version, &at.key("version"), draft)
            .is_some();
    fits.then_some(None)
}

/// Rules about what single directors have otherwise, seen beside the virtual routers before.
pub fn check(
    router: &VirtualRouter,
    earlier: &[&VirtualRouter],
    wanted: &HighAvailability,
    view: &mut View<'_>,
) {
    let mut sound = Vec::new();
    for director in router.priorities.keys() {
        if !has_same_id(router, director, earlier, view) {
            sound.push(director);
        }
    }
    for director in router.overrides.keys() {
        same_vip(router, director, earlier, view);
        initial_state(router, director, view);
    }
    for director in router.overrides.keys().filter(|director| sound.contains(director)) {
        disagreement(router, director, wanted, view);
    }
}

/// A director tells its virtual routers apart by their numbers.
fn has_same_id(
    router: &VirtualRouter,
    director: &NodeName,
    earlier: &[&VirtualRouter],
    view: &mut View<'_>,
) -> bool {
    let id = router.member(director).router_id;
    let same = |e: &&&VirtualRouter| {
        let is_own = e.router_id != router.router_id && e.network == router.network;
        is_own && e.priorities.contains_key(director) && e.member(director).router_id == id
    };
    let found = earlier.iter().find(same);
    if let Some(same) = found {
        let own = |r: &VirtualRouter| {
            r.overrides.get(director).is_some_and(|own| own.router_id.is_some())
        };
        let teller = if own(router) { router } else { *same };
        view.push(rule::ROUTER_ID.at(
            &place(teller, director).key("router_id"),
            format!("`{director}` has the router id {id} in `{}` already", same.name),
            "choose another number: a director tells its virtual routers apart by nothing else",
        ));
    }
    found.is_some()
}

fn same_vip(
    router: &VirtualRouter,
    director: &NodeName,
    earlier: &[&VirtualRouter],
    view: &mut View<'_>,
) {
    for (index, vip) in router.member(director).vips.iter().enumerate() {
        let address = vip.address.addr();
        let holder = earlier.iter().find(|e| e.has(address) && !router.vips.contains(vip));
        if let Some(holder) = holder {
            view.push(rule::DUPLICATE_VIP.at(
                &place(router, director).key("vips").index(index),
                format!("`{}` has the VIP `{address}` already", holder.name),
                "name it once: two masters would answer ARP for it",
            ));
        }
    }
}

/// What keepalived makes of a state to begin in.
fn initial_state(router: &VirtualRouter, director: &NodeName, view: &mut View<'_>) {
    let own = router.overrides.get(director).and_then(|own| own.state);
    let Some(state) = own else { return };
    let at = place(router, director).key("state");
    let ignored = match router.preemption {
        Preemption::Never => "preempt: false",
        Preemption::After(delay) if delay.is_zero() => "",
        Preemption::After(_) => "preempt_delay",
    };
    if state == InitialState::Master && !ignored.is_empty() {
        view.push(rule::INITIAL_STATE.at(
            &at,
            format!("`{director}` preempts at once in spite of `{ignored}`: it begins as `master`"),
            "leave `state` out, unless this is what the lab shows: keepalived clears nopreempt and \
             preempt_delay where the state is MASTER",
        ));
    } else {
        view.push(rule::NO_EFFECT.at(
            &at.as_key(),
            format!("`state` has no effect on `{director}`"),
            "leave it out: every director begins as backup, and the priority decides",
        ));
    }
}

/// What makes a director and others deaf to each other, and what comes of it.
fn disagreement(
    router: &VirtualRouter,
    director: &NodeName,
    wanted: &HighAvailability,
    view: &mut View<'_>,
) {
    let mine = router.member(director);
    let told = |other: &NodeName| {
        let index = |name| router.overrides.get_index_of(name);
        index(other).is_some_and(|other| index(director).is_some_and(|own| other > own))
    };
    let others: Vec<_> = router.priorities.keys().filter(|n| *n != director && !told(n)).collect();
    for term in said(&router.overrides[director]) {
        let deaf = |other: &&NodeName| mine.disagreements(&router.member(other)).contains(&term);
        let Some(other) = others.iter().copied().find(deaf) else { continue };
        view.push(rule::DISAGREEMENT.at(
            &place(router, director).key(term.keyword()),
            format!(
                "`{director}` and `{other}` discard each other's adverts, as {}: {}",
                differing(term),
                outcome(router, [director, other], wanted)
            ),
            "leave it out, unless this is what the lab shows: directors of a virtual router must \
             agree (RFC 3768 and RFC 5798, section 7.1)",
        ));
    }
}

/// The terms that an override sets.
fn said(own: &Override) -> Vec<Term> {
    let set = [
        (Term::RouterId, own.router_id.is_some()),
        (Term::Version, own.version.is_some()),
        (Term::AdvertInterval, own.advert_interval.is_some()),
        (Term::Password, own.password.is_some()),
        (Term::Vips, own.vips.is_some()),
    ];
    set.into_iter().filter(|(_, set)| *set).map(|(term, _)| term).collect()
}

fn differing(term: Term) -> &'static str {
    match term {
        Term::RouterId => "their router ids differ",
        Term::Version => "they speak different versions of VRRP",
        Term::AdvertInterval => "their advert intervals differ",
        Term::Password => "their passwords differ",
        Term::Vips => "their VIPs differ",
    }
}

fn outcome(router: &VirtualRouter, pair: [&NodeName; 2], wanted: &HighAvailability) -> String {
    let elections = wanted.elections(router);
    if elections.iter().any(|e| pair.iter().all(|director| e.directors.contains(director))) {
        return "its sync group alone decides who is master".to_owned();
    }
    let [one, other] = pair.map(|director| router.member(director));
    let shared = one.vips.iter().find(|vip| other.has(vip.address.addr()));
    match shared {
        Some(vip) => format!("both will be master, and answer ARP for `{}`", vip.address.addr()),
        None => "both will be master, each of its own VIPs".to_owned(),
    }
}
