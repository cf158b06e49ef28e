use super::block::{Statement, Word};
use super::configuration::{Begins, Fate, Instance, Vip};
use super::reading::Reading;
use super::track::{self, Scripts};
use super::words::Block;
use crate::import::Said;
use ipnet::IpNet;
use std::net::IpAddr;
use std::time::Duration;

/// The priority where none is said (keepalived.conf(5)).
const PRIORITY: i64 = 100;
/// The priority of the owner of the VIPs, and of what begins as master without one.
pub const OWNER: i64 = 255;
/// The password has 8 bytes in an advert; keepalived cuts longer ones.
const PASSWORD: usize = 8;

/// A vrrp_instance; none without what tells it from others.
pub fn instance(block: &Statement, scripts: &Scripts, reading: &mut Reading) -> Option<Instance> {
    let name = reading.argument(block)?.said.clone();
    let mut said = block.body().iter().filter(|s| s.keyword() == "virtual_router_id");
    let id = said.next_back().and_then(|id| reading.number(id, 1..=255));
    let Some(id) = id else {
        reading.lacking(
            block,
            "has no `virtual_router_id` that keepalived takes",
            "add it, 1 to 255",
        );
        return None;
    };
    let mut draft =
        Draft { instance: empty(name, id), state: None, priority: None, never: None, delay: None };
    for statement in block.body() {
        draft.statement(statement, scripts, reading);
    }
    Some(draft.settled(reading))
}

fn empty(name: Said<String>, id: Said<i64>) -> Instance {
    Instance {
        name,
        id,
        interface: None,
        priority: PRIORITY,
        version: None,
        advert_interval: None,
        password: None,
        begins: Begins::Backup,
        preempt: true,
        preempt_delay: None,
        source: None,
        peers: Vec::new(),
        vips: Vec::new(),
        excluded: Vec::new(),
        tracks: Vec::new(),
    }
}

struct Draft<'s> {
    instance: Instance,
    /// Where it says the state that it begins with, and which one.
    state: Option<(&'s Statement, Begins)>,
    priority: Option<i64>,
    /// Where it says that it does not preempt.
    never: Option<&'s Statement>,
    /// Where it says how long it waits before it does.
    delay: Option<&'s Statement>,
}

impl<'s> Draft<'s> {
    fn statement(&mut self, statement: &'s Statement, scripts: &Scripts, reading: &mut Reading) {
        let instance = &mut self.instance;
        match statement.keyword() {
            "virtual_router_id" => {}
            "state" => self.state(statement, reading),
            "interface" => {
                let word = reading.argument(statement);
                instance.interface = word.map(|word| word.text().to_owned());
            }
            "priority" => {
                let said = reading.number(statement, 1..=OWNER);
                self.priority = Some(said.map_or(PRIORITY, |said| said.value));
            }
            "version" => {
                instance.version = reading.number(statement, 2..=3).map(|said| said.value);
            }
            "advert_int" => {
                let time = reading.positive_seconds(statement);
                instance.advert_interval = time.map(|value| Said { value, spot: statement.spot });
            }
            "nopreempt" => self.never = Some(statement),
            "preempt" => self.never = None,
            "preempt_delay" => {
                instance.preempt_delay = reading.seconds(statement);
                self.delay = Some(statement);
            }
            "authentication" => instance.password = password(statement, reading),
            "mcast_src_ip" | "unicast_src_ip" => instance.source = own(statement, reading),
            "unicast_peer" => instance.peers = peers(statement, reading),
            "virtual_ipaddress" => instance.vips = vips(statement, reading),
            "virtual_ipaddress_excluded" => instance.excluded = vips(statement, reading),
            "track_interface" => instance.tracks.extend(track::interfaces(statement, reading)),
            "track_script" => instance.tracks.extend(track::scripts(statement, scripts, reading)),
            _ => reading.other(statement, Block::Instance),
        }
    }

    fn state(&mut self, statement: &'s Statement, reading: &mut Reading) {
        let Some(word) = reading.argument(statement) else { return };
        let master = self.state.is_some_and(|(_, begins)| begins == Begins::Master);
        let begins = match word.text() {
            "MASTER" => Begins::Master,
            "BACKUP" if master => {
                let how = "keepalived ignores it: the state is MASTER already";
                return reading.taken_as(statement, how);
            }
            "BACKUP" => Begins::Backup,
            _ => {
                reading.taken_as(statement, "keepalived takes it for BACKUP");
                Begins::Backup
            }
        };
        self.state = Some((statement, begins));
    }

    fn settled(mut self, reading: &mut Reading) -> Instance {
        self.same_family(reading);
        self.routed(reading);
        let begins = self.state.map(|(_, begins)| begins);
        let instance = &mut self.instance;
        instance.priority = match (self.priority, self.state) {
            (Some(priority), _) => priority,
            (None, Some((state, Begins::Master))) => {
                reading.taken_as(state, "without a `priority` keepalived takes 255");
                OWNER
            }
            (None, _) => PRIORITY,
        };
        let owner = instance.priority == OWNER;
        let usual = if owner { Begins::Master } else { Begins::Backup };
        instance.begins = begins.unwrap_or(usual);
        let master = instance.begins == Begins::Master;
        let ignored = "keepalived ignores it where the state is MASTER";
        match self.never {
            Some(never) if master || owner => reading.taken_as(never, ignored),
            Some(_) => instance.preempt = false,
            None => {}
        }
        let why = if master {
            Some(ignored)
        } else {
            (!instance.preempt).then_some("keepalived ignores it beside `nopreempt`")
        };
        if let Some((delay, why)) = self.delay.zip(why) {
            reading.taken_as(delay, why);
            instance.preempt_delay = None;
        }
        self.instance
    }

    /// Labs have no networks of link-local addresses. One such VIP beside others is left out; alone
    /// it is another address with the same end.
    fn routed(&mut self, reading: &mut Reading) {
        let instance = &mut self.instance;
        for vips in [&mut instance.vips, &mut instance.excluded] {
            let alone = vips.iter().all(is_link_local);
            for vip in vips.iter_mut().filter(|vip| is_link_local(vip)) {
                let words = vip.address.addr().to_string();
                if alone {
                    vip.address = unique_local(vip.address);
                    let instead = format!("in the lab it is {}", vip.address.addr());
                    reading.remark(vip.spot, words, Fate::Replaced(instead));
                } else {
                    let instead = "a lab's adverts go without a link-local VIP".to_owned();
                    reading.remark(vip.spot, words, Fate::Replaced(instead));
                }
            }
            vips.retain(|vip| !is_link_local(vip));
        }
    }

    /// keepalived goes without VIPs of another family than the first one's.
    fn same_family(&mut self, reading: &mut Reading) {
        let source = self.instance.source.map(|source| source.is_ipv4());
        let first = self.instance.vips.first().map(|vip| vip.address.addr().is_ipv4());
        let Some(ipv4) = source.or(first) else { return };
        self.instance.vips.retain(|vip| {
            let fits = vip.address.addr().is_ipv4() == ipv4;
            if !fits {
                let how = "keepalived ignores it: it is of another family than its instance";
                reading.taken(vip.spot, vip.address.to_string(), how);
            }
            fits
        });
    }
}

/// An address of fd00::/64 with the end of another one.
fn unique_local(address: IpNet) -> IpNet {
    let IpAddr::V6(link_local) = address.addr() else { return address };
    let end = link_local.to_bits() & u128::from(u64::MAX);
    let moved = std::net::Ipv6Addr::from_bits((0xfd00 << 112) | end);
    IpNet::new(moved.into(), address.prefix_len()).unwrap_or(address)
}

/// Whether an address is of a link alone (fe80::/10).
fn is_link_local(vip: &Vip) -> bool {
    match vip.address.addr() {
        IpAddr::V4(_) => false,
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}

/// Rounds the time between adverts as the version wants it.
pub fn rounded(instance: &mut Instance, version: Option<i64>, reading: &mut Reading) {
    let ipv6 = instance.vips.first().is_some_and(|vip| vip.address.addr().is_ipv6());
    instance.version = instance.version.or(if ipv6 { None } else { version });
    let Some(said) = instance.advert_interval else { return };
    let (wanted, v3) = (said.value.as_micros(), ipv6 || instance.version == Some(3));
    let (grain, most) = if v3 { (10_000, 4095) } else { (1_000_000, 255) };
    let units = ((wanted + grain / 2) / grain).clamp(1, most);
    let micros = u64::try_from(units * grain).unwrap_or(u64::MAX);
    let time = Duration::from_micros(micros);
    if time != said.value {
        let words = format!("advert_int {}", said.value.as_secs_f64());
        reading.taken(said.spot, words, format!("keepalived takes {}", time.as_secs_f64()));
    }
    instance.advert_interval = Some(Said { value: time, spot: said.spot });
}

fn password(block: &Statement, reading: &mut Reading) -> Option<String> {
    let (mut password, mut kind) = (None, None);
    for statement in block.body() {
        match statement.keyword() {
            "auth_type" => kind = reading.argument(statement).map(|word| (statement, word.text())),
            "auth_pass" => {
                password = reading.argument(statement).map(|word| (statement, word.text()));
            }
            _ => reading.other(statement, Block::Authentication),
        }
    }
    match (kind, password) {
        (Some((_, "PASS")), Some((statement, text))) => {
            if text.len() > PASSWORD {
                reading.taken_as(statement, "keepalived takes the first 8 characters");
            }
            let plain: String = cut(text).chars().filter(char::is_ascii_graphic).collect();
            if plain != cut(text) {
                reading.replaced(statement, "labs take letters, digits and signs of it");
            }
            Some(plain).filter(|text| !text.is_empty())
        }
        (Some((statement, "AH")), _) => {
            reading.replaced(statement, "adverts go without a password");
            None
        }
        (Some((statement, "PASS")), None) => {
            reading.taken_as(statement, "keepalived ignores it: there is no `auth_pass`");
            None
        }
        (Some((statement, _)), _) => {
            reading.taken_as(statement, "keepalived ignores it: it takes PASS or AH");
            None
        }
        (None, Some((statement, _))) => {
            reading.taken_as(statement, "keepalived ignores it: there is no `auth_type PASS`");
            None
        }
        (None, None) => None,
    }
}

/// The first bytes of a password, whole characters of it.
fn cut(text: &str) -> String {
    let mut end = text.len().min(PASSWORD);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

fn own(statement: &Statement, reading: &mut Reading) -> Option<IpAddr> {
    let word = reading.argument(statement)?;
    reading.address(word).map(|said| said.value)
}

fn peers(block: &Statement, reading: &mut Reading) -> Vec<IpAddr> {
    let mut peers = Vec::new();
    for (word, rest) in block.body().iter().filter_map(|line| line.words.split_first()) {
        reading.rest(rest);
        peers.extend(reading.address(word).map(|said| said.value));
    }
    peers
}

fn vips(block: &Statement, reading: &mut Reading) -> Vec<Vip> {
    let lines = block.body().iter();
    let vips: Vec<_> = lines.filter_map(|line| vip(line, reading)).collect();
    let mut once: Vec<Vip> = Vec::new();
    for vip in vips {
        let same = |other: &Vip| other.address.addr() == vip.address.addr();
        if !once.iter().any(same) {
            once.push(vip);
        }
    }
    once
}

/// `ADDRESS[/LENGTH] [dev INTERFACE]`, and what labs leave to the kernel.
fn vip(line: &Statement, reading: &mut Reading) -> Option<Vip> {
    let (word, mut rest) = line.words.split_first()?;
    let address = address(word, line, reading)?;
    let mut interface = None;
    while let [keyword, value, behind @ ..] = rest {
        match keyword.text() {
            "dev" => interface = Some(value.text().to_owned()),
            // Labels and broadcast addresses change nothing of what a lab shows.
            "label" | "brd" | "broadcast" | "scope" => {}
            _ => reading.rest(&[keyword.clone(), value.clone()]),
        }
        rest = behind;
    }
    reading.rest(rest);
    Some(Vip { address, spot: word.said.spot, interface })
}

fn address(word: &Word, line: &Statement, reading: &mut Reading) -> Option<IpNet> {
    let text = word.text();
    let (host, length) = text.split_once('/').map_or((text, None), |(h, l)| (h, Some(l)));
    let Ok(host) = host.parse::<IpAddr>() else {
        let how = "keepalived goes without it: it is no address, and names are not looked up";
        reading.taken_as(line, how);
        return None;
    };
    let whole = IpNet::from(host);
    let Some(length) = length else { return Some(whole) };
    match length.parse().ok().and_then(|length| IpNet::new(host, length).ok()) {
        Some(net) if net.prefix_len() > 0 => Some(net),
        _ => {
            reading.taken_as(line, format!("keepalived takes {whole}"));
            Some(whole)
        }
    }
}
