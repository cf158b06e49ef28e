use super::background::Background;
use super::{Seen, Sight, Stage};
use crate::report::{Incident, IncidentKind, RequestMark, Timeline};
use crate::traffic::{Sample, UNNAMED};
use std::time::Duration;

/// What happened in a scenario that began at `from` and ends now; none if it had neither a load
/// nor a fault.
pub(super) fn timeline<S: Stage>(
    background: &Background,
    stage: &mut S,
    from: Duration,
) -> Option<Timeline> {
    if !background.is_eventful() {
        return None;
    }
    let since = |at: Duration| at.saturating_sub(from).as_micros() as u64;
    let last = background.load_seen(stage).map(|load| load.samples).unwrap_or_default();
    let samples = background.earlier.iter().chain(&last);
    let mut requests: Vec<_> = samples.map(|sample| mark(sample, since)).collect();
    requests.sort_by_key(|request| request.at_micros);
    let mut incidents = background.done.clone();
    incidents.iter_mut().for_each(|done| done.at_micros = since(micros(done.at_micros)));
    incidents.extend(background.changes(stage).iter().map(|sight| incident(sight, since)));
    incidents.sort_by_key(|incident| incident.at_micros);
    Some(Timeline { requests, incidents, end_micros: since(stage.now()) })
}

fn micros(count: u64) -> Duration {
    Duration::from_micros(count)
}

fn mark(sample: &Sample, since: impl Fn(Duration) -> u64) -> RequestMark {
    let by = match &sample.outcome {
        Ok(answer) => {
            let name = answer.backend.clone().unwrap_or_else(|| UNNAMED.to_owned());
            let bad = (!sample.is_good()).then(|| format!(" with {}", answer.status));
            name + &bad.unwrap_or_default()
        }
        Err(failure) => failure.to_string(),
    };
    let (at_micros, micros) = (since(sample.started), sample.latency.as_micros() as u64);
    RequestMark { at_micros, micros, good: sample.is_good(), by }
}

fn incident(sight: &Sight, since: impl Fn(Duration) -> u64) -> Incident {
    let director = &sight.director;
    let (kind, text) = match &sight.seen {
        Seen::Holds(vip) => (IncidentKind::Vip, format!("{director} holds {vip}")),
        Seen::Lost(vip) => (IncidentKind::Vip, format!("{director} has lost {vip}")),
        Seen::State(router, state) => {
            (IncidentKind::Vrrp, format!("{router} is {state} on {director}"))
        }
        Seen::Weight(service, server, None) => {
            (IncidentKind::Table, format!("{server} removed from {service} on {director}"))
        }
        Seen::Weight(service, server, Some(weight)) => {
            (IncidentKind::Table, format!("{server} in {service} on {director}: weight {weight}"))
        }
    };
    Incident { at_micros: since(sight.at), kind, text }
}
