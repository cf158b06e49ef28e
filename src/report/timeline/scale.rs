/// A mark on an axis of time.
#[derive(Debug, PartialEq, Eq)]
pub struct Tick {
    /// When, in microseconds.
    pub at: u64,
    /// The same in words: `2 s`, `0.5 s`.
    pub label: String,
}

/// The finest step that a scale has: a millisecond.
const FINEST: u64 = 1_000;

/// Marks at round seconds from nought to `end`, at most `most` of them and the one at nought.
pub fn scale(end: u64, most: u64) -> Vec<Tick> {
    let step = step(end / most.max(1));
    let digits = match step {
        1_000_000.. => 0,
        100_000.. => 1,
        10_000.. => 2,
        _ => 3,
    };
    let tick = |at| Tick { at, label: format!("{} s", seconds(at, digits)) };
    (0..=end / step).map(|number| tick(number * step)).collect()
}

/// The smallest round number of microseconds above `least`: 1, 2 or 5 and noughts.
pub fn step(least: u64) -> u64 {
    let decades = std::iter::successors(Some(FINEST), |decade| decade.checked_mul(10));
    let mut steps = decades.flat_map(|decade| [1, 2, 5].map(|n| decade.saturating_mul(n)));
    steps.find(|step| *step > least).unwrap_or(u64::MAX)
}

/// A moment to the millisecond: `1.203 s`.
pub fn precise(micros: u64) -> String {
    format!("{} s", seconds(micros, 3))
}

fn seconds(micros: u64, digits: usize) -> String {
    let (whole, millis) = (micros / 1_000_000, micros / 1_000 % 1_000);
    match digits {
        0 => whole.to_string(),
        _ => format!("{whole}.{}", &format!("{millis:03}")[..digits.min(3)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(end: u64, most: u64) -> Vec<String> {
        scale(end, most).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn steps_are_round() {
        assert_eq!(labels(10_500_000, 6), ["0 s", "2 s", "4 s", "6 s", "8 s", "10 s"]);
        assert_eq!(labels(400_000, 3), ["0.0 s", "0.2 s", "0.4 s"]);
        assert_eq!(labels(0, 5), ["0.000 s"]);
    }

    #[test]
    fn a_long_time_has_no_more_marks_than_a_short_one() {
        for end in [1, 999, 1_000_000, 86_400_000_000, u64::MAX] {
            assert!(scale(end, 8).len() <= 9, "{end}");
        }
    }

    #[test]
    fn moments_are_told_to_the_millisecond() {
        assert_eq!(precise(1_203_999), "1.203 s");
        assert_eq!(precise(50), "0.000 s");
    }
}
