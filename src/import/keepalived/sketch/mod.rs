//! A topology file for a cluster of which nothing is known but its configuration: a network of 24
//! bits (in IPv6 64) for each address, one client beside the first VIP, and a router where replies
//! must find their own way.

mod availability;
mod grounds;
mod scenarios;
mod services;

use super::cluster::Cluster;
use super::configuration::Remark;
use crate::lab::LabName;
use grounds::Grounds;
use std::fmt::Write as _;
use std::time::Duration;

/// The topology file of a cluster, and what it goes without, a line each.
pub fn sketch(name: &LabName, cluster: &Cluster<'_>) -> String {
    let mut grounds = Grounds::of(cluster);
    let availability = availability::text(cluster, &mut grounds);
    let services = services::text(cluster, &mut grounds);
    let nodes = grounds.nodes();
    let scenarios = scenarios::text(cluster, &grounds);
    let head = head(cluster, &grounds);
    format!("{head}\nname: {name}\n{nodes}{availability}{services}{scenarios}")
}

fn head(cluster: &Cluster<'_>, grounds: &Grounds) -> String {
    let router = if grounds.is_routed() { ", the router" } else { "" };
    let mut text = format!(
        "# Made from keepalived.conf: the networks, the client{router} and the directors' own\n\
         # addresses are guesses, the rest is what keepalived is told.\n"
    );
    let several = cluster.directors.len() > 1;
    let remarks = cluster.directors.iter().flat_map(|director| {
        let file = several.then_some(director.file.as_str());
        director.remarks.iter().map(move |remark| told(remark, file))
    });
    let lines: Vec<_> = grounds.notes.iter().cloned().chain(remarks).collect();
    if !lines.is_empty() {
        text += "#\n";
    }
    for line in lines {
        let _ = writeln!(text, "# - {line}");
    }
    text
}

/// What has no counterpart, as in "keepalived's `smtp_alert` at line 12 has no counterpart".
fn told(remark: &Remark, file: Option<&str>) -> String {
    let lines: Vec<_> = remark.lines.iter().map(usize::to_string).collect();
    let plural = if lines.len() == 1 { "line" } else { "lines" };
    let of = file.map(|file| format!(" of {file}")).unwrap_or_default();
    let instead = remark.instead.map(|instead| format!(": {instead}")).unwrap_or_default();
    let (words, lines) = (&remark.words, lines.join(", "));
    format!("keepalived's `{words}` at {plural} {lines}{of} has no counterpart{instead}")
}

/// A time as files say it, not finer than a millisecond.
fn time(time: Duration) -> String {
    match time.subsec_nanos() {
        0 if !time.is_zero() => format!("{}s", time.as_secs()),
        _ => format!("{}ms", time.as_micros().div_ceil(1000).max(1)),
    }
}

/// A text in quotes.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}
