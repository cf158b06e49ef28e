//! A topology file for a cluster of which nothing is known but its configuration: networks around
//! its addresses, one client beside the first VIP, and a router where replies must find their own
//! way.

mod addresses;
mod availability;
mod directors;
mod farm;
mod floating;
mod grounds;
mod overrides;
mod page;
mod scenarios;
mod services;
mod subnets;
mod timeouts;
mod together;
mod tracks;

pub use page::Origin;

use super::cluster::Cluster;
use super::configuration::{Configuration, Fate, Remark};
use super::named::service;
use super::reading::brief;
use crate::import::scalar;
use crate::lab::LabName;
use crate::text::moves_cursor;
use grounds::Grounds;
use page::{Line, Page};
use std::net::IpAddr;
use std::time::Duration;

/// A topology file, and where its lines come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    /// The text.
    pub text: String,
    /// What nodes and services of the text are in the configurations: a name, and the words that
    /// stand for it there.
    pub names: Vec<(String, String)>,
    /// What the networks are called, which is a guess.
    pub networks: Vec<String>,
    lines: Vec<Line>,
}

impl Sketch {
    /// The words of a configuration that a place comes from, line and column counted from 1; none
    /// of one that is guessed.
    pub fn origin(&self, line: usize, column: usize) -> Option<Origin> {
        self.lines.get(line.checked_sub(1)?)?.origin(column)
    }
}

/// The topology file of a cluster. Its head says what is guessed, and what becomes of words that
/// labs have nothing for.
pub fn sketch(name: &LabName, cluster: &Cluster<'_>) -> Sketch {
    let mut grounds = Grounds::of(cluster);
    let (mut availability, mut services) = (Page::default(), Page::default());
    availability::write(cluster, &mut grounds, &mut availability);
    services::write(cluster, &mut grounds, &mut services);
    grounds.notes.extend(timeouts::differing(cluster, &grounds));
    let mut page = Page::default();
    head(cluster, &grounds, &mut page);
    page.line(format!("\nname: {}", scalar(name.as_str())));
    grounds.nodes(cluster, &mut page);
    page.append(availability);
    timeouts::write(cluster, &mut page);
    page.append(services);
    scenarios::write(cluster, &grounds, &mut page);
    let names = names(cluster, &grounds);
    let networks = grounds.network_names();
    Sketch { text: page.text(), names, networks, lines: page.lines() }
}

/// The file of a director that calls itself nothing, if it is not another director's too.
fn file<'c>(cluster: &'c Cluster<'_>, director: usize) -> Option<&'c str> {
    let first = |own: &'c Configuration| own.files.names().next();
    let name = first(cluster.directors.get(director)?)?;
    let same = cluster.directors.iter().filter(|other| first(other) == Some(name));
    if same.count() == 1 { name.get(common_folder(cluster)..) } else { None }
}

/// The directors that are called after their number, and their files.
fn numbered(cluster: &Cluster<'_>, grounds: &Grounds) -> Vec<(String, String)> {
    if cluster.directors.len() < 2 {
        return Vec::new();
    }
    let file = |(number, director): (usize, &directors::Director)| {
        let is_plain = director.name == format!("director{}", number + 1);
        let file = file(cluster, number).filter(|_| is_plain)?;
        Some((director.name.clone(), brief(file)))
    };
    grounds.directors.iter().enumerate().filter_map(file).collect()
}

/// What servers, services and directors are called in the configurations.
fn names(cluster: &Cluster<'_>, grounds: &Grounds) -> Vec<(String, String)> {
    let real = |address: &IpAddr| {
        let mut all = cluster.services.iter().flat_map(|shared| &shared.server.service.servers);
        all.any(|server| server.address.value == *address)
    };
    let servers = grounds.servers.iter().map(|((address, _), node)| {
        let keyword = if real(address) { "real_server" } else { "sorry_server" };
        (node.name.clone(), format!("{keyword} {address}"))
    });
    let keys = cluster.services.iter().map(|shared| shared.server.service.key);
    let services = services::table(cluster).names().into_iter().zip(keys);
    let services = services.map(|(name, key)| (name, service(key)));
    servers.chain(services).chain(numbered(cluster, grounds)).collect()
}

fn head(cluster: &Cluster<'_>, grounds: &Grounds, page: &mut Page) {
    let router = if grounds.is_routed() { ", the router" } else { "" };
    page.line(format!(
        "# Made from keepalived.conf: the networks, the client{router} and the directors' own\n\
         # addresses are guesses, the rest is what keepalived is told."
    ));
    let mut told = grounds.notes.clone();
    told.extend(remarks(cluster));
    told.extend(aside(cluster));
    if !told.is_empty() {
        page.line("#");
    }
    told.iter().for_each(|line| page.line(format!("# - {}", plain_line(line))));
}

/// The remarks of all directors, what several of them say in one line.
fn remarks(cluster: &Cluster<'_>) -> Vec<String> {
    let mut found: Vec<(&Remark, Vec<String>)> = Vec::new();
    for (director, configuration) in cluster.directors.iter().enumerate() {
        let own = configuration.remarks.iter().filter(|remark| remark.fate != Fate::Aside);
        for remark in own {
            let place = lines(cluster, director, &remark.lines);
            let same = |(known, _): &(&Remark, _)| {
                (&known.words, &known.fate) == (&remark.words, &remark.fate)
            };
            match found.iter().position(same) {
                Some(known) if !found[known].1.contains(&place) => found[known].1.push(place),
                Some(_) => {}
                None => found.push((remark, vec![place])),
            }
        }
    }
    found.into_iter().map(|(remark, places)| self::told(remark, &places.join(", "))).collect()
}

/// A remark, as in "keepalived's `smtp_alert` at line 12 has no counterpart".
fn told(remark: &Remark, place: &str) -> String {
    let words = &remark.words;
    match &remark.fate {
        Fate::Lost | Fate::Aside => format!("keepalived's `{words}` at {place} has no counterpart"),
        Fate::Replaced(instead) => {
            format!("keepalived's `{words}` at {place} has no counterpart: {instead}")
        }
        Fate::Taken(how) => format!("`{words}` at {place}: {how}"),
    }
}

/// What tells people and programs of changes, in one line.
fn aside(cluster: &Cluster<'_>) -> Option<String> {
    let mut places = Vec::new();
    for (director, configuration) in cluster.directors.iter().enumerate() {
        let aside = configuration.remarks.iter().filter(|remark| remark.fate == Fate::Aside);
        let mut all: Vec<_> = aside.flat_map(|remark| remark.lines.iter().copied()).collect();
        all.sort_unstable();
        all.dedup();
        let place = lines(cluster, director, &all);
        if !all.is_empty() && !places.contains(&place) {
            places.push(place);
        }
    }
    let places = places.join(", ");
    (!places.is_empty())
        .then(|| format!("mail, notify scripts and logs have no counterpart: {places}"))
}

/// Lines of a director's files for a person, as in "lines 3, 7 of node01.conf".
fn lines(cluster: &Cluster<'_>, director: usize, lines: &[usize]) -> String {
    let Some(configuration) = cluster.directors.get(director) else { return String::new() };
    let files = &configuration.files;
    let several = cluster.directors.len() > 1 || !files.is_single();
    let folder = common_folder(cluster);
    let mut named: Vec<(&str, Vec<String>)> = Vec::new();
    for (source, line) in lines.iter().filter_map(|line| files.line(*line)) {
        match named.last_mut() {
            Some((name, lines)) if *name == source.name => lines.push(line.to_string()),
            _ => named.push((&source.name, vec![line.to_string()])),
        }
    }
    let part = |(name, lines): (&str, Vec<String>)| {
        let plural = if lines.len() == 1 { "line" } else { "lines" };
        let of = if several { format!(" of {}", brief(&name[folder..])) } else { String::new() };
        format!("{plural} {}{of}", lines.join(", "))
    };
    named.into_iter().map(part).collect::<Vec<_>>().join(", ")
}

/// The length of the path that all files have in common.
fn common_folder(cluster: &Cluster<'_>) -> usize {
    let names: Vec<_> = cluster.directors.iter().flat_map(|own| own.files.names()).collect();
    let Some(first) = names.first() else { return 0 };
    let folders = first.match_indices('/').map(|(place, _)| place + 1);
    let mut common =
        folders.filter(|end| names.iter().all(|name| name.starts_with(&first[..*end])));
    common.next_back().unwrap_or(0)
}

/// A time as files say it, not finer than a millisecond.
fn time(time: Duration) -> String {
    match time.subsec_nanos() {
        0 if !time.is_zero() => format!("{}s", time.as_secs()),
        _ => format!("{}ms", time.as_micros().div_ceil(1000).max(1)),
    }
}

/// A whole note, which is one line of a comment.
fn plain_line(note: &str) -> String {
    note.chars().filter(|c| !moves_cursor(*c)).collect()
}
