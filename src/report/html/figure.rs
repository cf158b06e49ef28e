use super::verdict::time;
use crate::report::markup::escaped;
use crate::report::svg::svg;
use crate::report::timeline::{Totals, precise};
use crate::report::{Incident, Timeline};

/// A timeline: its picture, its totals, and what the numbers in the picture stand for.
pub fn figure(timeline: &Timeline, id: &str, scenario: &str) -> String {
    let totals = Totals::of(timeline);
    let title = format!(
        "Timeline of {scenario}: {} requests, {} lost, {} incidents",
        totals.requests,
        totals.lost,
        timeline.incidents.len()
    );
    format!(
        "<figure class=\"timeline\">\n{}<div class=\"wide\">{}</div>\n{KEY}{}</figure>\n",
        numbers(&totals),
        svg(timeline, id, &title),
        legend(&timeline.incidents),
    )
}

/// What the shapes mean.
const KEY: &str = "<ul class=\"key\"><li><svg viewBox=\"0 0 12 12\"><path class=\"good\" \
d=\"M1 1h10v10h-10z\"/></svg>good answer</li><li><svg viewBox=\"0 0 12 12\"><path class=\"crosses\" \
d=\"M2 2l8 8m-8 0l8 -8\"/></svg>lost request</li><li><svg viewBox=\"0 0 12 12\"><path \
class=\"span\" d=\"M0 0h12v12h-12z\"/></svg>requests were lost</li><li><svg viewBox=\"0 0 12 12\">\
<path class=\"incident\" d=\"M6 0v12\"/></svg>incident</li></ul>\n";

fn numbers(totals: &Totals) -> String {
    if totals.requests == 0 {
        return String::new();
    }
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
