use super::super::{
    rule,
    wire::{self, Entries},
};
use super::{
    Draft, floating, high_availability, network, number::Bounds, overrides, service::one_of_role,
    track, value,
};
use crate::lab::{
    Family, NodeName, Place, Preemption, Role, RouterName, VirtualAddress, VirtualRouter,
    VrrpVersion,
};
use indexmap::IndexMap;
use std::time::Duration;

/// The longest password that VRRP version 2 has room for (RFC 2338, section 5.3.10).
const LONGEST_PASSWORD: usize = 8;

/// Builds the virtual routers.
pub fn build(
    routers: Entries<wire::VirtualRouter>,
    services: &Entries<wire::VirtualService>,
    draft: &mut Draft<'_>,
) -> Vec<VirtualRouter> {
    let all = high_availability::routers_place();
    let lone = routers.0.len() == 1;
    let implied = if lone { floating::of_services(services) } else { Vec::new() };
    let mut built: Vec<VirtualRouter> = Vec::new();
    for (text, router) in routers.0 {
        let at = all.key(&text);
        let name = name(&text, &at.as_key(), draft);
        let (Some(name), Some(mut wire)) = (name, router) else { continue };
        let said = wire.vips.take().map(|vips| floating::said(vips, &at.key("vips")));
        if said.is_none() && lone && implied.is_empty() && !services.0.is_empty() {
            // The VIPs that faulty services would have implied are unknown.
            draft.faults.doubt(&at.key("vips"));
        }
        let vips = said.unwrap_or_else(|| implied.clone());
        let router = one(name, wire, vips, draft);
        if router.is_none() {
            draft.faults.doubt(&at);
        }
        built.extend(router);
    }
    built
}

/// The name of a virtual router or a sync group, or a fault at its place.
pub fn name(text: &str, at: &Place, draft: &mut Draft<'_>) -> Option<RouterName> {
    let name: Result<RouterName, _> = text.parse();
    if let Err(error) = &name {
        let help = "write a name such as `VI_1`";
        draft.faults.push(rule::BAD_NAME.at(at, error.to_string(), help));
    }
    name.ok()
}

fn one(
    name: RouterName,
    wire: wire::VirtualRouter,
    vips: Vec<floating::Written>,
    draft: &mut Draft<'_>,
) -> Option<VirtualRouter> {
    let at = high_availability::routers_place().key(name.as_str());
    let router_id = wire.router_id.and_then(|number| router_id(number, &at, draft));
    let priorities = priorities(wire.priorities, &at.key("priorities"), draft);
    let vips = floating::build(vips, &priorities, &at, draft);
    let said = wire.network.map(|word| network::find(&word, &at.key("network"), draft));
    let first = vips.first().map(|vip: &VirtualAddress| vip.network.clone());
    let network = said.map_or(first, |found| found.map(|(name, _)| name));
    let family = network.as_ref().and_then(|name| draft.lab.network(name)).map(|n| n.family());
    let version = version(wire.version, family.unwrap_or(Family::Inet), &at, draft);
    let advert_interval = advert_interval(wire.advert_interval.as_deref(), version, &at, draft);
    let password = wire.password.map(|p| password(p, version, &at, draft));
    let preemption = preemption(wire.preempt, wire.preempt_delay.as_deref(), &at, draft);
    let tracks = track::build(wire.track, &at.key("track"), draft);
    let mut built = VirtualRouter {
        name,
        router_id: router_id?,
        network: network?,
        version: version?,
        advert_interval: advert_interval?,
        password: password.map_or(Some(None), |checked| checked.map(Some))?,
        transport: wire.transport,
        preemption: preemption?,
        priorities,
        vips,
        tracks,
        overrides: IndexMap::new(),
        at,
    };
    built.overrides = overrides::build(wire.overrides, &built, draft);
    Some(built)
}

/// The number on the wire, or a fault at its key.
pub fn router_id(number: i64, at: &Place, draft: &mut Draft<'_>) -> Option<u8> {
    let why = "it has 8 bits, and 0 is not used (RFC 3768, section 5.3.3)";
    let bounds = Bounds { rule: rule::ROUTER_ID, noun: "router id", range: 1..=255, why };
    bounds.check(number, &at.key("router_id"), draft.faults)
}

/// The version on the wire; without a number that of the family, or a fault at its key.
pub fn version(
    number: Option<i64>,
    family: Family,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<VrrpVersion> {
    let at = at.key("version");
    if draft.faults.blurred(&at) {
        return None;
    }
    let bounds = Bounds::plain("VRRP version", 2..=3);
    let default = if family == Family::Inet { 2 } else { 3 };
    match (bounds.check(number.unwrap_or(default), &at, draft.faults)?, family) {
        (2u8, Family::Inet) => Some(VrrpVersion::V2),
        (2, Family::Inet6) => {
            let message = "VRRP version 2 has no adverts over IPv6";
            let help =
                "leave `version` out, or write 3 (RFC 5798): version 2 (RFC 3768) is IPv4 only";
            draft.faults.push(rule::OLD_VRRP.at(&at, message, help));
            None
        }
        _ => Some(VrrpVersion::V3),
    }
}

/// The time between adverts, or a fault at its key.
pub fn advert_interval(
    text: Option<&str>,
    version: Option<VrrpVersion>,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<Duration> {
    let at = at.key("advert_interval");
    let interval = value::duration(text.unwrap_or("1s"), &at, draft.faults)?;
    fitting(interval, version?, &at, draft)
}

/// The time, if adverts of the version can say it, or a fault at this place.
pub fn fitting(
    interval: Duration,
    version: VrrpVersion,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<Duration> {
    let (unit, most, help) = match version {
        VrrpVersion::V2 => {
            (1000, 255_000, "choose whole seconds, 1s to 255s, or `version: 3` for shorter ones")
        }
        VrrpVersion::V3 => (10, 40_950, "choose hundredths of a second, 10ms to 40950ms"),
    };
    let length = interval.as_millis();
    if length.is_multiple_of(unit) && length <= most {
        return Some(interval);
    }
    let message = format!("VRRP {} cannot say an interval of {interval:?}", spoken(version));
    draft.faults.push(rule::ADVERT_INTERVAL.at(at, message, help));
    None
}

fn spoken(version: VrrpVersion) -> &'static str {
    match version {
        VrrpVersion::V2 => "version 2",
        VrrpVersion::V3 => "version 3",
    }
}

/// The password, if adverts of the version have room for it, or a fault at its key.
pub fn password(
    text: String,
    version: Option<VrrpVersion>,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<String> {
    let fits = (1..=LONGEST_PASSWORD).contains(&text.len());
    let (message, help) = if version? == VrrpVersion::V3 {
        ("VRRP version 3 knows no password", "leave it out: it never kept anybody out (RFC 5798)")
    } else if !fits || !text.chars().all(|c| c.is_ascii_graphic()) {
        ("the password has no room in an advert", "choose 1 to 8 letters, digits or signs")
    } else {
        return Some(text);
    };
    draft.faults.push(rule::PASSWORD.at(&at.key("password"), message, help));
    None
}

fn preemption(
    preempt: Option<bool>,
    delay: Option<&str>,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<Preemption> {
    let delay_at = at.key("preempt_delay");
    let after = delay.map(|text| value::delay(text, &delay_at, draft.faults));
    if preempt.unwrap_or(true) {
        return after.unwrap_or(Some(Duration::ZERO)).map(Preemption::After);
    }
    if after.is_some() {
        draft.faults.push(rule::NO_EFFECT.at(
            &delay_at.as_key(),
            "`preempt_delay` has no effect with `preempt: false`",
            "leave one of the two out: without preemption there is nothing to delay",
        ));
    }
    Some(Preemption::Never)
}

fn priorities(
    entries: Option<Entries<i64>>,
    at: &Place,
    draft: &mut Draft<'_>,
) -> IndexMap<NodeName, u8> {
    let Some(entries) = entries else {
        // That they are missing was told: who takes part is unknown.
        draft.faults.doubt(at);
        return IndexMap::new();
    };
    let why = "0 says farewell on the wire, and 255 is for the owner of the VIP";
    let bounds = Bounds { rule: rule::PRIORITY, noun: "priority", range: 1..=255, why };
    let mut built = IndexMap::new();
    for (word, number) in entries.0 {
        let at = at.key(&word);
        let priority = number.and_then(|n| bounds.check(n, &at, draft.faults));
        let node = one_of_role(&word, Role::Director, &at.as_key(), draft);
        built.extend(node.zip(priority));
    }
    if built.is_empty() && draft.faults.sure(at) {
        let message = "`priorities` names no director";
        let help = "name each director with its priority, as in `{ node01: 100, node04: 50 }`";
        draft.faults.push(rule::MISSING_KEY.at(at, message, help));
    }
    built
}
