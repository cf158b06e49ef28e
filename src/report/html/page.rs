use super::scenario::scenario;
use super::verdict::{badge, counted, time};
use crate::report::markup::escaped;
use crate::report::{LabReport, Report};

/// How the page looks.
const STYLE: &str = include_str!("style.css");

/// A whole run as one HTML page (HTML Living Standard) that needs nothing but itself: the summary,
/// each lab, scenario, step and check, each timeline as a picture, and the evidence.
pub fn html(report: &Report) -> String {
    let labs: String = report.labs.iter().zip(1..).map(|(one, number)| lab(one, number)).collect();
    let (title, summary) = (counted(report.counts()), summary(report));
    let unfinished = report.fault().map(|reason| fault(&reason)).unwrap_or_default();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body>\n<header>\n<p class=\"kicker\">lvs-lab test</p>\n\
         <h1>{title}</h1>\n</header>\n<main>\n{unfinished}{summary}{labs}</main>\n</body>\n</html>\n"
    )
}

fn summary(report: &Report) -> String {
    let rows: String = report.labs.iter().zip(1..).map(|(lab, number)| row(lab, number)).collect();
    format!(
        "<div class=\"wide\"><table class=\"summary\">\n<thead><tr><th>Lab</th><th>Verdict</th>\
         <th>Checks</th><th>Kernel</th><th class=\"figure\">Up in</th>\
         <th class=\"figure\">Took</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

fn row(lab: &LabReport, number: usize) -> String {
    let up = if lab.up_micros == 0 { "never".to_owned() } else { time(lab.up_micros) };
    format!(
        "<tr><th scope=\"row\"><a href=\"#lab-{number}\">{}</a></th><td>{}</td><td>{}</td>\
         <td>{}</td><td class=\"figure\">{}</td><td class=\"figure\">{}</td></tr>\n",
        escaped(&lab.topology),
        badge(lab.verdict()),
        counted(lab.counts()),
        escaped(&lab.kernel),
        up,
        time(lab.micros),
    )
}

fn lab(lab: &LabReport, number: usize) -> String {
    let fault = lab.fault().map(fault).unwrap_or_default();
    let scenarios = lab.scenarios.iter().zip(1..);
    let scenarios: String =
        scenarios.map(|(one, place)| scenario(one, &format!("lab-{number}-{place}"))).collect();
    format!(
        "<section class=\"lab\" id=\"lab-{number}\">\n<h2>{}</h2>\n{fault}{scenarios}</section>\n",
        escaped(&lab.topology),
    )
}

/// Why something could not go on.
pub fn fault(reason: &str) -> String {
    format!("<p class=\"fault\">{}</p>\n", escaped(reason))
}
