use super::Result;
use super::cluster::{Cluster, FIRST, Protocol, SECOND};
use super::contender::{BOTH, Contender};
use super::figure::{Aim, Figure, Figures};
use super::{addresses, answers, sandbox, wire};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

/// One takeover; all times in milliseconds.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Takeover {
    /// From the kill to the VIP on the other director.
    moved: f64,
    /// From the kill to the first answer from it.
    answered: f64,
    /// From the last advert of the killed director to the first one of the other.
    silence: f64,
}

/// Inside a sandbox: the master is killed so many microseconds after one of its adverts.
pub fn run(contender: Contender, protocol: Protocol, micros: u64) -> Result<Takeover> {
    let cluster = Cluster::up(contender, protocol)?;
    let (adverts, moves) = (wire::listen()?, addresses::listen(&[SECOND])?);
    let answers = answers::listen()?;
    sleep(20 * protocol.interval().min(Duration::from_millis(50)));
    let now = SystemTime::now();
    answers.first("an answer", |answer| answer.asked > now)?;
    adverts.first("an advert", |advert| advert.at > now && advert.source == FIRST.address)?;
    sleep(Duration::from_micros(micros));

    let killed = SystemTime::now();
    cluster.kill(FIRST)?;
    let dead = SystemTime::now();
    let moved = moves.first("a takeover", |to| to.there && to.at > killed)?;
    let answer = answers.first("an answer", |answer| answer.asked > dead)?;
    let first = adverts.first("an advert", |a| a.source == SECOND.address && a.at > killed)?;
    let adverts = adverts.all();
    let last = adverts.iter().rfind(|advert| advert.source == FIRST.address);
    let last = last.ok_or("the first director has sent nothing")?;
    if last.priority == 0 {
        return Err("the killed director has resigned".into());
    }
    Ok(Takeover {
        moved: between(killed, moved.at)?,
        answered: between(killed, answer.at)?,
        silence: between(last.at, first.at)?,
    })
}

/// In milliseconds.
fn between(begin: SystemTime, end: SystemTime) -> Result<f64> {
    Ok(end.duration_since(begin)?.as_secs_f64() * 1e3)
}

/// Measures takeovers with an advert a second, and with a hundred.
pub fn measure(rounds: u32, figures: &mut Figures) -> Result<()> {
    for protocol in [Protocol::Seconds, Protocol::Hundredths] {
        let mut seen = [Vec::new(), Vec::new()];
        for round in 0..rounds {
            eprintln!("takeover, {protocol}, round {} of {rounds}", round + 1);
            // Evenly from one advert to the next.
            let phase = protocol.interval() * (2 * round + 1) / (2 * rounds);
            for (contender, seen) in BOTH.into_iter().zip(&mut seen) {
                seen.push(turn(contender, protocol, phase)?);
            }
        }
        figures_of(protocol, &seen).into_iter().for_each(|figure| figures.add(figure));
    }
    Ok(())
}

fn turn(contender: Contender, protocol: Protocol, phase: Duration) -> Result<Takeover> {
    let word = protocol.to_possible_value().ok_or("no such protocol")?;
    let micros = phase.as_micros().to_string();
    let words = ["takeover", &contender.to_string(), word.get_name(), &micros];
    sandbox::run(&words.map(str::to_owned), 3)
}

fn figures_of(protocol: Protocol, seen: &[Vec<Takeover>; 2]) -> [Figure; 3] {
    let aim = match protocol {
        Protocol::Hundredths => Aim::Under(60.0),
        Protocol::Seconds | Protocol::Tenths => Aim::NotLater,
    };
    let silence = protocol.silence().as_secs_f64() * 1e3;
    let figure = |what: &str, aim, value: fn(&Takeover) -> f64| {
        let [ours, theirs] = seen.each_ref().map(|seen| seen.iter().map(value).collect());
        Figure { what: format!("{protocol}: {what}"), ours, theirs, unit: "ms", aim }
    };
    [
        figure("kill to VIP moved", aim, |takeover| takeover.moved),
        figure("kill to first answer", aim, |takeover| takeover.answered),
        figure("last advert to the next", Aim::NotBefore(silence), |takeover| takeover.silence),
    ]
}
