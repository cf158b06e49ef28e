use super::availability::LEADING;
use super::floating::{Floating, floating};
use super::grounds::Grounds;
use super::overrides::masters;
use super::page::Page;
use super::services::table;
use crate::import::keepalived::cluster::Cluster;
use crate::import::page::{address, seconds};
use crate::import::sketch::answers;
use std::time::Duration;

/// How much longer than the silence of a master an election may take, and a takeover.
const ELECTION: Duration = Duration::from_secs(25);
const TAKEOVER: Duration = Duration::from_secs(55);

/// How long a director may hear no master before it becomes one, for certain: five intervals, as three
/// and the skew are the rule (RFC 3768, section 6.1).
fn silence(routers: &[Floating<'_>]) -> Duration {
    let members = routers.iter().flat_map(|router| &router.router.members);
    let intervals =
        members.filter_map(|(_, instance)| Some(instance.advert_interval.as_ref()?.value));
    5 * intervals.max().unwrap_or_default().max(Duration::from_secs(1))
}

/// Who holds the VIPs and who takes them over, and a proof for each service that has somebody to
/// answer.
pub fn write(cluster: &Cluster<'_>, grounds: &Grounds, page: &mut Page) {
    let mut scenarios = Page::default();
    let routers = floating(cluster);
    election(&routers, grounds, &mut scenarios);
    if cluster.services.is_empty() {
        takeover(&routers, grounds, &mut scenarios);
    }
    for (name, shared) in table(cluster).names().iter().zip(&cluster.services) {
        if answers(&shared.server.service) {
            scenarios.line(format!(
                "  {name}:\n    steps:\n      - request: {{ from: client, service: {name}, count: 10 }}\n        \
                 expect: {{ status: 200, failures: 0 }}"
            ));
        }
    }
    if !scenarios.is_empty() {
        page.line("\nscenarios:");
        page.append(scenarios);
    }
}

/// The directors of a virtual router by priority, the highest first, as names.
fn ranking<'g>(router: &Floating<'_>, grounds: &'g Grounds) -> Vec<&'g str> {
    let first = router.router.first().0;
    let mut members: Vec<_> = router.router.members.iter().collect();
    members.sort_by_key(|(director, part)| (*director != first, -part.priority));
    let name = |director: usize| grounds.directors[director].name.as_str();
    let mut names: Vec<_> = members.into_iter().map(|(director, _)| name(*director)).collect();
    if grounds.has_partner {
        let partner = name(grounds.directors.len() - 1);
        let leads = router.router.common().priority < LEADING;
        names.insert(if leads { 0 } else { 1 }, partner);
    }
    names
}

/// The VIPs of these routers, each with who holds it.
fn owners(routers: &[(&Floating<'_>, &str)]) -> String {
    let owner = |(router, owner): &(&Floating<'_>, &str)| {
        let vips = router.vips.iter().map(|vip| vip.address.addr());
        let vips = vips.map(|vip| format!("{}: {owner}", address(vip)));
        vips.collect::<Vec<_>>()
    };
    routers.iter().flat_map(owner).collect::<Vec<_>>().join(", ")
}

/// Of several directors, that of the highest priority becomes master.
fn election(routers: &[Floating<'_>], grounds: &Grounds, page: &mut Page) {
    let first = |router| {
        let ranking = ranking(router, grounds);
        (agree(router) && ranking.len() > 1).then(|| (router, ranking[0]))
    };
    let owners = owners(&routers.iter().filter_map(first).collect::<Vec<_>>());
    let name = |director: usize| grounds.directors[director].name.as_str();
    let apart = routers.iter().filter(|router| !agree(router)).flat_map(|router| {
        masters(router).into_iter().map(|d| format!("{}/{}: master", name(d), router.name))
    });
    let apart = apart.collect::<Vec<_>>().join(", ");
    let expectations = [("vip_owner", owners), ("vrrp_state", apart)];
    let said = expectations.iter().filter(|(_, words)| !words.is_empty());
    let said: Vec<_> = said.map(|(key, words)| format!("{key}: {{ {words} }}")).collect();
    if !said.is_empty() {
        let said = said.join(", ");
        let within = seconds(silence(routers) + ELECTION);
        page.line(format!(
            "  election:\n    steps:\n      - wait: 1s\n        expect: {{ {said} }}\n        within: {within}"
        ));
    }
}

/// Whether its directors heed each other's adverts.
fn agree(router: &Floating<'_>) -> bool {
    masters(router).len() == 1
}

/// When the first master dies, the director of the next priority takes over what it held.
fn takeover(routers: &[Floating<'_>], grounds: &Grounds, page: &mut Page) {
    let agreed = routers.iter().filter(|router| agree(router));
    let rankings: Vec<_> = agreed.map(|router| (router, ranking(router, grounds))).collect();
    let Some(victim) = rankings.iter().find(|(_, r)| r.len() > 1).map(|(_, r)| r[0]) else {
        return;
    };
    let held: Vec<_> = rankings.iter().filter(|(_, r)| r.len() > 1).collect();
    let before: Vec<_> = held.iter().map(|(router, r)| (*router, r[0])).collect();
    let after: Vec<_> = held
        .iter()
        .filter_map(|(router, r)| Some((*router, *r.iter().find(|name| **name != victim)?)))
        .collect();
    let (before, after) = (owners(&before), owners(&after));
    let elected = seconds(silence(routers) + ELECTION);
    let taken = seconds(silence(routers) + TAKEOVER);
    page.line(format!(
        "  takeover:\n    steps:\n      - wait: 1s\n        expect: {{ vip_owner: {{ {before} }} }}\n        \
         within: {elected}\n      - fault: {{ kill: {victim} }}\n        expect: {{ vip_owner: {{ {after} }} }}\n        \
         within: {taken}"
    ));
}
