use super::super::{
    faults::Faults,
    rule::{self, Rule},
};
use crate::lab::Place;
use std::ops::RangeInclusive;

/// A number with the bounds that it must keep.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// The rule that a number outside breaks.
    pub rule: Rule,
    /// What the number is, as in "weight".
    pub noun: &'static str,
    /// The bounds.
    pub range: RangeInclusive<i64>,
    /// Why there are bounds.
    pub why: &'static str,
}

impl Bounds {
    /// Bounds of a number that is no more than a number.
    pub fn plain(noun: &'static str, range: RangeInclusive<i64>) -> Self {
        Self { rule: rule::OUT_OF_RANGE, noun, range, why: "" }
    }

    /// Bounds of a port.
    pub fn port() -> Self {
        let why = "a port has 16 bits, and 0 means none";
        Self { rule: rule::PORT, noun: "port", range: 1..=65535, why }
    }

    /// The number, or a fault at its place.
    pub fn check<T: TryFrom<i64>>(
        &self,
        number: i64,
        at: &Place,
        faults: &mut Faults,
    ) -> Option<T> {
        let inside = Some(number).filter(|n| self.range.contains(n));
        let checked = inside.and_then(|n| T::try_from(n).ok());
        if checked.is_none() {
            let message = format!("the {} `{number}` is out of range", self.noun);
            faults.push(self.rule.at(at, message, self.help()));
        }
        checked
    }

    fn help(&self) -> String {
        let range = format!("choose {} to {}", self.range.start(), self.range.end());
        if self.why.is_empty() { range } else { format!("{range}: {}", self.why) }
    }
}
