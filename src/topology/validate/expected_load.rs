use super::super::{
    rule,
    wire::{Decimal, NumberOrText},
};
use super::{Draft, expected::vacuous, value};
use crate::lab::{CountRange, DurationRange, Expected, Place};
use std::time::Duration;

/// Thousandths of a per cent that are all.
const ALL: f64 = 100_000.0;

/// A range of durations that a time can be outside of.
pub fn times(
    text: &str,
    of: fn(DurationRange) -> Expected,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<Expected> {
    let range = value::duration_range(text, at, draft.faults)?;
    if range == (DurationRange { min: Duration::ZERO, max: Duration::MAX }) {
        vacuous(&format!("every time is in `{text}`"), at, draft);
        return None;
    }
    Some(of(range))
}

/// A range that a count can be outside of.
pub fn counts(
    wire: &NumberOrText,
    of: fn(CountRange) -> Expected,
    at: &Place,
    draft: &mut Draft<'_>,
) -> Option<Expected> {
    let range = value::count_range(wire, at, draft.faults)?;
    if range == (CountRange { min: 0, max: u32::MAX }) {
        vacuous(&format!("every number is in `{wire}`"), at, draft);
        return None;
    }
    Some(of(range))
}

/// Per cent of the load's time: `99.9`, or `99.9%`.
pub fn availability(wire: &Decimal, at: &Place, draft: &mut Draft<'_>) -> Option<Expected> {
    let number = match wire {
        Decimal::Number(number) => Some(*number),
        Decimal::Text(text) => text.trim_end_matches('%').trim().parse().ok(),
    };
    match number.map(|per_cent: f64| (per_cent * 1000.0).round()) {
        Some(0.0) => vacuous("everything is available for 0 per cent of the time", at, draft),
        Some(share) if (0.0..=ALL).contains(&share) => {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "in range"
            )]
            return Some(Expected::Availability(share as u32));
        }
        _ => draft.faults.push(rule::OUT_OF_RANGE.at(
            at,
            format!("the availability `{wire}` is out of range"),
            "choose a number of per cent up to 100, such as `99.9`",
        )),
    }
    None
}
