use super::block::{Statement, statements};
use super::configuration::{Configuration, Group, Script, Sync};
use super::reading::Reading;
use super::{instance, service, track};
use crate::import::Fault;
use crate::lab::Source;
use indexmap::IndexMap;

/// What a director's keepalived.conf says, with every fault of it; what is sound is kept.
pub fn keepalived(source: &Source) -> (Configuration, Vec<Fault>) {
    let mut reading = Reading::default();
    let statements = statements(&source.text, &mut reading.faults);
    let scripts = scripts(&statements, &mut reading);
    let mut configuration = Configuration { file: source.name.clone(), ..Configuration::default() };
    for statement in &statements {
        outermost(statement, &scripts, &mut configuration, &mut reading);
    }
    for instance in &mut configuration.instances {
        instance.version = instance.version.or(configuration.version);
    }
    configuration.remarks = reading.remarks;
    let mut faults = reading.faults;
    faults.sort_by_key(|fault| (fault.spot.line, fault.spot.word));
    (configuration, faults)
}

/// The scripts come first: an instance may stand before what it tracks.
fn scripts(statements: &[Statement], reading: &mut Reading) -> IndexMap<String, Script> {
    let scripts = statements.iter().filter(|statement| statement.keyword() == "vrrp_script");
    let script = |statement| track::script(statement, reading);
    scripts.filter_map(script).collect()
}

fn outermost(
    statement: &Statement,
    scripts: &IndexMap<String, Script>,
    configuration: &mut Configuration,
    reading: &mut Reading,
) {
    match statement.keyword() {
        "global_defs" => global(statement, configuration, reading),
        "vrrp_instance" => {
            configuration.instances.extend(instance::instance(statement, scripts, reading));
        }
        "vrrp_sync_group" => configuration.groups.extend(group(statement, reading)),
        "virtual_server" => configuration.services.extend(service::service(statement, reading)),
        "virtual_server_group" => reading.faults.push(Fault::not_yet(
            statement.spot,
            "labs do not have groups of virtual servers",
            "write a `virtual_server ADDRESS PORT` for each",
        )),
        // Read already, or what a brace by mistake leaves behind.
        "vrrp_script" | "" => {}
        _ => reading.lost(statement),
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
            // Labs run every command as root, and take no other program's word for it.
            "script_user" | "enable_script_security" => {}
            _ => reading.lost(statement),
        }
    }
}

/// `lvs_sync_daemon INTERFACE [INSTANCE] [id ID]`
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
                sync.id = reading.number_of(id, 0..=255).map(|said| said.value);
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
            _ => reading.lost(statement),
        }
    }
    Some(Group { name: name.said.clone(), members })
}
