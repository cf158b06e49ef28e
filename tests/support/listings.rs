//! What two programs list of the same connections, though the timers run on.

use super::eventually;

/// Waits until both list the same. Their timers cannot be read at once: theirs must be between what
/// ours were before and what they are afterwards.
pub fn assert_agree(ours: impl Fn() -> String, theirs: impl Fn() -> String) {
    let agree = || {
        let [before, between, after] = [ours(), theirs(), ours()].map(|text| Listing::of(&text));
        before.text == between.text && between.text == after.text && {
            let timers = between.timers.iter().zip(&before.timers).zip(&after.timers);
            timers.into_iter().all(|((timer, most), least)| (least..=most).contains(&timer))
        }
    };
    eventually(agree, || format!("{}\nis not\n{}", ours(), theirs()));
}

/// A listing, and the timers apart from it.
struct Listing {
    text: String,
    timers: Vec<u32>,
}

impl Listing {
    fn of(text: &str) -> Self {
        let mut timers = Vec::new();
        let words = text.split(' ').map(|word| match seconds(word) {
            Some(timer) => {
                timers.push(timer);
                "a timer"
            }
            None => word,
        });
        Self { text: words.collect::<Vec<_>>().join(" "), timers }
    }
}

/// The seconds of a timer, as in `01:58`.
fn seconds(word: &str) -> Option<u32> {
    let (minutes, seconds) = word.split_once(':')?;
    let is_timer = [minutes, seconds].iter().all(|part| part.len() == 2);
    is_timer.then_some(60 * minutes.parse::<u32>().ok()? + seconds.parse::<u32>().ok()?)
}
