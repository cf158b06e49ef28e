use super::Result;
use super::cluster::VIP;
use super::contender::Contender;
use super::timing::timed;
use lvs_lab::report::{Incident, IncidentKind, Report, RequestMark, ScenarioReport};
use std::fmt::Write;
use std::fs;
use std::process::Command;

const FILE: &str = "/run/bench-guest.yaml";
const REPORT: &str = "/run/bench-guest.json";

/// Plays scenarios in a guest, with real IPVS in it, and gives what they report. Each scenario is a
/// name and its steps, as lines of a topology file. It is the timelines that count, so that a check
/// that does not pass is no error.
pub fn play(contender: Contender, scenarios: &[(&str, String)]) -> Result<Vec<ScenarioReport>> {
    fs::write(FILE, text(contender, scenarios))?;
    let mut test = Command::new("sh");
    let script = format!(
        "{} --kernel uml --state-dir /run/bench-state --quiet test {FILE} --report json={REPORT}; \
         test $? -le 1",
        env!("CARGO_BIN_EXE_lvs-lab")
    );
    timed({
        test.args(["-c", &script]);
        test
    })?;
    let report: Report = serde_json::from_str(&fs::read_to_string(REPORT)?)?;
    let lab = report.labs.into_iter().next().ok_or("no lab was tested")?;
    match lab.error {
        Some(error) => Err(error.into()),
        None => Ok(lab.scenarios),
    }
}

fn text(contender: Contender, scenarios: &[(&str, String)]) -> String {
    let mut text = format!(
        "name: bench
networks: {{ lan: 192.168.150.0/24 }}
clients: {{ client: {{ addresses: {{ lan: 192.168.150.9 }} }} }}
directors:
  node01: {{ addresses: {{ lan: 192.168.150.1 }} }}
  node04: {{ addresses: {{ lan: 192.168.150.4 }} }}
real_servers:
  rs1: {{ addresses: {{ lan: 192.168.150.2 }} }}
  rs2: {{ addresses: {{ lan: 192.168.150.3 }} }}
high_availability:
  engine: {contender}
  virtual_routers:
    VI_1: {{ router_id: 51, priorities: {{ node01: 100, node04: 50 }}, advert_interval: 1s }}
virtual_services:
  web:
    vip: {VIP}
    port: 80
    scheduler: rr
    forwarding: dr
    real_servers: [rs1, rs2]
    health_check:
      http: {{ path: / }}
      delay_loop: 1s
      connect_timeout: 1s
      nb_get_retry: 1
      delay_before_retry: 1s
scenarios:
"
    );
    for (name, steps) in scenarios {
        let _ = writeln!(text, "  {name}:\n    steps:\n{steps}");
    }
    text
}

/// Requests without a good answer.
pub fn lost(report: &ScenarioReport) -> impl Iterator<Item = &RequestMark> {
    report.timeline.iter().flat_map(|timeline| &timeline.requests).filter(|request| !request.good)
}

/// When things of a kind happened, in microseconds, with the words for them.
pub fn incidents(report: &ScenarioReport, kind: IncidentKind) -> impl Iterator<Item = &Incident> {
    report
        .timeline
        .iter()
        .flat_map(|timeline| &timeline.incidents)
        .filter(move |incident| incident.kind == kind)
}
