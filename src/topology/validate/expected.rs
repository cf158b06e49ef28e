use super::super::{
    rule,
    wire::{self, Distribution as Wire, DistributionWord},
};
use super::draft::{Draft, Lookup};
use super::{number::Bounds, scenario, value};
use crate::lab::{
    CountRange, Distribution, Expectation, Expected, Latency, NodeName, Percentile, Place, Role,
    SourceExpected,
};
use indexmap::IndexMap;
use std::net::IpAddr;

/// Builds a step's expectations, in a fixed order.
pub fn build(wire: wire::Expect, at: &Place, draft: &mut Draft<'_>) -> Vec<Expectation> {
    let mut built = Vec::new();
    let mut add = |expected: Option<Expected>, at: Place| {
        built.extend(expected.map(|expected| Expectation { expected, at }));
    };
    if let Some(wire) = wire.distribution {
        let at = at.key("distribution");
        add(distribution(wire, &at, draft).map(Expected::Distribution), at);
    }
    if let Some(status) = wire.status {
        let at = at.key("status");
        let bounds = Bounds::plain("status", 100..=599);
        add(bounds.check(status, &at, draft.faults).map(Expected::Status), at);
    }
    if let Some(failures) = wire.failures {
        let at = at.key("failures");
        add(value::count_range(&failures, &at, draft.faults).map(Expected::Failures), at);
    }
    if let Some(wire) = wire.source {
        let at = at.key("source");
        add(source(&wire, &at, draft).map(Expected::Source), at);
    }
    if let Some(wire) = wire.latency {
        let at = at.key("latency");
        add(Some(Expected::Latency(latency(wire, &at, draft))), at);
    }
    if let Some(exit) = wire.exit {
        let at = at.key("exit");
        let bounds = Bounds::plain("exit code", 0..=255);
        add(bounds.check(exit, &at, draft.faults).map(Expected::Exit), at);
    }
    if let Some(output) = wire.output {
        add(Some(Expected::Output(output)), at.key("output"));
    }
    built
}

fn distribution(wire: Wire, at: &Place, draft: &mut Draft<'_>) -> Option<Distribution> {
    let entries = match wire {
        Wire::Word(DistributionWord::Predicted) => return Some(Distribution::Predicted),
        Wire::Counts(entries) => entries.0,
    };
    let mut counts: IndexMap<NodeName, CountRange> = IndexMap::new();
    for (word, range) in entries {
        let at = at.key(&word);
        let range = range.and_then(|r| value::count_range(&r, &at, draft.faults));
        let nodes = counted(&word, &at, draft);
        if let (Some(nodes), Some(range)) = (nodes, range) {
            counts.extend(nodes.into_iter().map(|node| (node, range)));
        }
    }
    draft.faults.sure(at).then_some(Distribution::Counts(counts))
}

/// The real servers that a key of a distribution stands for.
fn counted(word: &str, at: &Place, draft: &mut Draft<'_>) -> Option<Vec<NodeName>> {
    match draft.lookup(word, Some(Role::RealServer)) {
        Lookup::Nodes(nodes) => return Some(nodes),
        Lookup::Faulty => draft.faults.doubt(at),
        Lookup::Unknown => {
            let help = draft.node_help(word, Some(Role::RealServer));
            let message = format!("real server `{word}` is not defined");
            draft.faults.push(rule::UNKNOWN_NODE.at(&at.as_key(), message, help));
        }
    }
    None
}

fn source(text: &str, at: &Place, draft: &mut Draft<'_>) -> Option<SourceExpected> {
    match text.parse::<IpAddr>() {
        Ok(address) => Some(SourceExpected::Address(address)),
        Err(_) => scenario::node(text, at, draft).map(SourceExpected::Node),
    }
}

fn latency(wire: wire::Latency, at: &Place, draft: &mut Draft<'_>) -> Vec<Latency> {
    let bounds = [
        ("p50", Percentile::P(50), wire.p50),
        ("p90", Percentile::P(90), wire.p90),
        ("p95", Percentile::P(95), wire.p95),
        ("p99", Percentile::P(99), wire.p99),
        ("max", Percentile::Max, wire.max),
    ];
    let bounds = bounds.into_iter().filter_map(|(key, percentile, text)| {
        let at_most = value::duration(&text?, &at.key(key), draft.faults)?;
        Some(Latency { percentile, at_most })
    });
    bounds.collect()
}
