use crate::report::{Counts, Verdict};
use crate::text::elapsed;
use std::time::Duration;

/// A verdict as a badge: a mark, a word and a colour.
pub fn badge(verdict: Verdict) -> String {
    let (mark, word) = match verdict {
        Verdict::Passed => ("✓", "passed"),
        Verdict::Failed => ("✗", "failed"),
        Verdict::Errored => ("!", "errored"),
    };
    format!("<span class=\"badge {word}\"><span aria-hidden=\"true\">{mark}</span> {word}</span>")
}

/// The counts that are not nought, in words.
pub fn counted(counts: Counts) -> String {
    let Counts { passed, failed, errored } = counts;
    let all = [(passed, "passed"), (failed, "failed"), (errored, "errored")];
    let there = all.into_iter().filter(|(count, _)| *count > 0);
    let words: Vec<_> = there.map(|(count, word)| format!("{count} {word}")).collect();
    if words.is_empty() { "nothing checked".to_owned() } else { words.join(", ") }
}

/// A length of time in words.
pub fn time(micros: u64) -> String {
    elapsed(Duration::from_micros(micros))
}
