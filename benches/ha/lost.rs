use super::Result;
use super::contender::{BOTH, Contender};
use super::figure::{Aim, Figure, Figures};
use super::guest::{Choice, incidents, lost, play};
use super::sandbox;
use lvs_lab::report::{IncidentKind, ScenarioReport};
use serde::{Deserialize, Serialize};

/// So many at once that the rate holds while nobody answers.
const LOAD: &str =
    "      - load: { from: client, service: web, rate: 100, concurrency: 200, timeout: 5s }
      - wait: 1s
";
const END: &str = "      - stop: load\n        expect: { lost: 0 }";

/// The master is stopped in order, and started again.
const STOP: &str = "      - fault: { stop: node01 }
        expect: { vip_owner: node04 }
        within: 20s
      - wait: 2s
      - heal: node01
        expect: { vip_owner: node01 }
        within: 20s
      - wait: 2s
";

/// A server gets no new connections, and then as many as before.
const QUIESCE: &str = "      - fault: { weight: rs1, to: 0 }
      - wait: 1s
      - heal: rs1
      - wait: 1s
";

/// Requests that were lost, of all rounds.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub struct Lost {
    stopping: f64,
    failing_back: f64,
    quiescing: f64,
}

/// Counts requests that are lost while nothing dies.
pub fn measure(rounds: u32, figures: &mut Figures) -> Result<()> {
    [Choice::Rr, Choice::Mh].into_iter().try_for_each(|choice| compare(choice, rounds, figures))
}

fn compare(choice: Choice, rounds: u32, figures: &mut Figures) -> Result<()> {
    let mut seen = [Lost::default(); 2];
    for (contender, seen) in BOTH.into_iter().zip(&mut seen) {
        eprintln!("lost requests in a guest, {contender}, {choice}, {rounds} rounds");
        let (contender, choice) = (contender.to_string(), choice.to_string());
        let words = ["lost", &contender, &choice, &rounds.to_string()].map(str::to_owned);
        *seen = sandbox::run(&words, 6)?;
    }
    let figure = |what: &str, value: fn(&Lost) -> f64| {
        let [ours, theirs] = seen.each_ref().map(|lost| vec![value(lost)]);
        let what = format!("{what}, {choice}, {rounds} times: lost");
        Figure { what, ours, theirs, unit: "req.", aim: Aim::AtMost(0.0) }
    };
    figures.add(figure("orderly stop", |lost| lost.stopping));
    figures.add(figure("fail-back", |lost| lost.failing_back));
    figures.add(figure("quiescing and back", |lost| lost.quiescing));
    Ok(())
}

/// Inside a sandbox: all of it, so often.
pub fn run(contender: Contender, choice: Choice, rounds: u32) -> Result<Lost> {
    let steps = |step: &str| format!("{LOAD}{}{END}", step.repeat(rounds as usize));
    let reports = play(contender, choice, &[("stop", steps(STOP)), ("quiesce", steps(QUIESCE))])?;
    let [stop, quiesce] = reports.as_slice() else { return Err("not all was played".into()) };
    let stopping = lost(stop).filter(|request| !is_healed(stop, request.end())).count();
    Ok(Lost {
        stopping: stopping as f64,
        failing_back: (lost(stop).count() - stopping) as f64,
        quiescing: lost(quiesce).count() as f64,
    })
}

/// Whether the last thing that was done before a moment was healing.
fn is_healed(report: &ScenarioReport, at: u64) -> bool {
    let last = |kind| incidents(report, kind).map(|i| i.at_micros).filter(|when| *when <= at).max();
    last(IncidentKind::Heal) > last(IncidentKind::Fault)
}
