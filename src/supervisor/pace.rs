use crate::report::Event;
use std::time::{Duration, Instant};

/// How far apart in time two steps must be to be told both.
const STRIDE: Duration = Duration::from_millis(5);

/// Keeps a build from telling more of its progress than anybody can see: telling costs more than
/// many an operation.
#[derive(Default)]
pub(super) struct Pace {
    total: usize,
    told: Option<Instant>,
}

impl Pace {
    /// Whether to tell it: everything that is no progress, the last step, and between them a step
    /// every few milliseconds.
    pub(super) fn is_worth(&mut self, event: &Event) -> bool {
        match event {
            Event::Building { operations, .. } => self.total = *operations,
            Event::Applied { done, .. } if *done < self.total => {
                if self.told.is_some_and(|told| told.elapsed() < STRIDE) {
                    return false;
                }
                self.told = Some(Instant::now());
            }
            _ => {}
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_in_quick_succession_are_not_told_but_the_last_one_is() {
        let mut pace = Pace::default();
        let mut worth = |event| pace.is_worth(&event);
        let applied = |done| Event::Applied { done, last: String::new() };
        assert!(worth(Event::Building { lab: "nat".parse().unwrap(), operations: 1000 }));
        assert!(worth(applied(1)));
        assert!((2..1000).any(|done| !worth(applied(done))));
        assert!(worth(applied(1000)));
    }
}
