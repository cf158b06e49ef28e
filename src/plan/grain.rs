use super::page::Page;
use std::fmt;
use std::time::Duration;

/// How fine a time may be in a configuration.
#[derive(Clone, Copy)]
pub(super) enum Grain {
    /// Microseconds, written as a decimal fraction of seconds.
    Micros,
    /// Whole seconds, one at least.
    Seconds,
}

/// A time as it can be said, rounded up; where that changes it, a comment says so.
pub(super) fn rounded(page: &mut Page, keyword: &str, wanted: Duration, grain: Grain) -> Seconds {
    let (step, least) = match grain {
        Grain::Micros => (Duration::from_micros(1), 0),
        Grain::Seconds => (Duration::from_secs(1), 1),
    };
    let steps = wanted.as_nanos().div_ceil(step.as_nanos()).max(least);
    let micros = u64::try_from(steps * step.as_micros()).unwrap_or(u64::MAX);
    let given = Duration::from_micros(micros);
    if given != wanted {
        let (wanted, step) = (Seconds(wanted), Seconds(step));
        page.comment(format_args!("{wanted} s wanted; {keyword} is counted in steps of {step} s"));
    }
    Seconds(given)
}

/// A time in seconds, with as many decimals as it needs.
pub(super) struct Seconds(pub Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = format!("{:09}", self.0.subsec_nanos());
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{}", self.0.as_secs()),
            digits => write!(f, "{}.{digits}", self.0.as_secs()),
        }
    }
}
