//! A made-up failover: a load over a master that dies, and its timeline.

use lvs_lab::report::{
    Check, Evidence, Incident, IncidentKind, LabReport, Outcome, Report, RequestMark,
    ScenarioReport, StepReport, Timeline,
};

/// A load of so many requests in ten seconds; none is answered from the third to the sixth second,
/// and every second one in the half second after that.
pub fn timeline(requests: u64, incidents: u64) -> Timeline {
    const END: u64 = 10_000_000;
    let request = |number: u64| {
        let at_micros = number * END / requests;
        let good = match at_micros {
            3_000_000..6_000_000 => false,
            6_000_000..6_500_000 => number.is_multiple_of(2),
            _ => true,
        };
        let micros = if good { 600 + number * 7_919 % 2_400 } else { 400_000 };
        let by = match (good, number % 3) {
            (true, 0 | 1) => "rs1",
            (true, _) => "rs2",
            (false, 0) => "connection refused",
            (false, _) => "no answer in 400 ms",
        };
        RequestMark { at_micros, micros, good, by: by.to_owned() }
    };
    Timeline {
        requests: (0..requests).map(request).collect(),
        incidents: happened(incidents),
        end_micros: END + 500_000,
    }
}

fn happened(count: u64) -> Vec<Incident> {
    let first = [
        (3_000_112, IncidentKind::Fault, "kill node01"),
        (5_871_020, IncidentKind::Vrrp, "node04 is master of VI_1"),
        (5_871_512, IncidentKind::Vip, "node04 holds 192.168.150.100"),
        (6_204_000, IncidentKind::Table, "node04: <rs1> & \"rs2\" are in the table of web"),
        (9_000_044, IncidentKind::Heal, "node01"),
    ];
    let rest = (0..).map(|n| (6_300_000 + n * 52_000, IncidentKind::Table, "rs1 came or went"));
    let all = first.into_iter().chain(rest).take(usize::try_from(count).unwrap());
    let mut all: Vec<_> = all
        .map(|(at_micros, kind, text)| Incident { at_micros, kind, text: text.to_owned() })
        .collect();
    all.sort_by_key(|incident| incident.at_micros);
    all
}

fn check(name: &str, outcome: Outcome) -> Check {
    let position = "nat-ha.yaml:61:15".to_owned();
    Check { name: name.to_owned(), outcome, samples: 1, waited_micros: 3_204_000, position }
}

fn step(title: &str, checks: Vec<Check>) -> StepReport {
    let title = title.to_owned();
    StepReport { title, answers: None, checks, earlier: Vec::new(), micros: 3_204_000 }
}

fn evidence() -> Vec<Evidence> {
    let table = "IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n\
                 TCP  192.168.150.100:80 rr\n\t-> 10.0.0.1:80  Masq  1  0  0\n\u{1b}[31m<&>]]>";
    let log: Vec<_> = (1..=20).map(|n| format!("{n}.004 VI_1: advert")).collect();
    let evidence = |title: &str, text: String| Evidence { title: title.to_owned(), text };
    vec![
        evidence("IPVS table of node04", table.to_owned()),
        evidence("log of the speaker on node04", log.join("\n")),
    ]
}

/// A lab whose failover took longer than was expected.
pub fn report(timeline: Timeline) -> Report {
    let owner = Outcome::measured(true, "node04 holds 192.168.150.100", "node04 holds it");
    let outage = Outcome::measured(false, "an outage of at most 2 s", "3.4 s, from 2.9 s on");
    let steps = vec![
        step("load of 100 requests/s from client to web", Vec::new()),
        step("kill node01", vec![check("vip_owner", owner)]),
        step("stop the load", vec![check("outage", outage)]),
    ];
    let scenario = ScenarioReport {
        name: "failover".to_owned(),
        steps,
        timeline: Some(timeline),
        evidence: evidence(),
        micros: 10_500_000,
        ..ScenarioReport::default()
    };
    let lab = LabReport {
        topology: "nat-ha".to_owned(),
        kernel: "uml 6.1.176".to_owned(),
        scenarios: vec![scenario],
        up_micros: 1_310_000,
        micros: 12_900_000,
        ..LabReport::default()
    };
    super::run(vec![lab])
}
