use super::super::{
    faults::Named,
    rule,
    wire::{self, Distribution as Wire, DistributionWord, List as Words},
};
use super::draft::{Draft, Lookup};
use super::{expected_load, expected_state, number::Bounds, scenario, value};
use crate::lab::{
    CountRange, Distribution, Expectation, Expected, Latency, NodeName, Percentile, Place, Role,
    SourceExpected,
};
use indexmap::IndexMap;
use std::net::IpAddr;

/// Builds a step's expectations, in a fixed order.
pub fn build(wire: wire::Expect, at: &Place, draft: &mut Draft<'_>) -> Vec<Expectation> {
    let mut list = List { at, draft, built: Vec::new() };
    list.add("distribution", wire.distribution, distribution);
    list.add("status", wire.status, |number, at, draft| {
        Bounds::plain("status", 100..=599).check(number, at, draft.faults).map(Expected::Status)
    });
    list.add("failures", wire.failures, |range, at, draft| {
        value::count_range(&range, at, draft.faults).map(Expected::Failures)
    });
    list.add("source", wire.source, source);
    list.add("via", wire.via, via);
    list.add("latency", wire.latency, latency);
    list.add("exit", wire.exit, |number, at, draft| {
        Bounds::plain("exit code", 0..=255).check(number, at, draft.faults).map(Expected::Exit)
    });
    list.add("output", wire.output, output);
    list.add("outage", wire.outage, |text, at, draft| {
        expected_load::times(&text, Expected::Outage, at, draft)
    });
    list.add("lost", wire.lost, |range, at, draft| {
        expected_load::counts(&range, Expected::Lost, at, draft)
    });
    list.add("takeover", wire.takeover, |text, at, draft| {
        expected_load::times(&text, Expected::Takeover, at, draft)
    });
    list.add("detected", wire.detected, |text, at, draft| {
        expected_load::times(&text, Expected::Detected, at, draft)
    });
    list.add("availability", wire.availability, |share, at, draft| {
        expected_load::availability(&share, at, draft)
    });
    list.add("vip_owner", wire.vip_owner, expected_state::vip_owner);
    list.add("vrrp_state", wire.vrrp_state, expected_state::vrrp_state);
    list.add("destinations", wire.destinations, expected_state::destinations);
    list.add("connections_survived", wire.connections_survived, |range, at, draft| {
        expected_load::counts(&range, Expected::ConnectionsSurvived, at, draft)
    });
    let built = list.built;
    if built.is_empty() && draft.faults.sure(at) {
        vacuous("`expect` expects nothing", at, draft);
    }
    built
}

/// What is true of every step is no expectation.
pub fn vacuous(message: &str, at: &Place, draft: &mut Draft<'_>) {
    let help = "leave it out, or say what must be true of the step";
    draft.faults.push(rule::ALWAYS_HOLDS.at(at, message, help));
}

fn output(text: String, at: &Place, draft: &mut Draft<'_>) -> Option<Expected> {
    if text.is_empty() {
        vacuous("an empty text is in every output", at, draft);
        return None;
    }
    Some(Expected::Output(text))
}

/// Expectations in the making.
struct List<'l, 'f> {
    at: &'l Place,
    draft: &'l mut Draft<'f>,
    built: Vec<Expectation>,
}

impl<'f> List<'_, 'f> {
    /// Adds what is expected under a key, if the file has it.
    fn add<T>(
        &mut self,
        key: &str,
        wire: Option<T>,
        build: impl FnOnce(T, &Place, &mut Draft<'f>) -> Option<Expected>,
    ) {
        let at = self.at.key(key);
        let expected = wire.and_then(|wire| build(wire, &at, self.draft));
        self.built.extend(expected.map(|expected| Expectation { expected, at }));
    }
}

fn distribution(wire: Wire, at: &Place, draft: &mut Draft<'_>) -> Option<Expected> {
    let entries = match wire {
        Wire::Word(DistributionWord::Predicted) => {
            return Some(Expected::Distribution(Distribution::Predicted));
        }
        Wire::Counts(entries) => entries.0,
    };
    let mut counts: IndexMap<NodeName, CountRange> = IndexMap::new();
    for (word, range) in entries {
        let at = at.key(&word);
        // Where the number is missing, the key may be more than a name.
        let Some(range) = range else { continue };
        let range = value::count_range(&range, &at, draft.faults);
        let nodes = counted(&word, &at, draft);
        if let (Some(nodes), Some(range)) = (nodes, range) {
            counts.extend(nodes.into_iter().map(|node| (node, range)));
        }
    }
    draft.faults.sure(at).then_some(Expected::Distribution(Distribution::Counts(counts)))
}

/// The real servers that a key of a distribution stands for.
fn counted(word: &str, at: &Place, draft: &mut Draft<'_>) -> Option<Vec<NodeName>> {
    match draft.lookup(word, Some(Role::RealServer)) {
        Lookup::Nodes(nodes) => return Some(nodes),
        Lookup::Faulty => draft.faults.doubt(at),
        Lookup::Unknown => {
            let help = draft.node_help(word, Some(Role::RealServer));
            let message = format!("real server `{word}` is not defined");
            let fault = rule::UNKNOWN_NODE.at(&at.as_key(), message, help);
            draft.faults.unknown(Named::Node, word, fault);
        }
    }
    None
}

fn source(text: String, at: &Place, draft: &mut Draft<'_>) -> Option<Expected> {
    let source = match text.parse::<IpAddr>() {
        Ok(address) => SourceExpected::Address(address),
        Err(_) => SourceExpected::Node(scenario::node(&text, at, draft)?),
    };
    Some(Expected::Source(source))
}

fn via(words: Words<String>, at: &Place, draft: &mut Draft<'_>) -> Option<Expected> {
    if words.0.is_empty() {
        vacuous("`via` names no tier", at, draft);
        return None;
    }
    let words = words.0.into_iter().enumerate();
    let tiers = words.map(|(index, word)| scenario::node(&word?, &at.index(index), draft));
    tiers.collect::<Option<_>>().map(Expected::Via)
}

fn latency(wire: wire::Latency, at: &Place, draft: &mut Draft<'_>) -> Option<Expected> {
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
    let bounds: Vec<_> = bounds.collect();
    if bounds.is_empty() && draft.faults.sure(at) {
        vacuous("`latency` has no bound", at, draft);
    }
    Some(Expected::Latency(bounds))
}
