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
    let close = written::close(text).map(|meant| format!("write `{}`", written::in_words(meant)));
    let message = format!("`{text}` is not a duration");
    rule::DURATION.at(at, message, close.unwrap_or_else(|| help.to_owned()))
}

/// A range of durations such as `3s..5s`, `..4s` or `2s..`, or a fault at its place.
pub fn duration_range(text: &str, at: &Place, faults: &mut Faults) -> Option<DurationRange> {
    let parsed = written::duration_range(text);
    if parsed.is_none() {
        faults.push(rule::RANGE.at(
            at,
            format!("`{text}` is not a range of durations"),
            durations_meant(text).unwrap_or_else(|| {
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
            counts_meant(&wire.to_string()).unwrap_or_else(|| {
                "write `50` for exactly 50, `45..55` for 45 to 55, `10..` for 10 or more".to_owned()
            }),
        ));
    }
    range
}

/// How a range of durations is written that is written in another way.
fn durations_meant(text: &str) -> Option<String> {
    let is_delay = |bound: &str| written::delay(bound).is_some();
    let unit = text.trim_end().trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    let with_unit =
        |bound: &str| if is_delay(bound) { bound.to_owned() } else { bound.to_owned() + unit };
    if let Some(bound) = text.strip_prefix(['<', '~']).map(|b| b.trim_start_matches('=').trim()) {
        return is_delay(bound).then(|| format!("write `..{bound}` for {bound} or less"));
    }
    if let Some(bound) = text.strip_prefix('>').map(|b| b.trim_start_matches('=').trim()) {
        return is_delay(bound).then(|| format!("write `{bound}..` for {bound} or more"));
    }
    let bare = text.trim_matches('.');
    if bare.parse::<u32>().is_ok() {
        return Some(format!(
            "write a unit behind the number, as in `{}`",
            text.replace(bare, &format!("{bare}s"))
        ));
    }
    let (min, max) = bounds(text)?;
    let (min, max) = (with_unit(min), with_unit(max));
    (is_delay(&min) && is_delay(&max))
        .then(|| format!("write `{min}..{max}`: a range has two dots"))
}

/// How a range of counts is written that is written in another way.
fn counts_meant(text: &str) -> Option<String> {
    let count = |bound: &str| bound.trim().parse::<u32>().ok();
    let written =
        match text.split_at(text.find(|c: char| !matches!(c, '<' | '>' | '=' | '≤' | '≥'))?) {
            ("", _) => None,
            ("<", bound) => count(bound)?.checked_sub(1).map(|most| format!("..{most}")),
            ("<=" | "≤" | "=<", bound) => count(bound).map(|most| format!("..{most}")),
            (">", bound) => count(bound)?.checked_add(1).map(|least| format!("{least}..")),
            (">=" | "≥" | "=>", bound) => count(bound).map(|least| format!("{least}..")),
            (_, bound) => count(bound).map(|exactly| exactly.to_string()),
        };
    let more = || text.strip_suffix('+').and_then(count).map(|least| format!("{least}.."));
    let none = || matches!(text, "none" | "no" | "nothing").then(|| "0".to_owned());
    if let Some(written) = written.or_else(more).or_else(none) {
        return Some(format!("write `{written}`"));
    }
    if text.strip_suffix('%').is_some_and(|number| count(number).is_some()) {
        return Some("write a number of requests, not per cent".to_owned());
    }
    if let Some((min, max)) = text.split_once("..").and_then(|(a, b)| Some((count(a)?, count(b)?)))
    {
        return (min > max).then(|| format!("write `{max}..{min}`: the smaller bound comes first"));
    }
    let (min, max) = bounds(text)?;
    (count(min)? <= count(max)?).then(|| format!("write `{min}..{max}`: a range has two dots"))
}

/// The bounds of a range that has a dash, a colon, a comma or one dot between them.
fn bounds(text: &str) -> Option<(&str, &str)> {
    let inside = text.trim_matches(['[', ']', '(', ')']);
    let signs = ["...", "-", "–", ":", " to ", ",", "."];
    let (min, max) = signs.iter().find_map(|sign| inside.split_once(sign))?;
    Some((min.trim(), max.trim()))
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
