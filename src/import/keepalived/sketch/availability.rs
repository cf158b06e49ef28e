use super::floating::{Floating, Kind, floating};
use super::grounds::Grounds;
use super::overrides::{masters, overrides, password, plain, preemptor};
use super::page::{Origin, Page};
use super::{lines, time, together, tracks};
use crate::import::keepalived::cluster::Cluster;
use crate::import::keepalived::configuration::{Begins, Instance, Vip};
use crate::import::keepalived::reading::brief;
use crate::import::page::quoted;
use crate::lab::Family;
use std::net::IpAddr;
use std::time::Duration;

/// The priority from which on a lone director is the one that leads.
pub const LEADING: i64 = 100;

/// How far a guessed director's priority is from the one that is known.
const STEP: i64 = 50;

/// What makes the directors stand in for each other.
pub fn write(cluster: &Cluster<'_>, grounds: &mut Grounds, page: &mut Page) {
    if cluster.routers.is_empty() {
        return;
    }
    page.line("\nhigh_availability:\n  engine: vrrp\n  virtual_routers:");
    let routers = floating(cluster);
    let mut lost = unheld(cluster, grounds, &routers);
    for router in &routers {
        let (director, common) = router.router.members[0];
        page.said(director, common.name.spot);
        page.line(format!("    {}:", router.name));
        Writer { page: &mut *page, grounds: &mut *grounds, router, cluster }.router(&mut lost);
    }
    page.unsaid();
    together::groups(cluster, &routers, grounds, page);
    together::sync(cluster, &routers, grounds, page);
}

/// The VIPs of services that no virtual router holds. That of a service which one director has and
/// others have not is not for their virtual routers.
fn unheld(cluster: &Cluster<'_>, grounds: &Grounds, routers: &[Floating<'_>]) -> Vec<IpAddr> {
    let shared = cluster.services.iter().zip(&grounds.vips);
    let common = shared.filter(|(shared, _)| shared.directors.len() == cluster.directors.len());
    let mut vips: Vec<_> = common.map(|(_, vip)| *vip).collect();
    vips.retain(|vip| !routers.iter().any(|router| router.has(*vip)));
    vips.sort_unstable();
    vips.dedup();
    vips
}

/// Where a service says its VIP.
fn service(cluster: &Cluster<'_>, vip: IpAddr) -> Option<Origin> {
    let mut services = cluster.services.iter();
    let shared = services.find(|shared| shared.server.service.key.vip() == Some(vip))?;
    Some(Origin { director: shared.directors[0], spot: shared.server.service.key.spot() })
}

struct Writer<'w, 'c> {
    page: &'w mut Page,
    grounds: &'w mut Grounds,
    router: &'w Floating<'c>,
    cluster: &'w Cluster<'c>,
}

impl Writer<'_, '_> {
    fn line(&mut self, line: &str) {
        self.page.line(format!("      {line}"));
    }

    fn note(&mut self, note: String) {
        self.grounds.notes.push(note);
    }

    fn router(&mut self, lost: &mut Vec<IpAddr>) {
        let common = self.router.router.common();
        self.line(&format!("router_id: {}", common.id.value));
        self.priorities();
        self.network();
        self.adverts();
        self.preemption();
        self.vips(lost);
        tracks::write(self.router, self.cluster, self.grounds, self.page);
        self.overrides();
    }

    /// What single directors have otherwise, and what comes of it.
    fn overrides(&mut self) {
        let found = overrides(self.router);
        if found.is_empty() {
            return;
        }
        self.line("overrides:");
        for (director, words) in found {
            let part = self.router.router.members.iter().find(|(member, _)| *member == director);
            let spot =
                part.map_or(self.router.router.common().name.spot, |(_, part)| part.name.spot);
            self.page.said(director, spot);
            let name = self.grounds.directors[director].name.clone();
            self.line(&format!("  {name}: {{ {words} }}"));
        }
        if masters(self.router).len() > 1 {
            let name = brief(&self.router.router.common().name.value);
            self.note(format!(
                "the directors of `{name}` discard each other's adverts, as they differ in what \
                 `overrides` says: each becomes master"
            ));
        }
    }

    fn priorities(&mut self) {
        let name = |director: usize| &self.grounds.directors[director].name;
        let members = self.router.router.members.iter();
        let said = |(director, part): &(usize, &Instance)| {
            let spot = part.priority_at.unwrap_or(part.name.spot);
            let origin = Origin { director: *director, spot };
            (format!("{}: {}", name(*director), part.priority), Some(origin))
        };
        let mut priorities: Vec<_> = members.map(said).collect();
        if self.grounds.has_partner {
            let known = self.router.router.common().priority;
            let guess = if known >= LEADING { known - STEP } else { known + STEP };
            let partner = name(self.grounds.directors.len() - 1);
            priorities.push((format!("{partner}: {guess}"), None));
        }
        self.page.mapping("      priorities", &priorities);
    }

    /// The network of the adverts, where it is not that of the first VIP.
    fn network(&mut self) {
        if self.router.kind == Kind::OtherFamily {
            return;
        }
        let (director, common) = self.router.router.members[0];
        let usual = common.vips.first().and_then(|vip| self.grounds.network(vip.address.addr()));
        let Some(interface) = &common.interface else { return };
        let behind = self.grounds.behind(director, interface, self.router.family());
        if behind.is_none() {
            let (interface, name) = (brief(interface), brief(&common.name.value));
            self.note(format!(
                "no address tells the network of `{interface}`: the adverts of `{name}` go where \
                 its first VIP is"
            ));
        } else if behind != usual {
            let line = behind.map(|network| format!("network: {network}"));
            line.into_iter().for_each(|line| self.line(&line));
        }
    }

    fn adverts(&mut self) {
        let common = self.router.router.common();
        let ipv6 = self.router.family() == Some(Family::Inet6);
        let version = common.version.filter(|_| !ipv6 || self.router.kind == Kind::Instance);
        if let Some(version) = version {
            self.line(&format!("version: {version}"));
        }
        if let Some(interval) = common.advert_interval {
            self.line(&format!("advert_interval: {}", time(interval.value)));
        }
        match password(self.router) {
            Some(_) if self.router.kind == Kind::OtherFamily && ipv6 => {}
            Some(_) if version == Some(3) || ipv6 => {
                let name = brief(&common.name.value);
                self.note(format!(
                    "keepalived's password of `{name}` has no counterpart: VRRP version 3 knows none"
                ));
            }
            Some(password) => self.line(&format!("password: {}", quoted(password))),
            None => {}
        }
        if !common.peers.is_empty() {
            self.line("transport: unicast");
        }
    }

    /// Labs have one word for all directors, which does not count for one that begins as master,
    /// neither here nor in keepalived. Where directors differ, that of the highest priority counts.
    fn preemption(&mut self) {
        let (director, first) = preemptor(self.router);
        let members = self.router.router.members.iter();
        let mut backups = members.filter(|(_, part)| part.begins == Begins::Backup);
        let said = |part: &Instance| (part.preempt, part.preempt_delay);
        let differs = backups.any(|(_, part)| said(part) != said(first));
        if differs && self.router.kind == Kind::Instance {
            let name = &self.grounds.directors[director].name;
            let router = brief(&first.name.value);
            self.grounds.notes.push(format!(
                "the directors of `{router}` differ in when they preempt: what `{name}` says holds \
                 for all, as it has the highest priority"
            ));
        }
        if !first.preempt {
            self.line("preempt: false");
        } else if let Some(delay) = first.preempt_delay.filter(|delay| *delay != Duration::ZERO) {
            self.line(&format!("preempt_delay: {}", time(delay)));
        }
    }

    /// The VIPs, and in the first router of their family those that nobody would hold.
    fn vips(&mut self, lost: &mut Vec<IpAddr>) {
        let director = self.router.router.members[0].0;
        let said = |vip: &&Vip| (plain(vip.address), Some(Origin { director, spot: vip.spot }));
        let mut vips: Vec<_> = self.router.vips.iter().map(said).collect();
        let family = self.router.family();
        let is_mine = |vip: &IpAddr| family.is_none_or(|family| Family::of(*vip) == family);
        let common = self.router.router.common();
        let name = brief(&common.name.value);
        for vip in lost.extract_if(.., |vip| is_mine(vip)) {
            vips.push((plain(vip.into()), service(self.cluster, vip)));
            self.grounds.notes.push(format!(
                "no `virtual_ipaddress` has {vip}, so that no director would answer for it: \
                 `{name}` got it"
            ));
        }
        if let Some(first) = self.router.vips.first() {
            self.page.said(self.router.router.members[0].0, first.spot);
        }
        self.page.list("      vips", &vips);
        self.excluded(&name);
    }

    fn excluded(&mut self, name: &str) {
        let excluded = &self.router.router.common().excluded;
        let here: Vec<_> =
            excluded.iter().filter(|vip| self.router.has(vip.address.addr())).collect();
        let Some(first) = here.first() else { return };
        let place = lines(self.cluster, self.router.router.members[0].0, &[first.spot.line]);
        let note = match self.router.kind {
            Kind::Instance => format!(
                "`virtual_ipaddress_excluded` of `{name}`, at {place}: the lab's adverts name these \
                 addresses too"
            ),
            Kind::OtherFamily => format!(
                "`virtual_ipaddress_excluded` of `{name}`, at {place}, is of the other family: a \
                 virtual router of its own, `{}`, holds it, in one group with `{name}`",
                self.router.name
            ),
        };
        self.note(note);
    }
}
