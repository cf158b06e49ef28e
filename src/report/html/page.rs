use super::scenario::scenario;
use super::verdict::{badge, counted, time};
use crate::report::markup::escaped;
use crate::report::svg::topology;
use crate::report::{LabReport, Report};

/// How the page looks.
const STYLE: &str = include_str!("style.css");

/// A whole run as one HTML page (HTML Living Standard) that needs nothing but itself: the summary,
/// each lab, scenario, step and check, each timeline as a picture, and the evidence.
pub fn html(report: &Report) -> String {
    let labs: String = report.labs.iter().zip(1..).map(|(one, number)| lab(one, number)).collect();
    let (title, summary) = (counted(report.counts()), summary(report));
    let kicker = escaped(&format!("lvs-lab {} test, {}", report.version, report.begun));
    let unfinished = report.fault().map(|reason| fault(&reason)).unwrap_or_default();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body>\n<header>\n<p class=\"kicker\">{kicker}</p>\n\
         <h1>{title}</h1>\n</header>\n<main>\n{unfinished}{summary}{labs}</main>\n</body>\n</html>\n"
    )
}

fn summary(report: &Report) -> String {
    let rows: String = report.labs.iter().zip(1..).map(|(lab, number)| row(lab, number)).collect();
    format!(
        "<div class=\"wide\"><table class=\"summary\">\n<thead><tr><th>Lab</th><th>Verdict</th>\
         <th>Checks</th><th>Kernel</th><th class=\"figure\">Booted in</th>\
         <th class=\"figure\">Up in</th><th class=\"figure\">Took</th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

fn row(lab: &LabReport, number: usize) -> String {
    let up = if lab.up_micros == 0 { "never".to_owned() } else { time(lab.up_micros) };
    let booted = lab.boot_micros.map_or_else(|| "-".to_owned(), time);
    let figures = [("Booted in", booted), ("Up in", up), ("Took", time(lab.micros))];
    let figures = figures.iter().map(|(label, figure)| {
        format!("<td class=\"figure\" data-label=\"{label}\">{figure}</td>")
    });
    format!(
        "<tr><th scope=\"row\"><a href=\"#lab-{number}\">{}</a></th>\
         <td data-label=\"Verdict\">{}</td><td data-label=\"Checks\">{}</td>\
         <td data-label=\"Kernel\">{}</td>{}</tr>\n",
        escaped(&lab.topology),
        badge(lab.verdict()),
        counted(lab.counts()),
        escaped(&lab.kernel),
        figures.collect::<String>(),
    )
}

fn lab(lab: &LabReport, number: usize) -> String {
    let fault = lab.fault().map(fault).unwrap_or_default();
    let scenarios = lab.scenarios.iter().zip(1..);
    let scenarios: String =
        scenarios.map(|(one, place)| scenario(one, &format!("lab-{number}-{place}"))).collect();
    format!(
        "<section class=\"lab\" id=\"lab-{number}\">\n<h2>{}</h2>\n{}{}{fault}{scenarios}\
         </section>\n",
        escaped(&lab.topology),
        said(lab),
        wiring(lab),
    )
}

/// What the lab shows, where it ran, and whether it is still up.
fn said(lab: &LabReport) -> String {
    let kernel = (!lab.kernel.is_empty()).then(|| format!("on {}", lab.kernel));
    let kept = lab.kept.as_ref().map(|name| format!("stays up as {name}"));
    let words: Vec<_> = lab.summary.iter().cloned().chain(kernel).chain(kept).collect();
    match words.as_slice() {
        [] => String::new(),
        words => format!("<p class=\"said\">{}</p>\n", escaped(&words.join("; "))),
    }
}

/// The picture of the topology, and its text.
fn wiring(lab: &LabReport) -> String {
    let picture = match lab.sketch.nodes.as_slice() {
        [] => String::new(),
        _ => topology(&lab.sketch, &format!("The networks and nodes of {}", lab.topology)),
    };
    let text = match lab.source.as_str() {
        "" => String::new(),
        source => {
            let lines: Vec<_> = source.lines().map(escaped).collect();
            format!(
                "<details class=\"source\"><summary>The topology's text</summary>\n<pre>{}</pre>\
                 </details>\n",
                lines.join("\n")
            )
        }
    };
    picture + &text
}

/// Why something could not go on.
pub fn fault(reason: &str) -> String {
    format!("<p class=\"fault\">{}</p>\n", escaped(reason))
}
