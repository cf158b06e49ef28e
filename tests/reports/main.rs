//! Fixed reports in every format.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod failover;

use lvs_lab::report::{
    Answers, Check, Event, LabReport, Outcome, Report, RunState, ScenarioReport, Sketch,
    SketchNode, StepReport, Text, html, json, junit, tap,
};
use lvs_lab::text::{Colour, Letters, Style};
use std::str::FromStr;

fn check(name: &str, outcome: Outcome, position: &str) -> Check {
    let (name, position) = (name.to_owned(), position.to_owned());
    Check { name, outcome, samples: 100, waited_micros: 61_250, position }
}

fn passed() -> Check {
    let outcome = Outcome::measured(true, "rs1 50, rs2 50", "rs1 50, rs2 50");
    check("distribution", outcome, "nat.yaml:31:23")
}

fn failed() -> Check {
    let outcome = Outcome::measured(
        false,
        "rr: … rs2 rs1 rs2 rs1 rs2 rs1 rs2 …",
        "request 7: expected rs2, rs1 answered (… rs2 rs1 rs2 rs1 rs1 rs2 rs1 …)",
    );
    check("distribution", outcome, "topologies/high-availability.yaml:31:23")
}

fn errored() -> Check {
    let outcome = Outcome::unmeasured("status 200 in every answer", "there was no answer");
    check("status", outcome, "nat.yaml:40:19")
}

fn hostile() -> Check {
    let output = "\u{1b}[2J<b>&\"bold\"</b>\r\n]]>\u{0} \u{202e}txt.exe";
    let outcome = Outcome::measured(false, "`up` in the standard output", output);
    Check { samples: 1, ..check("output", outcome, "nat.yaml:44:9") }
}

fn requests(checks: Vec<Check>) -> StepReport {
    let count = |name: &str, count| (name.to_owned(), count);
    StepReport {
        title: "100 requests from client to web".to_owned(),
        answers: Some(Answers {
            by_backend: vec![count("rs1", 49), count("rs2", 50)],
            failures: vec![count("connection refused", 1)],
        }),
        checks,
        earlier: Vec::new(),
        micros: 61_250,
    }
}

fn command(checks: Vec<Check>) -> StepReport {
    let title = "run `ip -brief address` on director".to_owned();
    StepReport { title, answers: None, checks, earlier: Vec::new(), micros: 4_100 }
}

fn scenario(name: &str, steps: Vec<StepReport>) -> ScenarioReport {
    let name = name.to_owned();
    ScenarioReport { name, steps, micros: 80_000, ..ScenarioReport::default() }
}

fn sketch() -> Sketch {
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let node = |name: &str, role: &str, addresses| SketchNode {
        name: name.to_owned(),
        role: role.to_owned(),
        addresses,
    };
    let (outside, inside) = (pair("outside", "10.1.0.1"), pair("inside", "10.2.0.1"));
    Sketch {
        networks: vec![pair("outside", "10.1.0.0/24"), pair("inside", "10.2.0.0/24")],
        nodes: vec![
            node("client", "client", vec![pair("outside", "10.1.0.9")]),
            node("director", "director", vec![outside, inside]),
        ],
    }
}

fn lab(topology: &str, scenarios: Vec<ScenarioReport>) -> LabReport {
    LabReport {
        topology: topology.to_owned(),
        kernel: "uml 6.1.176".to_owned(),
        scenarios,
        summary: Some("What <script> is for".to_owned()),
        source: "name: nat # <b>\nnetworks: {}\n".to_owned(),
        sketch: sketch(),
        boot_micros: Some(1_100_000),
        up_micros: 210_000,
        micros: 640_000,
        ..LabReport::default()
    }
}

fn run(labs: Vec<LabReport>) -> Report {
    let (version, begun) = ("0.1.0".to_owned(), "2026-11-30T08:29:14Z".to_owned());
    Report { version, begun, state: RunState::Finished, labs }
}

fn report() -> Report {
    let retried = StepReport {
        earlier: vec![vec![failed()], vec![failed()]],
        ..requests(vec![passed(), errored()])
    };
    let stopped = ScenarioReport {
        error: Some(
            "nat.yaml:52:7: 10 requests from client to web: client sockets cannot be opened"
                .to_owned(),
        ),
        ..scenario("failover", vec![requests(vec![passed()])])
    };
    let unbuilt = LabReport {
        error: Some("cannot add address 10.0.0.1/24 to eth0 in node `client`: EEXIST".to_owned()),
        up_micros: 0,
        ..lab("dr", Vec::new())
    };
    let good = lab("nat", vec![scenario("round-robin", vec![requests(vec![passed()])])]);
    let mixed = vec![
        scenario("predicted", vec![requests(vec![failed(), passed()]), retried]),
        scenario("commands", vec![command(vec![hostile()])]),
        stopped,
    ];
    let unchecked = lab("tun", vec![scenario("look", vec![command(Vec::new())])]);
    run(vec![good, lab("./labs/mixed.yaml", mixed), unbuilt, unchecked])
}

fn parsed<T: FromStr>(name: &str) -> T {
    name.parse().unwrap_or_else(|_| panic!("`{name}` is a name"))
}

fn scenario_events(scenario: &ScenarioReport) -> Vec<Event> {
    let summary = "Requests are shared out in turn, whatever the servers have to do".to_owned();
    let name = parsed(&scenario.name);
    let mut events = vec![Event::ScenarioStarted { scenario: name, summary: Some(summary) }];
    events.extend(scenario.steps.iter().map(|s| Event::StepFinished { step: s.clone() }));
    events.push(Event::ScenarioFinished { scenario: scenario.clone() });
    events
}

fn lab_events(lab: &LabReport) -> Vec<Event> {
    let (topology, kernel) = (lab.topology.clone(), lab.kernel.clone());
    let name = || parsed("lab");
    let mut events = vec![Event::LabStarted { topology, kernel }];
    events.extend(lab.boot_micros.map(|micros| Event::Booted { micros }));
    events.push(Event::Building { lab: name(), operations: 42 });
    match &lab.error {
        None => events.push(Event::Up { lab: name(), micros: lab.up_micros }),
        Some(message) => events.push(Event::Failed {
            message: message.clone(),
            undone: "13 operations".to_owned(),
            left: vec!["namespace `dr-client` is busy".to_owned()],
        }),
    }
    events.extend(lab.scenarios.iter().flat_map(scenario_events));
    events.push(Event::LabFinished { report: lab.clone() });
    events
}

fn told(style: Style) -> String {
    told_of(&report(), style)
}

fn told_of(report: &Report, style: Style) -> String {
    let mut text = Text::new(style);
    let note = "kernel: uml, as the running one has no ip_vs (`lvs-lab doctor` says more)";
    let mut told = text.event(&Event::Note { text: note.to_owned() });
    for event in report.labs.iter().flat_map(lab_events) {
        told.push_str(&text.event(&event));
    }
    told + &Text::summary(report)
}

#[test]
fn text_fits_sixty_columns() {
    let told = told(Style { width: Some(60), ..Style::default() });
    let too_long = told.lines().find(|line| line.chars().count() > 60);
    assert_eq!(too_long, None);
    insta::assert_snapshot!(told);
}

#[test]
fn text_in_colour_uses_the_width_that_there_is() {
    insta::assert_snapshot!(told(Style {
        colour: Colour::Ansi,
        width: Some(120),
        ..Style::default()
    }));
}

#[test]
fn a_failover_is_drawn() {
    let report = failover::report(failover::timeline(200, 5));
    let told = told_of(&report, Style { width: Some(80), ..Style::default() });
    let too_long = told.lines().find(|line| line.chars().count() > 80);
    assert_eq!(too_long, None);
    insta::assert_snapshot!(told);
}

#[test]
fn a_failover_is_drawn_in_ascii_on_a_narrow_terminal() {
    let report = failover::report(failover::timeline(10_000, 50));
    let style = Style { width: Some(50), letters: Letters::Ascii, ..Style::default() };
    insta::assert_snapshot!(told_of(&report, style));
}

#[test]
fn colours_are_all_that_colour_adds() {
    let style = |colour| Style { colour, width: Some(80), ..Style::default() };
    let failover = failover::report(failover::timeline(200, 5));
    let told = |style| told(style) + &told_of(&failover, style);
    let mut plain = told(style(Colour::Ansi));
    for code in ["0", "1", "2", "31", "32", "33"] {
        plain = plain.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert_eq!(plain, told(style(Colour::Plain)));
}

#[test]
fn no_format_lets_control_characters_through() {
    let text = told(Style { width: Some(80), ..Style::default() });
    let (report, failover) = (report(), failover::report(failover::timeline(50, 5)));
    let files = |r| [json(r).unwrap(), junit(r).unwrap(), tap(r), html(r)];
    let formats = [vec![text], files(&report).into(), files(&failover).into()].concat();
    for format in formats {
        let control = format.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(control, None);
    }
}

#[test]
fn an_up_of_a_running_lab_says_what_it_did() {
    let mut text = Text::new(Style { width: Some(60), ..Style::default() });
    let events = [
        Event::Unchanged { lab: "nat".parse().unwrap(), left_alone: Vec::new() },
        Event::Repaired {
            what: vec!["rs1: the address 10.0.0.1/24 was missing".to_owned()],
            left_alone: vec!["rs1: address 10.9.9.9/32 on lo is not in the file".to_owned()],
        },
        Event::Changed {
            what: vec!["director: weight of rs2 from 1 to 3".to_owned()],
            left_alone: Vec::new(),
        },
    ];
    let told: String = events.iter().map(|event| text.event(event)).collect();
    insta::assert_snapshot!(told, @r"
    nat is up
    repaired rs1: the address 10.0.0.1/24 was missing
    left     rs1: address 10.9.9.9/32 on lo is not in the file
    changed  director: weight of rs2 from 1 to 3
    ");
}

#[test]
fn json_has_every_verdict() {
    insta::assert_snapshot!(json(&report()).unwrap());
}

#[test]
fn junit_tells_failures_from_errors() {
    insta::assert_snapshot!(junit(&report()).unwrap());
}

#[test]
fn tap_has_a_line_for_every_check() {
    insta::assert_snapshot!(tap(&report()));
}

#[test]
fn json_and_junit_have_the_evidence() {
    let report = failover::report(failover::timeline(4, 5));
    insta::assert_snapshot!(json(&report).unwrap() + &junit(&report).unwrap());
}

#[test]
fn html_is_one_page() {
    insta::assert_snapshot!(html(&failover::report(failover::timeline(100, 5))));
}

/// Everything that a page may hold, well-formed as XML too, so that a real parser can say so.
#[test]
fn html_is_well_formed_and_closes_what_it_opens() {
    let mut whole = report();
    whole.labs.extend(failover::report(failover::timeline(10_000, 50)).labs);
    let page = html(&whole);
    assert!(page.len() < 200_000, "{} bytes", page.len());
    for foreign in ["http://", "https://", "<script", "@import", "url(h"] {
        let page = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!page.contains(foreign), "the page has `{foreign}`");
    }
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("report.html");
    std::fs::write(&path, page).unwrap();
    let parse = "import sys, xml.etree.ElementTree as tree\n\
                 root = tree.parse(sys.argv[1]).getroot()\n\
                 print(len(root.findall('.//{http://www.w3.org/2000/svg}title')))";
    let said = std::process::Command::new("python3").args(["-c", parse]).arg(&path).output();
    let said = said.unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    assert_eq!(String::from_utf8_lossy(&said.stdout), "1\n");
}

#[test]
fn a_page_tells_what_was_tested_and_draws_it() {
    let page = html(&report());
    for told in [
        "lvs-lab 0.1.0 test, 2026-11-30T08:29:14Z",
        "What &lt;script&gt; is for; on uml 6.1.176",
        "name: nat # &lt;b&gt;",
        "aria-label=\"The networks and nodes of nat\"",
        "<path class=\"cable\" d=\"M132 107H282\"/>",
        ">10.2.0.1</text>",
        ">1.1 s</td>",
    ] {
        assert!(page.contains(told), "no `{told}`");
    }
}

#[test]
fn every_cell_of_a_page_has_its_columns_name_for_narrow_screens() {
    let page = html(&report());
    assert!(page.contains("<td ") && !page.contains("<td>"), "a cell has no name");
    assert_eq!(page.matches("<td ").count(), page.matches(" data-label=\"").count());
    assert!(page.contains("@media (max-width: 46rem)"));
}
