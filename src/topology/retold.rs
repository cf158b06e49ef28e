//! What is found in a topology file that is made of configurations of keepalived, told of these.

use super::configuration::{Misread, at_spot, joined};
use super::rule::{self, Rule};
use crate::diag::{Diagnostic, Severity};
use crate::import::keepalived::{Cluster, Named, Origin, Sketch, named};
use crate::lab::Place;
use std::net::IpAddr;

/// The most lines that a message names besides its own.
const NAMED: usize = 4;

/// What keepalived.conf(5) calls a key of a topology file, as messages write it.
const KEYWORDS: &[(&str, &str)] = &[
    ("`advert_interval`", "`advert_int`"),
    ("`body`", "`regex`"),
    ("`connection_sync`", "`lvs_sync_daemon`"),
    ("`firewall_mark`", "`fwmark`"),
    ("`forwarding`", "`lb_kind`"),
    ("`health_check`", "a checker"),
    ("`high_availability`", "`vrrp_instance`"),
    ("`one_packet`", "`ops`"),
    ("`password`", "`auth_pass`"),
    ("`priorities`", "`priority`"),
    ("`real_servers`", "`real_server`"),
    ("`router_id`", "`virtual_router_id`"),
    ("`scheduler_flags: [fallback]`", "`sh-fallback` or `mh-fallback`"),
    ("`scheduler`", "`lb_algo`"),
    ("`vips`", "`virtual_ipaddress`"),
];

/// What mends a fault, where the topology's own help names what keepalived.conf has in other places.
const HELP: &[(Rule, &str)] = &[(
    rule::DISAGREEMENT,
    "write the same into both files, unless this is what the lab shows: directors of a virtual \
     router must agree (RFC 3768 and RFC 5798, section 7.1)",
)];

/// A finding, and where it stands in the configurations.
struct Found {
    diagnostic: Diagnostic,
    origin: Option<Origin>,
}

/// What is found in a sketch, at the words that it was made of and in keepalived's words. What is
/// guessed around a fault of the files only repeats it; and findings of one rule are one.
pub fn retold(cluster: &Cluster<'_>, sketch: &Sketch, found: Vec<Diagnostic>) -> Vec<Misread> {
    let located = found.into_iter().map(|diagnostic| {
        let place = diagnostic.position;
        let origin = place.and_then(|place| sketch.origin(place.line, place.column));
        Found { origin, diagnostic }
    });
    let mut all: Vec<_> = located.collect();
    if all.iter().any(|found| found.origin.is_some()) {
        all.retain(|found| found.origin.is_some());
    }
    all.sort_by_key(|found| found.origin.map(|origin| (origin.director, origin.spot.line)));
    let mut rules: Vec<Vec<Found>> = Vec::new();
    for found in all {
        let same = |known: &&mut Vec<Found>| known[0].diagnostic.code == found.diagnostic.code;
        match rules.iter_mut().find(same) {
            Some(known) => known.push(found),
            None => rules.push(vec![found]),
        }
    }
    joined(rules.iter().flat_map(|found| told(cluster, sketch, found)).collect())
}

/// Whether a finding is about words of a configuration.
pub fn is_said(sketch: &Sketch, found: &Diagnostic) -> bool {
    found.position.and_then(|place| sketch.origin(place.line, place.column)).is_some()
}

/// Findings of one rule as one, at the first one's place; errors are why no lab can be made.
fn told(cluster: &Cluster<'_>, sketch: &Sketch, found: &[Found]) -> Vec<Misread> {
    let Some((first, others)) = found.split_first() else { return Vec::new() };
    let Diagnostic { code, severity, message, help, .. } = &first.diagnostic;
    if *code == rule::VIP_COLLIDES.code {
        let clashes = clashes(cluster);
        if !clashes.is_empty() {
            return clashes;
        }
    }
    let message = in_its_words(sketch, message) + &likewise(cluster, first, others);
    let own = HELP.iter().find(|(rule, _)| rule.code == *code).map(|(_, help)| (*help).to_owned());
    let help = own.unwrap_or_else(|| in_its_words(sketch, help));
    let fault = match severity {
        Severity::Error => {
            let message = format!("no lab can have this: {message} ({code})");
            rule::NO_LAB.at(&Place::root(), message, help)
        }
        Severity::Warning => Diagnostic { message, help, ..first.diagnostic.clone() },
    };
    shown(cluster, first.origin, fault).into_iter().collect()
}

/// A diagnostic at its words; of what is guessed, about the first file.
fn shown(cluster: &Cluster<'_>, origin: Option<Origin>, fault: Diagnostic) -> Option<Misread> {
    let director = cluster.directors.get(origin.map_or(0, |origin| origin.director))?;
    let line = origin.map_or(0, |origin| origin.spot.line);
    let source = director.files.line(line)?.0.clone();
    let position = origin.and_then(|origin| at_spot(director, origin.spot));
    Some(Misread { source, faults: vec![fault.shown_at(position)] })
}

/// A message in which nodes, services and keys of the sketch are called as in the configurations.
fn in_its_words(sketch: &Sketch, message: &str) -> String {
    let names =
        sketch.names.iter().map(|(name, words)| (format!("`{name}`"), format!("`{words}`")));
    let keys = KEYWORDS.iter().map(|(key, word)| ((*key).to_owned(), (*word).to_owned()));
    let networks =
        sketch.networks.iter().map(|name| (format!("`{name}`"), "one network".to_owned()));
    let all = names.chain(keys).chain(networks);
    all.fold(message.to_owned(), |told, (name, words)| told.replace(&name, &words))
}

/// The lines of further findings, as in "; likewise lines 3, 7".
fn likewise(cluster: &Cluster<'_>, first: &Found, others: &[Found]) -> String {
    let own = first.origin.map(|origin| (origin.director, origin.spot.line));
    let mut lines: Vec<String> = Vec::new();
    for origin in others.iter().filter_map(|found| found.origin) {
        let line = line(cluster, origin, first.origin).map(|line| line.to_string());
        if Some((origin.director, origin.spot.line)) != own {
            lines.extend(line.filter(|line| !lines.contains(line)));
        }
    }
    match lines.len() {
        0 => String::new(),
        1 => format!("; likewise line {}", lines[0]),
        many if many > NAMED => format!("; likewise {many} more lines"),
        _ => format!("; likewise lines {}", lines.join(", ")),
    }
}

/// The line of words in their file, with the file if it is another one than that of `beside`.
fn line(cluster: &Cluster<'_>, origin: Origin, beside: Option<Origin>) -> Option<String> {
    let file =
        |origin: Origin| cluster.directors.get(origin.director)?.files.line(origin.spot.line);
    let (source, line) = file(origin)?;
    let same = beside.and_then(file).is_some_and(|(other, _)| other.name == source.name);
    Some(if same { line.to_string() } else { format!("{line} of {}", source.name) })
}

/// Addresses that are VIPs and a node's own too, each once: where it stands least often.
fn clashes(cluster: &Cluster<'_>) -> Vec<Misread> {
    let all: Vec<_> = everywhere(cluster).collect();
    let mut known: Vec<IpAddr> = Vec::new();
    let mut found = Vec::new();
    for (_, Named { address, .. }) in &all {
        let address = address.value;
        if known.contains(&address) {
            continue;
        }
        known.push(address);
        let same: Vec<_> = all.iter().filter(|(_, other)| other.address.value == address).collect();
        let (vips, owns): (Vec<&(Origin, Named)>, Vec<_>) =
            same.into_iter().partition(|(_, named)| named.role.is_vip());
        if let (Some(vip), Some(own)) = (vips.first().copied(), owns.first().copied()) {
            let is_vip_rarer = vips.len() < owns.len();
            let (here, there) = if is_vip_rarer { (vip, own) } else { (own, vip) };
            found.extend(both(cluster, address, here, there));
        }
    }
    found
}

fn both(
    cluster: &Cluster<'_>,
    address: IpAddr,
    (origin, here): &(Origin, Named),
    (other, there): &(Origin, Named),
) -> Option<Misread> {
    let (one, two) = (here.role.keyword(), there.role.keyword());
    let place = line(cluster, *other, Some(*origin))?;
    let message = format!(
        "no lab can have this: {address} is a `{one}` here and a `{two}` in line {place} ({})",
        rule::VIP_COLLIDES.code
    );
    let help = "choose a free address for one of them: both would answer ARP for it";
    shown(cluster, Some(*origin), rule::NO_LAB.at(&Place::root(), message, help))
}

/// The addresses of all directors.
fn everywhere<'c>(cluster: &'c Cluster<'_>) -> impl Iterator<Item = (Origin, Named)> + 'c {
    let all = cluster.directors.iter().enumerate();
    all.flat_map(|(director, own)| {
        named(own)
            .into_iter()
            .map(move |named| (Origin { director, spot: named.address.spot }, named))
    })
}

/// Addresses that no node of a lab can have, each once: what they lead to is not told.
pub fn impossible(
    cluster: &Cluster<'_>,
    why: impl Fn(IpAddr) -> Option<&'static str>,
) -> Vec<Misread> {
    let mut known: Vec<IpAddr> = Vec::new();
    let mut found = Vec::new();
    for (origin, named) in everywhere(cluster) {
        let address = named.address.value;
        let is_local = named.role.is_server() && address.is_loopback();
        let Some(what) = why(address).filter(|_| !is_local && !known.contains(&address)) else {
            continue;
        };
        known.push(address);
        let message =
            format!("no lab can have this: `{address}` is {what} ({})", rule::BAD_ADDRESS.code);
        let help = format!("write a unicast address for this `{}`", named.role.keyword());
        found.extend(shown(cluster, Some(origin), rule::NO_LAB.at(&Place::root(), message, help)));
    }
    joined(found)
}
