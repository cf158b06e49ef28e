use super::floating::{Floating, Kind};
use super::time;
use crate::import::keepalived::configuration::{Begins, Instance};
use crate::import::keepalived::instance::OWNER;
use crate::import::page::quoted;
use ipnet::IpNet;
use std::net::IpAddr;
use std::time::Duration;

/// What directors must have in common to heed each other's adverts.
#[derive(PartialEq, Eq)]
struct Terms<'i> {
    id: i64,
    version: i64,
    /// The time between adverts, which counts in version 2 only.
    interval: Option<Duration>,
    password: Option<&'i str>,
    vips: Vec<IpAddr>,
}

fn terms(part: &Instance) -> Terms<'_> {
    let version = version(part);
    let mut vips: Vec<_> = part.vips.iter().map(|vip| vip.address.addr()).collect();
    vips.sort_unstable();
    Terms {
        id: part.id.value,
        version,
        interval: (version == 2).then(|| interval(part)),
        password: part.password.as_deref().filter(|_| version == 2),
        vips,
    }
}

fn version(part: &Instance) -> i64 {
    let ipv6 = part.vips.first().is_some_and(|vip| vip.address.addr().is_ipv6());
    part.version.unwrap_or(if ipv6 { 3 } else { 2 })
}

fn interval(part: &Instance) -> Duration {
    part.advert_interval.map_or(Duration::from_secs(1), |said| said.value)
}

/// The directors that become master: the highest priority of each circle of directors that heed
/// each other.
pub fn masters(router: &Floating<'_>) -> Vec<usize> {
    let members = &router.router.members;
    let leads = |(index, (_, part)): (usize, &(usize, &Instance))| {
        let better = members.iter().enumerate().any(|(other, (_, peer))| {
            let first =
                peer.priority > part.priority || (peer.priority == part.priority && other < index);
            other != index && first && terms(peer) == terms(part)
        });
        !better
    };
    let found = members.iter().enumerate().filter(|member| leads(*member));
    found.map(|(_, (director, _))| *director).collect()
}

/// The password of the virtual router: the first one's, unless some directors have none.
pub fn password<'c>(router: &Floating<'c>) -> Option<&'c String> {
    let members = &router.router.members;
    let all = members.iter().all(|(_, part)| part.password.is_some());
    router.router.common().password.as_ref().filter(|_| all)
}

/// What each director has otherwise than its virtual router, as keys and values.
pub fn overrides(router: &Floating<'_>) -> Vec<(usize, String)> {
    if router.kind == Kind::OtherFamily {
        return Vec::new();
    }
    let members = router.router.members.iter();
    let found = members.map(|(director, part)| (*director, own(router, part).join(", ")));
    found.filter(|(_, words)| !words.is_empty()).collect()
}

fn own(router: &Floating<'_>, part: &Instance) -> Vec<String> {
    let common = router.router.common();
    let mut words = Vec::new();
    if part.id != common.id {
        words.push(format!("router_id: {}", part.id.value));
    }
    if version(part) != version(common) {
        words.push(format!("version: {}", version(part)));
    }
    if interval(part) != interval(common) {
        words.push(format!("advert_interval: {}", time(interval(part))));
    }
    let own = part.password.as_ref().filter(|_| version(part) == 2);
    if let Some(password) = own.filter(|own| Some(*own) != password(router)) {
        words.push(format!("password: {}", quoted(password)));
    }
    if terms(part).vips != terms(common).vips {
        let vips: Vec<_> = part.vips.iter().map(|vip| plain(vip.address)).collect();
        words.push(format!("vips: [{}]", vips.join(", ")));
    }
    if part.begins == Begins::Master && part.priority != OWNER && waits(router) {
        words.push("state: master".to_owned());
    }
    words
}

/// Whose word on preemption counts: that of the highest priority among those that begin as backup,
/// as keepalived takes it back from those that begin as master.
pub fn preemptor<'c>(router: &Floating<'c>) -> (usize, &'c Instance) {
    let members = router.router.members.iter();
    let backups = members.filter(|(_, part)| part.begins == Begins::Backup);
    let first = backups.max_by_key(|(_, part)| part.priority);
    first.copied().unwrap_or_else(|| router.router.first())
}

/// Whether the virtual router does not preempt, or waits before it does.
fn waits(router: &Floating<'_>) -> bool {
    let (_, part) = preemptor(router);
    !part.preempt || part.preempt_delay.is_some_and(|delay| !delay.is_zero())
}

/// An address, with its prefix length if that is not the whole one.
pub fn plain(address: IpNet) -> String {
    let text = match address.prefix_len() == address.max_prefix_len() {
        true => address.addr().to_string(),
        false => address.to_string(),
    };
    if address.addr().is_ipv6() { format!("'{text}'") } else { text }
}
