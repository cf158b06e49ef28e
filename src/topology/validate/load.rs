use super::super::wire;
use super::{Draft, number::Bounds, request, scenario};
use crate::lab::{Connection, Load, Place};
use std::time::Duration;

/// How long a request may take where the file says nothing: TCP tries again after one second, then
/// after two, so that a longer wait says less of when somebody answers again.
const TIMEOUT: Duration = Duration::from_secs(1);

/// How many connections are kept where the file says nothing.
const KEPT: i64 = 8;

/// The largest number of clients.
const CLIENTS: i64 = 10_000;

/// Builds a load step's load.
pub fn build(wire: wire::Load, at: &Place, draft: &mut Draft<'_>) -> Option<Load> {
    let from = scenario::node(&wire.from, &at.key("from"), draft);
    let target = request::target(&wire.goal, "load", at, draft);
    let rate = Bounds::plain("rate", 1..=100_000);
    let rate = rate.check(wire.rate.unwrap_or(100), &at.key("rate"), draft.faults);
    let timeout = match wire.timeout.as_deref() {
        None => Some(TIMEOUT),
        asked => request::timeout(asked, at, draft.faults),
    };
    let connection = wire.connection.into();
    let busy = || clients(connection, rate?, timeout?).into();
    let concurrency = wire.concurrency.or_else(busy).unwrap_or(KEPT);
    let bounds = Bounds::plain("concurrency", 1..=CLIENTS);
    let concurrency = bounds.check(concurrency, &at.key("concurrency"), draft.faults);
    let (target, path) = target?;
    Some(Load {
        from: from?,
        target,
        path,
        rate: rate?,
        concurrency: concurrency?,
        connection,
        timeout: timeout?,
    })
}

/// How many clients it takes for each request to begin at its time while nobody answers.
fn clients(connection: Connection, rate: u32, timeout: Duration) -> i64 {
    match connection {
        Connection::KeepAlive | Connection::Held => KEPT,
        Connection::New => {
            let waiting = timeout.as_secs_f64() * f64::from(rate);
            (waiting.ceil() as i64).clamp(1, CLIENTS)
        }
    }
}
