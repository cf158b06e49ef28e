use super::directors::Directors;
use crate::cli::verbs::ipvs;
use crate::engine::{self, Journal};
use crate::kernel::{Linux, Observed, Packet, Packets, StateChange, state_changes};
use crate::lab::{Lab, NodeName};
use crate::plan;
use crate::report::Evidence;
use crate::state::LabDir;
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

/// How many lines of something long are kept: its last ones.
const LINES: usize = 40;

/// What tells why a scenario did not pass: how the lab differs from its file, what was done to it,
/// and what its directors hold, remember and have written down. What cannot be read is said in its
/// place.
pub(super) async fn gather(directors: &Directors<'_>, kernel: &mut Linux) -> Vec<Evidence> {
    let mut found = vec![differences(directors.lab, kernel).await, journal(directors.dir)];
    for director in directors.names() {
        found.push(table(kernel, director).await);
        found.extend(connections(kernel, director));
        found.extend(states(directors, director));
        found.extend(logs(directors, director));
    }
    found
}

/// Settings, routes, addresses and entries that are not as the file says.
async fn differences(lab: &Lab, kernel: &mut Linux) -> Evidence {
    let text = match engine::verify(&plan::build(lab), kernel).await {
        Ok(drifts) if drifts.is_empty() => "nothing: the lab is as its file says".to_owned(),
        Ok(drifts) => last(&drifts.iter().map(ToString::to_string).collect::<Vec<_>>()),
        Err(error) => error.to_string(),
    };
    entry("what is not as the file says", text)
}

/// The connections that a director remembers; none where it has none.
fn connections(kernel: &mut Linux, director: &NodeName) -> Option<Evidence> {
    let text = match kernel.ipvs_connections(director) {
        Ok(connections) if connections.is_empty() => return None,
        Ok(connections) => {
            let first = connections.len().saturating_sub(LINES);
            ipvs::connections(&connections[first..])
        }
        Err(error) => error.to_string(),
    };
    Some(entry(format!("connections of {director}"), text))
}

/// The last packets of each node.
pub(super) fn packets(nodes: &[NodeName], packets: &Packets) -> Vec<Evidence> {
    let of = |director: &NodeName| {
        let line = |packet: Packet| format!("{} {}", time_of_day(packet.at), packet.text);
        let lines: Vec<_> = packets.last(director).into_iter().map(line).collect();
        let title = format!("last packets of {director}");
        (!lines.is_empty()).then(|| entry(title, lines.join("\n")))
    };
    nodes.iter().filter_map(of).collect()
}

pub(super) fn entry(title: impl Into<String>, text: impl Into<String>) -> Evidence {
    Evidence { title: title.into(), text: text.into() }
}

fn journal(dir: &LabDir) -> Evidence {
    let text = match Journal::read(dir) {
        Ok(acts) => last(&acts.iter().map(ToString::to_string).collect::<Vec<_>>()),
        Err(error) => error.to_string(),
    };
    entry("what was done to the lab last", text)
}

async fn table(kernel: &mut Linux, director: &NodeName) -> Evidence {
    let text = match kernel.ipvs_table(director).await {
        Ok(table) => ipvs::table(table),
        Err(error) => error.to_string(),
    };
    entry(format!("IPVS table of {director}"), text)
}

/// `eth0 up: 192.168.150.1/24, 192.168.150.100/32`.
pub(super) fn listed(observed: &Observed) -> Vec<String> {
    let line = |link: &crate::kernel::ObservedLink| {
        let held = observed.addresses.iter().filter(|held| held.interface == link.name);
        let held: Vec<_> = held.map(|held| held.address.to_string()).collect();
        let state = if link.up { "up" } else { "down" };
        format!("{} {state}: {}", link.name, held.join(", "))
    };
    observed.links.iter().map(line).collect()
}

fn states(directors: &Directors<'_>, director: &NodeName) -> Option<Evidence> {
    let changes = state_changes(&directors.daemons(director));
    let line = |change: &StateChange| {
        format!("{} {} {}", time_of_day(change.at), change.router, change.state)
    };
    let lines: Vec<_> = changes.iter().map(line).collect();
    let title = format!("VRRP states of {director}");
    (!lines.is_empty()).then(|| entry(title, last(&lines)))
}

/// The last lines of each daemon's log, by the daemons' names.
fn logs(directors: &Directors<'_>, director: &NodeName) -> Vec<Evidence> {
    let files = fs::read_dir(directors.daemons(director)).into_iter().flatten().flatten();
    let mut logs: Vec<_> = files
        .filter_map(|file| {
            let name = file.file_name().into_string().ok()?;
            let daemon = name.strip_suffix(".log")?;
            let text = fs::read(file.path()).ok()?;
            let lines: Vec<_> = String::from_utf8_lossy(&text).lines().map(str::to_owned).collect();
            let log = || entry(format!("log of {daemon} on {director}"), last(&lines));
            (!lines.is_empty()).then(log)
        })
        .collect();
    logs.sort_by(|a, b| a.title.cmp(&b.title));
    logs
}

/// `12:31:44.500926` (UTC), as the built-in daemons have it in their logs.
fn time_of_day(at: SystemTime) -> String {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (seconds, micros) = (since.as_secs() % 86_400, since.subsec_micros());
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}.{micros:06}", seconds % 60)
}

pub(super) fn last(lines: &[String]) -> String {
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
