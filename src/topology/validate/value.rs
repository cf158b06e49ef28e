use super::super::{faults::Faults, rule, wire::NumberOrText};
use crate::diag::Diagnostic;
use crate::lab::{CountRange, DurationRange, Place, written};
use std::time::Duration;

/// A duration such as `300ms`, `2s` or `1m`, or a fault at its place.
pub fn duration(text: &str, at: &Place, faults: &mut Faults) -> Option<Duration> {
    let parsed = written::duration(text);
    if parsed.is_none() {
        let help = "write a whole number above 0 and a unit, as in `300ms`, `2s` or `1m`";
        faults.push(no_duration(text, at, help));
    }
    parsed
}

/// A duration that may be `0s`, or a fault at its place.
pub fn delay(text: &str, at: &Place, faults: &mut Faults) -> Option<Duration> {
    let parsed = written::delay(text);
    if parsed.is_none() {
        let help = "write a whole number and a unit, as in `0s`, `300ms` or `1m`";
        faults.push(no_duration(text, at, help));
    }
    parsed
}

fn no_duration(text: &str, at: &Place, help: &str) -> Diagnostic {
    if written::is_too_long(text) {
        let message = format!("the duration `{text}` is longer than 24 h");
        return rule::DURATION.at(at, message, "choose at most `24h`");
    }
    rule::DURATION.at(at, format!("`{text}` is not a duration"), help)
}

/// A range of durations such as `3s..5s`, `..4s` or `2s..`, or a fault at its place.
pub fn duration_range(text: &str, at: &Place, faults: &mut Faults) -> Option<DurationRange> {
    let parsed = written::duration_range(text);
    if parsed.is_none() {
        faults.push(rule::RANGE.at(
            at,
            format!("`{text}` is not a range of durations"),
            with_dots(text, |bound| written::delay(bound).is_some()).unwrap_or_else(|| {
                "write `..4s` for 4 s or less, `3s..5s` for 3 s to 5 s, `2s..` for 2 s or more"
                    .to_owned()
            }),
        ));
    }
    parsed
}

/// A count such as `50`, or a range such as `45..55`, `10..` or `..3`, or a fault at its place.
pub fn count_range(wire: &NumberOrText, at: &Place, faults: &mut Faults) -> Option<CountRange> {
    let range = match wire {
        NumberOrText::Number(number) => u32::try_from(*number).ok().map(CountRange::exactly),
        NumberOrText::Text(text) => parse_range(text),
    };
    if range.is_none() {
        faults.push(rule::RANGE.at(
            at,
            format!("`{wire}` is not a number or a range of numbers"),
            with_dots(&wire.to_string(), |bound| bound.parse::<u32>().is_ok()).unwrap_or_else(
                || {
                    "write `50` for exactly 50, `45..55` for 45 to 55, `10..` for 10 or more"
                        .to_owned()
                },
            ),
        ));
    }
    range
}

/// How a range is written that has a dash, a colon or one dot between its bounds.
fn with_dots(text: &str, is_bound: impl Fn(&str) -> bool) -> Option<String> {
    let (min, max) = ["...", "-", "–", ":", "."].iter().find_map(|sign| text.split_once(sign))?;
    let (min, max) = (min.trim(), max.trim());
    (is_bound(min) && is_bound(max)).then(|| format!("write `{min}..{max}`: a range has two dots"))
}

fn parse_range(text: &str) -> Option<CountRange> {
    let bound = |text: &str, open: u32| match text.trim() {
        "" => Some(open),
        digits => digits.parse().ok(),
    };
    let (min, max) = match text.split_once("..") {
        None => return text.trim().parse().ok().map(CountRange::exactly),
        Some(("", "")) => return None,
        Some((min, max)) => (bound(min, 0)?, bound(max, u32::MAX)?),
    };
    (min <= max).then_some(CountRange { min, max })
}

/// A command that can fail.
pub fn shell(text: String, at: &Place, faults: &mut Faults) -> Option<String> {
    if !text.trim().is_empty() {
        return Some(text);
    }
    let help = "write what must succeed, as in `test ! -e /tmp/down`";
    faults.push(rule::ALWAYS_HOLDS.at(at, "an empty command always succeeds", help));
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_one_or_two_bounds() {
        let range = |min, max| Some(CountRange { min, max });
        assert_eq!(parse_range("45..55"), range(45, 55));
        assert_eq!(parse_range("10.."), range(10, u32::MAX));
        assert_eq!(parse_range("..3"), range(0, 3));
        assert_eq!(parse_range("7"), range(7, 7));
        for bad in ["", "..", "5..3", "a..b", "1..2..3", "-1..2"] {
            assert_eq!(parse_range(bad), None, "{bad}");
        }
    }
}
