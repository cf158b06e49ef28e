use super::key::key;
use super::verdict::time;
use crate::report::markup::escaped;
use crate::report::svg::svg;
use crate::report::timeline::{Totals, precise};
use crate::report::{Incident, Timeline};

/// A timeline: its totals, its picture, and what the numbers in the picture stand for.
pub fn figure(timeline: &Timeline, id: &str, scenario: &str) -> String {
    let load =
        if timeline.requests.is_empty() { String::new() } else { load(timeline, id, scenario) };
    let incidents = legend(&timeline.incidents);
    format!("<figure class=\"timeline\">\n{load}{incidents}</figure>\n")
}

fn load(timeline: &Timeline, id: &str, scenario: &str) -> String {
    let totals = Totals::of(timeline);
    let Totals { requests, lost, .. } = totals;
    let incidents = timeline.incidents.len();
    let title = format!(
        "Timeline of {scenario}: {requests} requests, {lost} of them lost; {incidents} incidents"
    );
    let (numbers, picture) = (numbers(&totals), svg(timeline, id, &title));
    format!("{numbers}<div class=\"wide\">{picture}</div>\n{}", key())
}

fn numbers(totals: &Totals) -> String {
    let one = |name: &str, value: &str| format!("<div><dt>{name}</dt><dd>{value}</dd></div>\n");
    let by = |counts: &[(String, usize)]| {
        let words = counts.iter().map(|(who, count)| format!("{} <b>{count}</b>", escaped(who)));
        words.collect::<Vec<_>>().join(", ")
    };
    let mut parts = one("requests", &totals.requests.to_string());
    parts += &one("good", &totals.good.to_string());
    parts += &one("lost", &totals.lost.to_string());
    parts += &one("longest gap", &time(totals.longest_gap));
    for (name, counts) in [("answered by", &totals.answered), ("lost to", &totals.reasons)] {
        if !counts.is_empty() {
            let words = by(counts);
            parts += &format!("<div class=\"by\"><dt>{name}</dt><dd>{words}</dd></div>\n");
        }
    }
    format!("<dl class=\"totals\">\n{parts}</dl>\n")
}

fn legend(incidents: &[Incident]) -> String {
    let row = |incident: &Incident| {
        let (at, kind) = (precise(incident.at_micros), incident.kind);
        let text = escaped(&incident.text);
        format!(
            "<li><span class=\"when\">{at}</span> <span class=\"kind\">{kind}</span> \
             <span>{text}</span></li>\n"
        )
    };
    let rows: String = incidents.iter().map(row).collect();
    if rows.is_empty() { rows } else { format!("<ol class=\"incidents\">\n{rows}</ol>\n") }
}
