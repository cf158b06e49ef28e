//! A sound keepalived.conf in which one value at a time is another one: what comes of it is told
//! once, at that value's line, or there is nothing to tell and the lab checks clean.

use lvs_lab::diag::Diagnostic;
use lvs_lab::import::keepalived::Anywhere;
use lvs_lab::lab::Source;
use lvs_lab::topology::{self, Misread};

/// A configuration with a value of each kind.
const WHOLE: &str = include_str!("mutated.conf");

/// Addresses that no node can have, that are taken, or that are none.
const ADDRESSES: &[&str] = &[
    "224.0.0.18",
    "127.0.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "240.0.0.1",
    "0.1.2.3",
    "192.168.10.256",
    "192.168.10",
    "www",
    "10.0.0.1:80",
    "ff02::1",
    "",
];

/// Numbers out of every range, and what is no number.
const NUMBERS: &[&str] =
    &["abc", "-1", "0", "70000", "99999999999999999999", "1.5", "1e3", "0x50", "\"", ""];

/// Words that keepalived does not know.
const WORDS: &[&str] = &["foo", ""];

/// Where what is told is not at the value: what is guessed around it is odd then.
const ELSEWHERE: &[(&str, &str)] = &[("192.168.20.23", "127.0.0.1"), ("\"/bin/true\"", "")];

fn values(word: &str) -> Vec<String> {
    let own = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    let host = word.split('/').next().unwrap_or_default();
    if word.starts_with("255.") {
        own(&["255.0.255.0", "256.0.0.0", "24", "abc"])
    } else if host.parse::<std::net::IpAddr>().is_ok() {
        let end = &word[host.len()..];
        let usable = ADDRESSES.iter().filter(|value| end.is_empty() || !value.is_empty());
        usable.map(|value| format!("{value}{end}")).collect()
    } else if word.parse::<i64>().is_ok() {
        own(NUMBERS)
    } else {
        own(WORDS)
    }
}

/// The words of a line that are values: all behind the first one, or an address that begins it.
fn words(line: &str) -> Vec<&str> {
    let all: Vec<_> = line.split_whitespace().collect();
    let begins = line.trim_start().starts_with(|c: char| c.is_ascii_digit());
    let values = if begins { &all[..1] } else { all.get(1..).unwrap_or_default() };
    values.iter().copied().filter(|word| !["{", "}"].contains(word)).collect()
}

/// The configuration with a word of a line in another way.
fn mutated(number: usize, word: &str, value: &str) -> String {
    let lines = WHOLE.lines().enumerate().map(|(line, text)| match line == number {
        true => format!("{}\n", replaced_last(text, word, value)),
        false => format!("{text}\n"),
    });
    lines.collect()
}

/// Words are told apart from keywords that contain them by standing last.
fn replaced_last(text: &str, word: &str, value: &str) -> String {
    let at = text.rfind(word).unwrap();
    format!("{}{value}{}", &text[..at], &text[at + word.len()..])
}

fn told(text: &str) -> Vec<Diagnostic> {
    let source = Source { name: "keepalived.conf".to_owned(), text: text.to_owned() };
    let name = "lab".parse().unwrap();
    let flat = |misread: Vec<Misread>| misread.into_iter().flat_map(|misread| misread.faults);
    match topology::sketch(&name, &[source], &Anywhere, &[]) {
        Err(misread) => flat(misread).collect(),
        Ok(made) => {
            let warnings = topology::load(&made.topology).unwrap().warnings;
            // What keepalived goes without, only the configuration has.
            let is_lacking = made.found.iter().any(|misread| {
                misread.faults.iter().any(|fault| ["L063", "L095"].contains(&fault.code.0))
            });
            assert!(made.found.is_empty() == warnings.is_empty() || is_lacking, "{text}");
            flat(made.found).collect()
        }
    }
}

/// What is wrong with the telling of one value, if something is.
fn judged(line: usize, found: &[Diagnostic]) -> Option<&'static str> {
    let own = ["`rs1`", "`rs2`", "`rs3`", "`rs4`", "`vips`", "`health_check`", "`real_servers`"];
    match found {
        [] => None,
        [one] if one.position.map(|at| at.line) != Some(line + 1) => Some("another line"),
        [one] if own.iter().any(|word| one.message.contains(word)) => Some("words of labs"),
        [_] => None,
        // What keepalived goes without, and what comes of it.
        [one, _] if one.code.0 == "L063" => None,
        [_, _, ..] => Some("told more than once"),
    }
}

#[test]
fn the_configuration_itself_is_sound() {
    assert_eq!(told(WHOLE), []);
}

#[test]
fn each_value_that_is_wrong_is_told_once_at_its_own_line() {
    let (mut tried, mut wrong) = (0, String::new());
    for (number, line) in WHOLE.lines().enumerate().skip(1) {
        for word in words(line) {
            for value in values(word) {
                if ELSEWHERE.contains(&(word, &value)) {
                    continue;
                }
                tried += 1;
                let found = told(&mutated(number, word, &value));
                if let Some(why) = judged(number, &found) {
                    let told: Vec<_> = found.iter().map(|found| &found.message).collect();
                    wrong +=
                        &format!("line {} `{word}` as `{value}`, {why}: {told:#?}\n", number + 1);
                }
            }
        }
    }
    assert!(tried > 400, "{tried}");
    assert!(wrong.is_empty(), "{wrong}");
}
