use super::block::{Statement, Word};
use super::configuration::{Script, Track, Watched};
use super::machine::Machine;
use super::reading::{Reading, unescaped};
use super::words::Block;
use crate::import::Said;
use indexmap::IndexMap;

/// The scripts that were read so far, by their names.
pub type Scripts = IndexMap<String, Script>;

/// Programs that ask for what runs on the machine, which is not the director's own in a lab.
const OF_THE_MACHINE: [&str; 8] =
    ["killall", "killall5", "pgrep", "pidof", "ps", "service", "supervisorctl", "systemctl"];

/// Words that ask the director itself, where a lab has nothing that answers.
const ITSELF: [&str; 4] = ["localhost", "127.0.0.1", "[::1]", "/dev/tcp/"];

/// A vrrp_script with its name.
pub fn script(
    block: &Statement,
    machine: &dyn Machine,
    reading: &mut Reading,
) -> Option<(String, Script)> {
    let name = reading.argument(block)?.text().to_owned();
    let mut script = Script::default();
    for statement in block.body() {
        match statement.keyword() {
            "script" => {
                script.shell = command(statement);
                script.runs = runs(statement, &script.shell, machine, reading);
            }
            "interval" => script.interval = interval(statement, reading),
            "weight" => script.weight = weight(statement, statement.arguments(), reading),
            "rise" => script.rise = count(statement, reading),
            "fall" => script.fall = count(statement, reading),
            _ => reading.other(statement, Block::Script),
        }
    }
    if script.shell.is_empty() {
        reading.skipped(block, "it has no `script`", "add the command that it runs");
        return None;
    }
    Some((name, script))
}

/// Whether a script can say anything in a lab.
fn runs(statement: &Statement, shell: &str, machine: &dyn Machine, reading: &mut Reading) -> bool {
    let program = shell.split_whitespace().next().unwrap_or_default();
    let name = program.rsplit('/').next().unwrap_or_default();
    if asks_the_machine(name, shell) {
        let instead = "it asks for a process or a service of the machine, which a director of a lab \
                       has not; give the director `processes` and track a command that asks for them";
        reading.replaced(statement, instead);
    } else if !machine.can_run(program) {
        let how = "keepalived disables it where there is no such program, as on this machine";
        reading.taken_as(statement, how);
    } else {
        return true;
    }
    false
}

fn asks_the_machine(program: &str, shell: &str) -> bool {
    let words = || shell.split(|c: char| c.is_whitespace() || "'\"`();|&".contains(c));
    let mut names = words().map(|word| word.rsplit('/').next().unwrap_or_default());
    let shells = ["sh", "bash", "dash", "env", "sudo", "timeout"];
    let deep = shells.contains(&program) && names.any(|name| OF_THE_MACHINE.contains(&name));
    let itself = ITSELF.iter().any(|word| shell.contains(word));
    OF_THE_MACHINE.contains(&program) || deep || itself
}

/// A command line: one text in quotes, or the words as they are.
pub fn command(statement: &Statement) -> String {
    let words: Vec<_> = statement.arguments().iter().map(|word| unescaped(word.text())).collect();
    words.join(" ")
}

/// Whole seconds; 0 is 1 to keepalived.
fn interval(statement: &Statement, reading: &mut Reading) -> Option<std::time::Duration> {
    let said = reading.number(statement, 0..=4294)?;
    if said.value == 0 {
        reading.taken_as(statement, "keepalived takes 1");
    }
    Some(std::time::Duration::from_secs(said.value.max(1).unsigned_abs()))
}

fn count(statement: &Statement, reading: &mut Reading) -> Option<i64> {
    reading.number(statement, 1..=i64::from(i32::MAX)).map(|said| said.value)
}

/// The interfaces of a track_interface.
pub fn interfaces(block: &Statement, reading: &mut Reading) -> Vec<Track> {
    let track = |line: &Statement| {
        let subject = line.words.first()?.said.clone().map(Watched::Interface);
        let weight = weight_behind(line, reading).unwrap_or(0);
        Some(Track { subject, weight })
    };
    block.body().iter().filter_map(track).collect()
}

/// The scripts of a track_script. As in keepalived, a script stands before what tracks it.
pub fn scripts(block: &Statement, known: &Scripts, reading: &mut Reading) -> Vec<Track> {
    let mut tracks: Vec<Track> = Vec::new();
    for line in block.body() {
        let Some(script) = known.get(line.keyword()) else {
            let how = "keepalived ignores it: no `vrrp_script` of that name stands before it";
            reading.taken_as(line, how);
            continue;
        };
        let weight = weight_behind(line, reading).unwrap_or(script.weight);
        let subject = Said { value: Watched::Script(script.clone()), spot: line.spot };
        if script.runs && !tracks.iter().any(|track| track.subject == subject) {
            tracks.push(Track { subject, weight });
        }
    }
    tracks
}

/// `weight NUMBER`, and nothing else.
fn weight_behind(line: &Statement, reading: &mut Reading) -> Option<i64> {
    match line.arguments() {
        [keyword, rest @ ..] if keyword.text() == "weight" => Some(weight(line, rest, reading)),
        other => {
            reading.rest(other);
            None
        }
    }
}

fn weight(statement: &Statement, words: &[Word], reading: &mut Reading) -> i64 {
    let Some((number, rest)) = words.split_first() else { return 0 };
    reading.rest(rest);
    let said = reading.number_of(number, statement, -254..=254);
    said.map_or(0, |said| said.value.clamp(-253, 253))
}
