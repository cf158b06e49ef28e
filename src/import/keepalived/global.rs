use super::block::Statement;
use super::configuration::{Configuration, Fate, Group, Instance, Sync, Timeouts};
use super::machine::Setting;
use super::reader::{Text, read};
use super::reading::{Reading, brief};
use super::track::{self, Scripts};
use super::words::Block;
use super::{groups, instance, service};
use crate::import::Fault;
use crate::import::fault::once;
use crate::lab::Source;
use indexmap::IndexSet;

/// The longest timeout of IPVS: 31 days, in seconds (ip_vs.h).
const LONGEST_TIMEOUT: i64 = DAY * 31;
/// The longest timeout of a lab, in seconds.
const DAY: i64 = 86_400;

/// What a director's keepalived.conf says, with every fault of it; what is sound is kept. Besides,
/// the ids that some of its lines are for.
pub fn keepalived(
    source: &Source,
    setting: Setting<'_>,
) -> (Configuration, Vec<Fault>, IndexSet<String>) {
    let mut reading = Reading::default();
    let Text { statements, files, ids } = read(source, setting, &mut reading);
    let id = (!ids.is_empty()).then(|| setting.id.to_owned());
    let mut draft = Draft {
        configuration: Configuration { files, id, ..Configuration::default() },
        scripts: Scripts::new(),
        setting,
        reading: &mut reading,
    };
    draft.statements(&statements);
    let mut configuration = draft.configuration;
    holding(&mut configuration, &mut reading);
    let version = configuration.version;
    for part in &mut configuration.instances {
        instance::rounded(part, version, &mut reading);
    }
    let mut faults = reading.faults;
    if faults.is_empty() && configuration.is_empty() {
        // What keepalived goes without is all that there was.
        faults.append(&mut reading.skipped);
    }
    configuration.remarks = reading.remarks;
    configuration.skipped = reading.skipped;
    faults.sort_by_key(|fault| (fault.spot.line, fault.spot.word));
    // Lines of several files are not told apart by their numbers.
    let faults = if configuration.files.is_single() { once(faults) } else { faults };
    (configuration, faults, ids)
}

/// Leaves out instances that hold nothing, unless there is a service whose VIP they can have.
fn holding(configuration: &mut Configuration, reading: &mut Reading) {
    let holds = |instance: &Instance| !instance.vips.is_empty() || !instance.excluded.is_empty();
    let all = configuration.instances.iter().flat_map(|i| i.vips.iter().chain(&i.excluded));
    let held: Vec<_> = all.map(|vip| vip.address.addr()).collect();
    let mut vips = configuration.services.iter().map(|server| server.service.key.vip());
    let is_free = vips.any(|vip| vip.is_none_or(|vip| !held.contains(&vip)));
    let mut empty = None;
    configuration.instances.retain(|instance| {
        let (name, spot) = (brief(&instance.name.value), instance.name.spot);
        if holds(instance) || is_free {
            return true;
        }
        let instead = "it holds no address, and a virtual router of a lab does";
        let words = format!("vrrp_instance {name}");
        reading.remark(spot, words, Fate::Replaced(instead.to_owned()));
        let help = "add an address to its `virtual_ipaddress`";
        empty.get_or_insert(Fault::not_yet(spot, format!("`{name}` holds no address"), help));
        false
    });
    if reading.skipped.is_empty() && configuration.is_empty() {
        reading.skipped.extend(empty);
    }
}

struct Draft<'d> {
    configuration: Configuration,
    scripts: Scripts,
    setting: Setting<'d>,
    reading: &'d mut Reading,
}

impl Draft<'_> {
    fn statements(&mut self, statements: &[Statement]) {
        let groups = groups::groups(statements, self.reading);
        for statement in statements {
            let (reading, configuration) = (&mut *self.reading, &mut self.configuration);
            match statement.keyword() {
                "global_defs" => global(statement, configuration, reading),
                "vrrp_script" => {
                    let machine = self.setting.machine;
                    self.scripts.extend(track::script(statement, machine, reading));
                }
                "vrrp_instance" => {
                    let instance = instance::instance(statement, &self.scripts, reading);
                    let known = &mut configuration.instances;
                    let same =
                        |other: &Instance| instance.as_ref().is_some_and(|i| i.name == other.name);
                    if known.iter().any(same) {
                        reading
                            .taken_as(statement, "keepalived goes without it: it is there already");
                    } else {
                        known.extend(instance);
                    }
                }
                "vrrp_sync_group" => configuration.groups.extend(group(statement, reading)),
                "virtual_server" => {
                    let machine = self.setting.machine;
                    let services = service::services(statement, &groups, machine, reading);
                    service::add(services, &mut configuration.services, reading);
                }
                // Read already, or what a brace by mistake leaves behind.
                "virtual_server_group" | "" => {}
                _ => reading.other(statement, Block::Outermost),
            }
        }
    }
}

fn global(block: &Statement, configuration: &mut Configuration, reading: &mut Reading) {
    for statement in block.body() {
        match statement.keyword() {
            "router_id" => {
                let name = reading.argument(statement);
                configuration.router_id = name.map(|name| name.text().to_owned());
            }
            "vrrp_version" => {
                configuration.version = reading.number(statement, 2..=3).map(|said| said.value);
            }
            "lvs_sync_daemon" => configuration.sync = sync(statement, reading),
            "lvs_timeouts" => timeouts(statement, &mut configuration.timeouts, reading),
            // Labs run every command as root, and take no other program's word for it.
            "script_user" | "enable_script_security" => {}
            _ => reading.other(statement, Block::Global),
        }
    }
}

/// `lvs_timeouts [tcp N] [tcpfin N] [udp N]`; 0 leaves what the kernel has.
fn timeouts(statement: &Statement, timeouts: &mut Timeouts, reading: &mut Reading) {
    let mut rest = statement.arguments();
    while let [word, value, behind @ ..] = rest {
        let known = match word.text() {
            "tcp" => &mut timeouts.tcp,
            "tcpfin" => &mut timeouts.tcp_fin,
            "udp" => &mut timeouts.udp,
            _ => {
                reading.taken(word.said.spot, word.text(), "keepalived does not know it here");
                rest = &rest[1..];
                continue;
            }
        };
        let said = reading.number_of(value, statement, 0..=LONGEST_TIMEOUT);
        let said = said.map(|said| said.value).filter(|value| *value > 0);
        if said.is_some_and(|value| value > DAY) {
            let longest =
                format!("the lab has {DAY} for `{}`, a day, which is its most", word.text());
            reading.replaced(statement, longest);
        }
        *known = said.map(|value| value.min(DAY));
        rest = behind;
    }
    reading.rest(rest);
}

/// `lvs_sync_daemon INTERFACE [INSTANCE [ID]] [inst INSTANCE] [id ID]`
fn sync(statement: &Statement, reading: &mut Reading) -> Option<Sync> {
    let Some((interface, mut rest)) = statement.arguments().split_first() else {
        reading.lacking(statement, "names no interface", "add it, as in `eth0`");
        return None;
    };
    let (spot, interface) = (statement.spot, interface.text().to_owned());
    let mut sync = Sync { spot, interface, instance: None, id: None };
    while let [word, behind @ ..] = rest {
        rest = behind;
        match (word.text(), behind) {
            ("id", [id, behind @ ..]) => {
                sync.id = reading.number_of(id, statement, 0..=255).map(|said| said.value);
                rest = behind;
            }
            ("inst", [name, behind @ ..]) => {
                sync.instance = Some(name.text().to_owned());
                rest = behind;
            }
            ("port" | "ttl" | "maxlen" | "group", [_, after @ ..]) => {
                reading.rest(&[word.clone(), behind[0].clone()]);
                rest = after;
            }
            (name, _) if sync.instance.is_none() => sync.instance = Some(name.to_owned()),
            _ if sync.id.is_none() => {
                sync.id = reading.number_of(word, statement, 0..=255).map(|said| said.value);
            }
            _ => reading.rest(std::slice::from_ref(word)),
        }
    }
    Some(sync)
}

fn group(block: &Statement, reading: &mut Reading) -> Option<Group> {
    let name = reading.argument(block)?;
    let mut members = Vec::new();
    for statement in block.body() {
        match statement.keyword() {
            "group" => {
                let words = statement.body().iter().flat_map(|line| &line.words);
                members.extend(words.map(|word| word.text().to_owned()));
            }
            // Members of a lab have weights of their own already.
            "sync_group_tracking_weight" => {}
            _ => reading.other(statement, Block::Group),
        }
    }
    Some(Group { name: name.said.clone(), members })
}
