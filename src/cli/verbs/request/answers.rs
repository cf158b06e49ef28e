use crate::lab::Percentile;
use crate::traffic::{self, Sample, Summary};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// The answers for a person: who, how often, how fast.
pub fn text(samples: &[Sample], summary: &Summary) -> String {
    let mut text = String::new();
    if let [only] = samples {
        return match &only.outcome {
            Ok(answer) => {
                let name = answer.backend.as_deref().unwrap_or(traffic::UNNAMED);
                format!("{name} ({}, {})\n", answer.status, milliseconds(only.latency))
            }
            Err(failure) => format!("no answer: {failure}\n"),
        };
    }
    for (name, count) in &summary.by_backend {
        text.push_str(&format!("{name:<15} {count}\n"));
    }
    for (status, count) in bad_statuses(samples) {
        text.push_str(&format!("{:<15} {count}\n", format!("status {status}")));
    }
    for (failure, count) in &summary.failures {
        text.push_str(&format!("{:<15} {count} ({failure})\n", "no answer"));
    }
    let at = |percentile| summary.latencies.at(percentile).map(milliseconds);
    if let (Some(median), Some(longest)) = (at(Percentile::P(50)), at(Percentile::Max)) {
        text.push_str(&format!("{:<15} {median} (longest {longest})\n", "median time"));
    }
    text
}

/// How often each status was answered that says that something failed.
fn bad_statuses(samples: &[Sample]) -> BTreeMap<u16, usize> {
    let answers = samples.iter().filter_map(|sample| sample.outcome.as_ref().ok());
    let mut counts = BTreeMap::new();
    for answer in answers.filter(|answer| answer.status >= 400) {
        *counts.entry(answer.status).or_default() += 1;
    }
    counts
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
}

/// The answers one by one, and who gave how many.
pub fn json(samples: &[Sample], summary: &Summary) -> Value {
    let sample = |sample: &Sample| {
        let answer = sample.outcome.as_ref().ok();
        json!({
            "index": sample.index,
            "backend": answer.and_then(|a| a.backend.clone()),
            "status": answer.map(|a| a.status),
            "client": answer.map(|a| a.local),
            "seen": answer.and_then(|a| a.peer),
            "failure": sample.outcome.as_ref().err().map(ToString::to_string),
            "micros": u64::try_from(sample.latency.as_micros()).unwrap_or(u64::MAX),
        })
    };
    json!({
        "requests": summary.requests,
        "answers": summary.by_backend.iter().cloned().collect::<indexmap::IndexMap<_, _>>(),
        "failures": summary.failed(),
        "samples": samples.iter().map(sample).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::Answer;

    fn sample(status: u16) -> Sample {
        let local = "10.0.0.1:40000".parse().unwrap();
        let backend = Some("web1".to_owned());
        Sample {
            index: 0,
            connection: 0,
            started: Duration::ZERO,
            waited: Duration::ZERO,
            latency: Duration::from_millis(2),
            outcome: Ok(Answer { backend, status, peer: None, via: None, local }),
        }
    }

    #[test]
    fn bad_statuses_are_told() {
        let samples = [sample(200), sample(504), sample(302), sample(504)];
        let told = text(&samples, &Summary::of(&samples));
        assert!(told.starts_with("web1            4\nstatus 504      2\nmedian"), "{told}");
    }
}
