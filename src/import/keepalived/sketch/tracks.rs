use super::floating::Floating;
use super::grounds::Grounds;
use super::page::Page;
use super::{lines, time};
use crate::import::keepalived::cluster::Cluster;
use crate::import::keepalived::configuration::{Instance, Script, Track, Watched};
use crate::import::keepalived::instance::OWNER;
use crate::import::keepalived::reading::brief;
use crate::import::page::quoted;
use std::fmt::Write as _;
use std::net::IpAddr;

/// What all directors of a virtual router track; where they differ, what the first one does.
pub fn write(router: &Floating<'_>, cluster: &Cluster<'_>, grounds: &mut Grounds, page: &mut Page) {
    let (director, common) = router.router.members[0];
    let members = &router.router.members;
    let differs = |part: &Instance| kinds(&part.tracks) != kinds(&common.tracks);
    if members.iter().any(|(_, part)| differs(part)) {
        let (name, router) = (&grounds.directors[director].name, brief(&common.name.value));
        grounds.notes.push(format!(
            "the directors of `{router}` differ in what they track: what `{name}` tracks holds for \
             all"
        ));
    }
    let owner = members.iter().any(|(_, part)| part.priority == OWNER);
    let mut found = Vec::new();
    for track in &common.tracks {
        match subject(track, (cluster, director), grounds) {
            Ok(subject) if track.weight == 0 || owner => found.push(subject),
            Ok(subject) => found.push(format!("{subject}, weight: {}", track.weight)),
            Err(note) => grounds.notes.push(note),
        }
    }
    if !found.is_empty() {
        page.line("      track:");
        found.iter().for_each(|track| page.line(format!("        - {{ {track} }}")));
    }
}

/// What is tracked, or why it is not.
fn subject(
    track: &Track,
    (cluster, director): (&Cluster<'_>, usize),
    grounds: &Grounds,
) -> Result<String, String> {
    match &track.subject.value {
        Watched::Script(script) => match stranger(script, grounds) {
            None => Ok(command(script)),
            Some(stranger) => Err(format!(
                "the tracked `{}` is left out, as it would always fail: no network of the lab has \
                 {stranger}",
                brief(&script.shell)
            )),
        },
        Watched::Interface(interface) => match grounds.behind(director, interface, None) {
            Some(network) => Ok(format!("network: {network}")),
            None => Err(format!(
                "keepalived's `track_interface` of `{}` at {} has no counterpart: no address tells \
                 its network",
                brief(interface),
                lines(cluster, director, &[track.subject.spot.line])
            )),
        },
    }
}

/// An address that a command names and no network of the lab has.
fn stranger(script: &Script, grounds: &Grounds) -> Option<IpAddr> {
    addresses(&script.shell).find(|address| grounds.network(*address).is_none())
}

/// The addresses of IPv4 that a command names.
fn addresses(shell: &str) -> impl Iterator<Item = IpAddr> {
    let words = shell.split(|c: char| !c.is_ascii_digit() && c != '.');
    words.filter_map(|word| word.parse().ok())
}

/// What is tracked, apart from what interfaces are called, which is each director's own.
fn kinds(tracks: &[Track]) -> Vec<(Option<&Script>, i64)> {
    let mut found: Vec<_> = tracks
        .iter()
        .map(|track| match &track.subject.value {
            Watched::Script(script) => (Some(script), track.weight),
            Watched::Interface(_) => (None, track.weight),
        })
        .collect();
    found.sort_by_key(|(script, weight)| (script.map(|script| script.shell.clone()), *weight));
    found
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
