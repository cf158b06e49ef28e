use super::block::{Statement, Word};
use super::configuration::{Script, Track, Watched};
use super::reading::{Reading, unescaped};
use crate::import::Said;
use indexmap::IndexMap;

/// A vrrp_script with its name.
pub fn script(block: &Statement, reading: &mut Reading) -> Option<(String, Script)> {
    let name = reading.argument(block)?.text().to_owned();
    let mut script = Script::default();
    for statement in block.body() {
        match statement.keyword() {
            "script" => script.shell = command(statement),
            "interval" => script.interval = reading.seconds(statement),
            "weight" => script.weight = weight(statement.arguments(), reading),
            "rise" => script.rise = count(statement, reading),
            "fall" => script.fall = count(statement, reading),
            _ => reading.lost(statement),
        }
    }
    if script.shell.is_empty() {
        reading.lacking(block, "has no `script`", "add the command that it runs");
        return None;
    }
    Some((name, script))
}

/// A command line: one text in quotes, or the words as they are.
pub fn command(statement: &Statement) -> String {
    let words: Vec<_> = statement.arguments().iter().map(|word| unescaped(word.text())).collect();
    words.join(" ")
}

fn count(statement: &Statement, reading: &mut Reading) -> Option<i64> {
    reading.number(statement, 1..=i64::from(i32::MAX)).map(|said| said.value)
}

/// The interfaces of a track_interface.
pub fn interfaces(block: &Statement, reading: &mut Reading) -> Vec<Track> {
    let track = |line: &Statement| {
        let subject = line.words.first()?.said.clone().map(Watched::Interface);
        let weight = weight_behind(line.arguments(), reading).unwrap_or(0);
        Some(Track { subject, weight })
    };
    block.body().iter().filter_map(track).collect()
}

/// The scripts of a track_script.
pub fn scripts(
    block: &Statement,
    known: &IndexMap<String, Script>,
    reading: &mut Reading,
) -> Vec<Track> {
    let mut tracks = Vec::new();
    for line in block.body() {
        let Some(script) = known.get(line.keyword()) else {
            let help = "add its `vrrp_script`, or take the line out";
            reading.lacking(line, "is no vrrp_script that could be read", help);
            continue;
        };
        let weight = weight_behind(line.arguments(), reading).unwrap_or(script.weight);
        let subject = Said { value: Watched::Script(script.clone()), spot: line.spot };
        tracks.push(Track { subject, weight });
    }
    tracks
}

/// `weight NUMBER`, and nothing else.
fn weight_behind(words: &[Word], reading: &mut Reading) -> Option<i64> {
    match words {
        [keyword, rest @ ..] if keyword.text() == "weight" => Some(weight(rest, reading)),
        other => {
            reading.rest(other);
            None
        }
    }
}

fn weight(words: &[Word], reading: &mut Reading) -> i64 {
    let Some((number, rest)) = words.split_first() else { return 0 };
    reading.rest(rest);
    reading.number_of(number, -253..=253).map_or(0, |said| said.value)
}
