use super::block::Statement;
use super::configuration::{Begins, Instance, Vip};
use super::piece::Shape;
use super::reading::{Reading, brief};
use super::track::{self, Scripts};
use super::words::Block;
use super::{addresses, authentication};
use crate::import::{Fault, Said};
use std::net::IpAddr;
use std::time::Duration;

/// The priority where none is said (keepalived.conf(5)).
const PRIORITY: i64 = 100;
/// The priority of the owner of the VIPs, and of what begins as master without one.
pub const OWNER: i64 = 255;
/// A vrrp_instance; none without what tells it from others.
pub fn instance(block: &Statement, scripts: &Scripts, reading: &mut Reading) -> Option<Instance> {
    let name = reading.argument(block)?.said.clone();
    let id = router_id(block, reading)?;
    let mut draft =
        Draft { instance: empty(name, id), state: None, priority: None, never: None, delay: None };
    for statement in block.body() {
        draft.statement(statement, scripts, reading);
    }
    Some(draft.settled(reading))
}

/// The number on the wire, without which keepalived takes no instance.
fn router_id(block: &Statement, reading: &mut Reading) -> Option<Said<i64>> {
    let mut said = block.body().iter().filter(|s| s.keyword() == "virtual_router_id");
    let Some(last) = said.next_back() else {
        let what = "has no `virtual_router_id`, and keepalived goes without it";
        reading.lacking(block, what, "add it, 1 to 255");
        return None;
    };
    let word = reading.argument(last)?;
    let id = reading.number_of(word, last, 1..=255);
    // Of an open quote it is said already.
    if id.is_none() && word.shape != Shape::Unclosed {
        let message =
            format!("`{}` is no virtual router id that keepalived takes", brief(&last.line()));
        let help = "write a number from 1 to 255, the same on all directors";
        reading.faults.push(Fault::wrong(word.said.spot, message, help));
    }
    id
}

fn empty(name: Said<String>, id: Said<i64>) -> Instance {
    Instance {
        name,
        id,
        interface: None,
        priority: PRIORITY,
        priority_at: None,
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
                instance.priority_at = Some(statement.spot);
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
            "authentication" => instance.password = authentication::password(statement, reading),
            "mcast_src_ip" | "unicast_src_ip" => instance.source = own(statement, reading),
            "unicast_peer" => instance.peers = peers(statement, reading),
            "virtual_ipaddress" => instance.vips = addresses::vips(statement, reading),
            "virtual_ipaddress_excluded" => instance.excluded = addresses::vips(statement, reading),
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
        addresses::routed(&mut self.instance, reading);
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

    /// keepalived goes without VIPs of another family than the first one's.
    fn same_family(&mut self, reading: &mut Reading) {
        let source = self.instance.source.map(|source| source.value.is_ipv4());
        let first = self.instance.vips.first().map(|vip| vip.address.addr().is_ipv4());
        let Some(ipv4) = source.or(first) else { return };
        let fits = |vip: &mut Vip| vip.address.addr().is_ipv4() == ipv4;
        let how = "keepalived ignores it: it is of another family than its instance";
        let others: Vec<_> = self.instance.vips.extract_if(.., |vip| !fits(vip)).collect();
        for (number, vip) in others.iter().enumerate() {
            let words = vip.address.to_string();
            match number {
                0 => reading.unused(vip.spot, &words, how),
                _ => reading.taken(vip.spot, words, how),
            }
        }
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

fn own(statement: &Statement, reading: &mut Reading) -> Option<Said<IpAddr>> {
    let word = reading.argument(statement)?;
    reading.address(word)
}

fn peers(block: &Statement, reading: &mut Reading) -> Vec<Said<IpAddr>> {
    let mut peers = Vec::new();
    for (word, rest) in block.body().iter().filter_map(|line| line.words.split_first()) {
        reading.rest(rest);
        peers.extend(reading.address(word));
    }
    peers
}
