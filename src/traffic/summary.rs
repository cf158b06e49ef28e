use super::{Answer, Failure, Sample};
use crate::lab::Percentile;
use std::time::Duration;

/// What answers without a backend's name are counted under: no name that a node can have.
pub const UNNAMED: &str = "(unnamed)";

/// What a number of samples add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// How many requests were sent.
    pub requests: usize,
    /// How many connections carried them.
    pub connections: usize,
    /// How often each backend answered, in the order of their first answers.
    pub by_backend: Vec<(String, u32)>,
    /// How many requests got no answer, by reason, in the order of first appearance.
    pub failures: Vec<(Failure, u32)>,
    /// How long the answers took.
    pub latencies: Latencies,
}

impl Summary {
    /// Adds samples up.
    pub fn of(samples: &[Sample]) -> Self {
        let answers = samples.iter().filter_map(|sample| sample.outcome.as_ref().ok());
        let failures = samples.iter().filter_map(|sample| sample.outcome.as_ref().err());
        let connections = samples.iter().map(|sample| sample.connection + 1).max();
        Self {
            requests: samples.len(),
            connections: connections.unwrap_or(0),
            by_backend: tally(answers.map(name)),
            failures: tally(failures.cloned()),
            latencies: Latencies::of(samples),
        }
    }

    /// How many requests got no answer.
    pub fn failed(&self) -> u32 {
        self.failures.iter().map(|(_, count)| count).sum()
    }
}

fn name(answer: &Answer) -> String {
    answer.backend.clone().unwrap_or_else(|| UNNAMED.to_owned())
}

/// How often each item comes, in the order of first appearance.
pub fn tally<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<(T, u32)> {
    let mut counts: Vec<(T, u32)> = Vec::new();
    for item in items {
        match counts.iter_mut().find(|(known, _)| *known == item) {
            Some((_, count)) => *count += 1,
            None => counts.push((item, 1)),
        }
    }
    counts
}

/// How long answers took, sorted; requests without an answer are not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// The latencies of the answered samples.
    pub fn of(samples: &[Sample]) -> Self {
        let answered = samples.iter().filter(|sample| sample.outcome.is_ok());
        let mut sorted: Vec<_> = answered.map(|sample| sample.latency).collect();
        sorted.sort_unstable();
        Self(sorted)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The smallest latency that at least so many per cent of the answers did not exceed (nearest
    /// rank); none without answers.
    pub fn at(&self, percentile: Percentile) -> Option<Duration> {
        let rank = match percentile {
            Percentile::P(p) => (self.0.len() * usize::from(p)).div_ceil(100).max(1),
            Percentile::Max => self.0.len(),
        };
        self.0.get(rank.checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, SocketAddr};

    fn sample(index: usize, outcome: Result<Option<&str>, Failure>) -> Sample {
        let local = SocketAddr::from((Ipv4Addr::LOCALHOST, 40_000));
        let answer = |name: Option<&str>| {
            let backend = name.map(str::to_owned);
            Answer { backend, status: 200, peer: Some(local), via: None, local }
        };
        let latency = Duration::from_millis(index as u64 + 1);
        let (started, waited, connection) = (Duration::ZERO, Duration::ZERO, index / 2);
        Sample { index, connection, started, waited, latency, outcome: outcome.map(answer) }
    }

    fn hundred() -> Latencies {
        Latencies::of(&(0..100).rev().map(|i| sample(i, Ok(None))).collect::<Vec<_>>())
    }

    #[test]
    fn backends_are_counted_in_the_order_of_their_first_answers() {
        let answers = [Some("rs2"), Some("rs1"), None, Some("rs2")];
        let samples: Vec<_> = answers.iter().enumerate().map(|(i, a)| sample(i, Ok(*a))).collect();
        let summary = Summary::of(&samples);
        let expected = [("rs2", 2), ("rs1", 1), ("(unnamed)", 1)];
        assert_eq!(summary.by_backend, expected.map(|(name, count)| (name.to_owned(), count)));
        assert_eq!((summary.requests, summary.connections, summary.failed()), (4, 2, 0));
    }

    #[test]
    fn failures_are_counted_by_reason_and_have_no_latency() {
        let outcomes = [Err(Failure::Reset), Ok(None), Err(Failure::Refused), Err(Failure::Reset)];
        let samples: Vec<_> = outcomes.into_iter().enumerate().map(|(i, o)| sample(i, o)).collect();
        let summary = Summary::of(&samples);
        assert_eq!(summary.failures, [(Failure::Reset, 2), (Failure::Refused, 1)]);
        assert_eq!((summary.failed(), summary.latencies.count()), (3, 1));
    }

    #[test]
    fn a_percentile_is_the_value_of_the_nearest_rank() {
        let ms = |n| Some(Duration::from_millis(n));
        assert_eq!(hundred().at(Percentile::P(50)), ms(50));
        assert_eq!(hundred().at(Percentile::P(99)), ms(99));
        assert_eq!(hundred().at(Percentile::Max), ms(100));
        let three = Latencies::of(&[0, 1, 2].map(|i| sample(i, Ok(None))));
        assert_eq!(three.at(Percentile::P(1)), ms(1));
        assert_eq!(three.at(Percentile::P(50)), ms(2));
        assert_eq!(three.at(Percentile::P(90)), ms(3));
    }

    #[test]
    fn nothing_has_no_percentile() {
        let summary = Summary::of(&[]);
        assert_eq!(summary.latencies.at(Percentile::P(50)), None);
        assert_eq!(summary.latencies.at(Percentile::Max), None);
        assert_eq!((summary.requests, summary.connections), (0, 0));
    }
}
