use super::grounds::{Grounds, is_plain};
use super::{quoted, time};
use crate::import::keepalived::cluster::{Cluster, Router};
use crate::import::keepalived::configuration::{Instance, Script, Track, Watched};
use crate::lab::RouterName;
use ipnet::IpNet;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::time::Duration;

/// What makes the directors stand in for each other.
pub fn text(cluster: &Cluster<'_>, grounds: &mut Grounds) -> String {
    if cluster.routers.is_empty() {
        return String::new();
    }
    let mut text = "\nhigh_availability:\n  engine: vrrp\n  virtual_routers:\n".to_owned();
    let names = names(cluster);
    let mut lost = unheld(cluster);
    for (name, router) in names.iter().zip(&cluster.routers) {
        let _ = writeln!(text, "    {name}:");
        let mut writer = Writer { text: &mut text, grounds, router };
        writer.router(&mut lost);
    }
    text += &groups(cluster, &names, grounds);
    text + &sync(cluster, &names, grounds)
}

/// The virtual routers' names; one that no lab can have is numbered.
fn names(cluster: &Cluster<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (number, router) in (1..).zip(&cluster.routers) {
        let said = router.common().name.value.clone();
        let fits = is_name(&said) && !names.contains(&said);
        names.push(if fits { said } else { format!("VI_{number}_{}", router.common().id.value) });
    }
    names
}

fn is_name(name: &str) -> bool {
    name.parse::<RouterName>().is_ok() && is_plain(name)
}

/// The VIPs of services that no virtual router holds.
fn unheld(cluster: &Cluster<'_>) -> Vec<IpAddr> {
    let held = |vip: &IpAddr| {
        let all = cluster.routers.iter().flat_map(|router| &router.common().vips);
        all.map(|held| held.address.addr()).any(|held| held == *vip)
    };
    let mut vips: Vec<_> =
        cluster.services.iter().filter_map(|shared| shared.server.service.key.vip()).collect();
    vips.retain(|vip| !held(vip));
    vips.sort_unstable();
    vips.dedup();
    vips
}

struct Writer<'w, 'c> {
    text: &'w mut String,
    grounds: &'w mut Grounds,
    router: &'w Router<'c>,
}

impl Writer<'_, '_> {
    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "      {line}");
    }

    fn router(&mut self, lost: &mut Vec<IpAddr>) {
        let common = self.router.common();
        self.line(&format!("router_id: {}", common.id.value));
        let name = |director: usize| &self.grounds.directors[director].name;
        let members = self.router.members.iter();
        let priorities: Vec<_> =
            members.map(|(d, part)| format!("{}: {}", name(*d), part.priority)).collect();
        self.line(&format!("priorities: {{ {} }}", priorities.join(", ")));
        self.network();
        self.adverts();
        self.preemption();
        self.vips(lost);
        self.tracks();
    }

    /// The network of the adverts, where it is not that of the first VIP.
    fn network(&mut self) {
        let (director, common) = self.router.members[0];
        let usual = common.vips.first().and_then(|vip| self.grounds.network(vip.address.addr()));
        let Some(interface) = &common.interface else { return };
        let behind = self.grounds.behind(director, interface);
        if behind.is_none() {
            let name = &common.name.value;
            self.grounds.notes.push(format!(
                "no address tells the network of `{interface}`: the adverts of `{name}` go where \
                 its first VIP is"
            ));
        } else if behind != usual {
            let line = behind.map(|network| format!("network: {network}"));
            line.into_iter().for_each(|line| self.line(&line));
        }
    }

    fn adverts(&mut self) {
        let common = self.router.common();
        let version = common.version;
        if let Some(version) = version {
            self.line(&format!("version: {version}"));
        }
        if let Some(interval) = common.advert_interval {
            self.line(&format!("advert_interval: {}", time(interval)));
        }
        let ipv6 = common.vips.first().is_some_and(|vip| vip.address.addr().is_ipv6());
        match &common.password {
            Some(_) if version == Some(3) || ipv6 => self.grounds.notes.push(format!(
                "keepalived's password of `{}` has no counterpart: VRRP version 3 knows none",
                common.name.value
            )),
            Some(password) => self.line(&format!("password: {}", quoted(password))),
            None => {}
        }
        if !common.peers.is_empty() {
            self.line("transport: unicast");
        }
    }

    /// Labs have one word for all directors; it matters on the one of the highest priority.
    fn preemption(&mut self) {
        let (director, first) = self.router.first();
        let said = |part: &Instance| (part.preempt, part.preempt_delay);
        if self.router.members.iter().any(|(_, part)| said(part) != said(first)) {
            let name = &self.grounds.directors[director].name;
            self.grounds.notes.push(format!(
                "the directors of `{}` differ in when they preempt: what `{name}` says holds for \
                 all, as it has the highest priority",
                first.name.value
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
        let common = self.router.common();
        let mut vips: Vec<_> = common.vips.iter().map(|vip| plain(vip.address)).collect();
        let family = common.vips.first().map(|vip| vip.address.addr().is_ipv4());
        let is_mine = |vip: &IpAddr| family.is_none_or(|is_ipv4| is_ipv4 == vip.is_ipv4());
        let name = &common.name.value;
        for vip in lost.extract_if(.., |vip| is_mine(vip)) {
            vips.push(vip.to_string());
            self.grounds.notes.push(format!(
                "no `virtual_ipaddress` has {vip}, so that no director would answer for it: \
                 `{name}` got it"
            ));
        }
        self.line(&format!("vips: [{}]", vips.join(", ")));
    }

    fn tracks(&mut self) {
        let (director, common) = self.router.members[0];
        let mut lines = Vec::new();
        for Track { subject, weight } in &common.tracks {
            let weight = if *weight == 0 { String::new() } else { format!(", weight: {weight}") };
            match &subject.value {
                Watched::Script(script) => lines.push(format!("{}{weight}", command(script))),
                Watched::Interface(interface) => match self.grounds.behind(director, interface) {
                    Some(network) => lines.push(format!("network: {network}{weight}")),
                    None => self.grounds.notes.push(format!(
                        "keepalived's `track_interface` of `{interface}` at line {} has no \
                         counterpart: no address tells its network",
                        subject.spot.line + 1
                    )),
                },
            }
        }
        if !lines.is_empty() {
            self.line("track:");
            lines.iter().for_each(|line| self.line(&format!("  - {{ {line} }}")));
        }
    }
}

fn command(script: &Script) -> String {
    let mut text = format!("command: {}", quoted(&script.shell));
    if let Some(interval) = script.interval {
        let _ = write!(text, ", interval: {}", time(interval));
    }
    for (key, number) in [("rise", script.rise), ("fall", script.fall)] {
        if let Some(number) = number {
            let _ = write!(text, ", {key}: {number}");
        }
    }
    text
}

/// The address, with its prefix length if that is not the whole one.
fn plain(address: IpNet) -> String {
    match address.prefix_len() == address.max_prefix_len() {
        true => address.addr().to_string(),
        false => address.to_string(),
    }
}

fn groups(cluster: &Cluster<'_>, names: &[String], grounds: &mut Grounds) -> String {
    let mut text = String::new();
    let router = |member: &String| {
        let place = cluster.routers.iter().position(|r| r.common().name.value == *member);
        place.and_then(|place| names.get(place))
    };
    for group in &cluster.groups {
        let name = &group.name.value;
        let members: Vec<_> = group.members.iter().filter_map(router).cloned().collect();
        if members.len() < 2 || !is_name(name) {
            let line = group.name.spot.line + 1;
            grounds.notes.push(format!(
                "keepalived's `vrrp_sync_group {name}` at line {line} has no counterpart: a group \
                 has two instances or more, and a name of letters and digits"
            ));
            continue;
        }
        if text.is_empty() {
            text += "  sync_groups:\n";
        }
        let _ = writeln!(text, "    {name}: [{}]", members.join(", "));
    }
    text
}

fn sync(cluster: &Cluster<'_>, names: &[String], grounds: &mut Grounds) -> String {
    let Some(sync) = cluster.sync else { return String::new() };
    let named = |router: &Router<'_>| match &sync.instance {
        Some(name) => router.common().name.value == *name,
        None => true,
    };
    let Some(place) = cluster.routers.iter().position(named) else {
        let (name, line) = (sync.instance.as_deref().unwrap_or_default(), sync.spot.line + 1);
        grounds.notes.push(format!(
            "keepalived's `lvs_sync_daemon` at line {line} has no counterpart: there is no \
             instance `{name}`"
        ));
        return String::new();
    };
    let id = sync.id.unwrap_or(cluster.routers[place].common().id.value);
    let mut words = vec![format!("id: {id}"), format!("router: {}", names[place])];
    let network = grounds.behind(0, &sync.interface).map(|network| format!("network: {network}"));
    if network.is_none() {
        let interface = &sync.interface;
        grounds.notes.push(format!(
            "no address tells the network of `{interface}`: connections are told where the adverts \
             go"
        ));
    }
    words.extend(network);
    format!("  connection_sync: {{ {} }}\n", words.join(", "))
}
