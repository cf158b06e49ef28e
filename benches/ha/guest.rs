use super::Result;
use super::cluster::VIP;
use super::contender::Contender;
use super::timing::timed;
use clap::ValueEnum;
use lvs_lab::report::{Incident, IncidentKind, Report, RequestMark, ScenarioReport};
use std::fmt::{self, Write};
use std::fs;
use std::process::Command;

const FILE: &str = "/run/bench-guest.yaml";
const REPORT: &str = "/run/bench-guest.json";

/// How directors choose servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Choice {
    /// In turns: a director that takes over knows nothing of its predecessor's connections.
    Rr,
    /// By a hash of the client's address and port, another one where that has weight 0
    /// (`fallback`), and also for connections that were not seen to
    /// begin (`sloppy_tcp`): both directors choose the same.
    Mh,
}

impl Choice {
    fn sysctls(self) -> &'static str {
        match self {
            Self::Rr => "",
            Self::Mh => ", sysctls: { net.ipv4.vs.sloppy_tcp: 1 }",
        }
    }

    fn scheduler(self) -> &'static str {
        match self {
            Self::Rr => "scheduler: rr",
            Self::Mh => "scheduler: mh\n    scheduler_flags: [fallback, port]",
        }
    }
}

/// The word for it in a topology file.
impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Rr => "rr",
            Self::Mh => "mh",
        })
    }
}

/// Plays scenarios in a guest, with real IPVS in it, and gives what they report. Each scenario is a
/// name and its steps, as lines of a topology file. It is the timelines that count, so that a check
/// that does not pass is no error.
pub fn play(
    contender: Contender,
    choice: Choice,
    scenarios: &[(&str, String)],
) -> Result<Vec<ScenarioReport>> {
    fs::write(FILE, text(contender, choice, scenarios))?;
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

fn text(contender: Contender, choice: Choice, scenarios: &[(&str, String)]) -> String {
    let mut text = format!(
        "name: bench
networks: {{ lan: 192.168.150.0/24 }}
clients: {{ client: {{ addresses: {{ lan: 192.168.150.9 }} }} }}
directors:
  node01: {{ addresses: {{ lan: 192.168.150.1 }}{sysctls} }}
  node04: {{ addresses: {{ lan: 192.168.150.4 }}{sysctls} }}
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
    {scheduler}
    forwarding: dr
    real_servers: [rs1, rs2]
    health_check:
      http: {{ path: / }}
      delay_loop: 1s
      connect_timeout: 1s
      nb_get_retry: 1
      delay_before_retry: 1s
scenarios:
",
        sysctls = choice.sysctls(),
        scheduler = choice.scheduler(),
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
