use super::Result;
use super::contender::{BOTH, Contender};
use super::detection::Death;
use super::figure::{Aim, Figure, Figures};
use super::guest::{Choice, incidents, play};
use super::sandbox;
use lvs_lab::report::{IncidentKind, ScenarioReport};

/// Measures in a guest how long it takes until a dead server is in no table any more.
pub fn measure(rounds: u32, figures: &mut Figures) -> Result<()> {
    let mut seen = [(Vec::new(), Vec::new()), (Vec::new(), Vec::new())];
    for (contender, seen) in BOTH.into_iter().zip(&mut seen) {
        eprintln!("dead servers in a guest, {contender}, {rounds} rounds");
        let words = ["tables", &contender.to_string(), &rounds.to_string()].map(str::to_owned);
        *seen = sandbox::run(&words, 6)?;
    }
    let [ours, theirs] = seen;
    let figure = |death: Death, (ours, theirs)| {
        let what = format!("a server {death}, in a guest");
        Figure { what, ours, theirs, unit: "ms", aim: Aim::None }
    };
    figures.add(figure(Death::Refuses, (ours.0, theirs.0)));
    figures.add(figure(Death::Hangs, (ours.1, theirs.1)));
    Ok(())
}

/// Inside a sandbox: the times for servers that refuse, and for those that hang, in milliseconds.
pub fn run(contender: Contender, rounds: u32) -> Result<(Vec<f64>, Vec<f64>)> {
    let reports = play(
        contender,
        Choice::Rr,
        &[("refuses", steps("stop", rounds)), ("hangs", steps("hang", rounds))],
    )?;
    let [refuses, hangs] = reports.as_slice() else { return Err("not all was played".into()) };
    Ok((times(refuses)?, times(hangs)?))
}

fn steps(fault: &str, rounds: u32) -> String {
    let mut steps =
        "      - load: { from: client, service: web, rate: 10, concurrency: 30 }\n".to_owned();
    for round in 1..=rounds {
        // Evenly from one check to the next, whenever that was.
        let wait = 1000 + 1000 * round / rounds;
        steps += &format!(
            "      - wait: {wait}ms
      - fault: {{ {fault}: rs1 }}
        expect: {{ destinations: {{ rs2: 1 }} }}
        within: 20s
      - heal: rs1
        expect: {{ destinations: {{ rs1: 1, rs2: 1 }} }}
        within: 20s
"
        );
    }
    steps + "      - stop: load\n        expect: { availability: 1 }"
}

/// From each fault to the last table from which the server was removed before it was healed.
fn times(report: &ScenarioReport) -> Result<Vec<f64>> {
    let heals: Vec<_> = incidents(report, IncidentKind::Heal).map(|i| i.at_micros).collect();
    let faults = incidents(report, IncidentKind::Fault).map(|i| i.at_micros);
    faults
        .zip(heals)
        .map(|(fault, heal)| {
            let removals = incidents(report, IncidentKind::Table);
            let removals = removals.filter(|i| i.text.contains("removed"));
            let within = removals.map(|i| i.at_micros).filter(|at| (fault..heal).contains(at));
            let last = within.max().ok_or("a dead server was never removed")?;
            Ok((last - fault) as f64 / 1e3)
        })
        .collect()
}
