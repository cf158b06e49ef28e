use super::super::wire;
use super::{Draft, number::Bounds, request, scenario};
use crate::lab::{Load, Place};

/// Builds a load step's load.
pub fn build(wire: wire::Load, at: &Place, draft: &mut Draft<'_>) -> Option<Load> {
    let from = scenario::node(&wire.from, &at.key("from"), draft);
    let goal = request::Goal {
        service: wire.service.as_deref(),
        url: wire.url.as_deref(),
        path: wire.path.as_deref(),
        noun: "load",
    };
    let target = request::target(&goal, at, draft);
    let rate = Bounds::plain("rate", 1..=100_000);
    let rate = rate.check(wire.rate.unwrap_or(100), &at.key("rate"), draft.faults);
    let clients = Bounds::plain("concurrency", 1..=10_000);
    let concurrency =
        clients.check(wire.concurrency.unwrap_or(8), &at.key("concurrency"), draft.faults);
    let timeout = request::timeout(wire.timeout.as_deref(), at, draft.faults);
    let (target, path) = target?;
    Some(Load {
        from: from?,
        target,
        path,
        rate: rate?,
        concurrency: concurrency?,
        connection: wire.connection,
        timeout: timeout?,
    })
}
