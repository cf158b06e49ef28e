use super::block::{Statement, Word};
use super::configuration::{Instance, Script, Vip};
use super::reading::Reading;
use super::track;
use crate::import::{Fault, Said};
use indexmap::IndexMap;
use ipnet::IpNet;
use std::net::IpAddr;

/// The priority where none is said (keepalived.conf(5)).
const PRIORITY: i64 = 100;
/// The priority of the owner of the VIPs.
const OWNER: i64 = 255;
/// The password has 8 bytes in an advert; keepalived cuts longer ones.
const PASSWORD: usize = 8;

/// A vrrp_instance; none without what tells it from others.
pub fn instance(
    block: &Statement,
    scripts: &IndexMap<String, Script>,
    reading: &mut Reading,
) -> Option<Instance> {
    let name = reading.argument(block)?.said.clone();
    let Some(id) = block.body().iter().find(|s| s.keyword() == "virtual_router_id") else {
        reading.lacking(block, "has no `virtual_router_id`", "add it, 1 to 255");
        return None;
    };
    let id = reading.number(id, 1..=255)?;
    let mut draft = Draft { instance: empty(name, id), master: None, never: None, delay: None };
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
        preempt: true,
        preempt_delay: None,
        source: None,
        peers: Vec::new(),
        vips: Vec::new(),
        tracks: Vec::new(),
    }
}

struct Draft<'s> {
    instance: Instance,
    /// Where it says that it begins as master.
    master: Option<&'s Statement>,
    /// Where it says that it does not preempt.
    never: Option<&'s Statement>,
    /// Where it says how long it waits before it does.
    delay: Option<&'s Statement>,
}

impl<'s> Draft<'s> {
    fn statement(
        &mut self,
        statement: &'s Statement,
        scripts: &IndexMap<String, Script>,
        reading: &mut Reading,
    ) {
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
                instance.priority = said.map_or(PRIORITY, |said| said.value);
            }
            "version" => {
                instance.version = reading.number(statement, 2..=3).map(|said| said.value);
            }
            "advert_int" => instance.advert_interval = reading.seconds(statement),
            "nopreempt" => self.never = Some(statement),
            "preempt_delay" => {
                instance.preempt_delay = reading.seconds(statement);
                self.delay = Some(statement);
            }
            // The default.
            "preempt" => {}
            "authentication" => instance.password = password(statement, reading),
            "mcast_src_ip" | "unicast_src_ip" => instance.source = own(statement, reading),
            "unicast_peer" => instance.peers = peers(statement, reading),
            "virtual_ipaddress" => instance.vips = vips(statement, reading),
            "virtual_ipaddress_excluded" => reading.faults.push(Fault::not_yet(
                statement.spot,
                "labs do not have addresses that the master holds and its adverts leave out",
                "move them to `virtual_ipaddress`, or to an instance of their own",
            )),
            "track_interface" => instance.tracks.extend(track::interfaces(statement, reading)),
            "track_script" => instance.tracks.extend(track::scripts(statement, scripts, reading)),
            _ => reading.lost(statement),
        }
    }

    /// `BACKUP` is how every lab's director begins.
    fn state(&mut self, statement: &'s Statement, reading: &mut Reading) {
        match reading.argument(statement).map(Word::text) {
            Some("MASTER") => self.master = Some(statement),
            Some("BACKUP") | None => {}
            Some(_) => {
                let help = "choose `MASTER` or `BACKUP`";
                reading.lacking(statement, "is no state to begin with", help);
            }
        }
    }

    fn settled(mut self, reading: &mut Reading) -> Instance {
        if let Some(state) = self.master.filter(|_| self.instance.priority != OWNER) {
            let words = format!("{} {}", state.keyword(), "MASTER");
            let instead = "every director begins as backup, and the priority decides";
            reading.remark(state.spot, words, Some(instead));
        }
        let ignored = "keepalived ignores it itself where the state is MASTER";
        match (self.never, self.master) {
            (Some(never), Some(_)) => reading.replaced(never, ignored),
            (Some(_), None) => self.instance.preempt = false,
            (None, _) => {}
        }
        if let Some(delay) = self.delay.filter(|_| self.master.is_some()) {
            reading.replaced(delay, ignored);
            self.instance.preempt_delay = None;
        }
        self.instance
    }
}

fn password(block: &Statement, reading: &mut Reading) -> Option<String> {
    let (mut password, mut plain) = (None, true);
    for statement in block.body() {
        match statement.keyword() {
            "auth_type" => match reading.argument(statement).map(Word::text) {
                Some("PASS") => {}
                _ => {
                    plain = false;
                    reading.replaced(statement, "adverts go without a password");
                }
            },
            "auth_pass" => password = reading.argument(statement).map(|word| word.text()),
            _ => reading.lost(statement),
        }
    }
    let cut = |text: &str| text.chars().take(PASSWORD).collect();
    password.filter(|_| plain).map(cut)
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
    let vips: Vec<_> = lines.filter_map(|line| vip(&line.words, reading)).collect();
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
fn vip(words: &[Word], reading: &mut Reading) -> Option<Vip> {
    let (word, mut rest) = words.split_first()?;
    let text = word.text();
    let whole = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    let Ok(address) = whole else {
        let message = format!("`{text}` is not an address");
        let help = "write digits, as in `192.168.150.100/24`: names are not looked up";
        reading.faults.push(Fault::wrong(word.said.spot, message, help));
        return None;
    };
    let mut interface = None;
    while let [keyword, value, behind @ ..] = rest {
        match keyword.text() {
            "dev" => interface = Some(value.text().to_owned()),
            _ => reading.rest(&[keyword.clone(), value.clone()]),
        }
        rest = behind;
    }
    reading.rest(rest);
    Some(Vip { address, interface })
}
