use super::Result;
use super::addresses::{self, Move};
use super::cluster::{Cluster, FIRST, Protocol, SECOND};
use super::contender::{BOTH, Contender};
use super::figure::{Aim, Figure, Figures};
use super::sandbox;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

/// Ten adverts a second.
const PROTOCOL: Protocol = Protocol::Tenths;

/// Measures takeovers in a row.
pub fn measure(rounds: u32, figures: &mut Figures) -> Result<()> {
    let mut longest = [0.0, 0.0];
    for (contender, longest) in BOTH.into_iter().zip(&mut longest) {
        eprintln!("{rounds} takeovers in a row, {contender}");
        let words = ["soak", &contender.to_string(), &rounds.to_string()].map(str::to_owned);
        *longest = sandbox::run(&words, 3)?;
    }
    let what = format!("{PROTOCOL}: two holders, {rounds} takeovers");
    let [ours, theirs] = longest.map(|longest| vec![longest]);
    let aim = Aim::AtMost(PROTOCOL.interval().as_secs_f64() * 1e3);
    figures.add(Figure { what, ours, theirs, unit: "ms", aim });
    Ok(())
}

/// Inside a sandbox: kills the master and boots it again, so often; gives the longest time that two
/// living directors held the VIP, in milliseconds.
pub fn run(contender: Contender, rounds: u32) -> Result<f64> {
    let cluster = Cluster::up(contender, PROTOCOL)?;
    let moves = addresses::listen(&[FIRST, SECOND])?;
    let mut kills = Vec::new();
    for round in 1..=rounds {
        if round % 10 == 0 {
            eprintln!("takeover {round} of {rounds}");
        }
        // Evenly from one advert to the next.
        sleep(5 * PROTOCOL.interval() + PROTOCOL.interval() * round / rounds);
        let killed = SystemTime::now();
        kills.push(killed);
        cluster.kill(FIRST)?;
        moves.first("a takeover", |m| m.director == SECOND && m.there && m.at > killed)?;
        let healed = SystemTime::now();
        cluster.heal(FIRST)?;
        moves.first("a fail-back", |m| m.director == FIRST && m.there && m.at > healed)?;
        moves.first("an end of both", |m| m.director == SECOND && !m.there && m.at > healed)?;
    }
    Ok(longest(moves.all(), &kills).as_secs_f64() * 1e3)
}

/// The longest time that both held the VIP. What a killed director still holds does not count.
fn longest(mut moves: Vec<Move>, kills: &[SystemTime]) -> Duration {
    moves.extend(kills.iter().map(|&at| Move { at, director: FIRST, there: false }));
    moves.sort_by_key(|to| to.at);
    let (mut first, mut second) = (true, false);
    let (mut longest, mut both_since) = (Duration::ZERO, None);
    for Move { at, director, there } in moves {
        if let Some(since) = both_since {
            longest = longest.max(at.duration_since(since).unwrap_or_default());
        }
        *(if director == FIRST { &mut first } else { &mut second }) = there;
        both_since = (first && second).then(|| both_since.unwrap_or(at));
    }
    longest
}
