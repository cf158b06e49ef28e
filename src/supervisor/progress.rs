use crate::report::Event;
use std::time::{Duration, Instant};

/// How often it is worth telling how many operations were applied.
const PACE: Duration = Duration::from_millis(20);

/// Thins events out: a large lab has thousands of operations, and nobody reads that fast.
pub(super) struct Progress {
    total: usize,
    told: Option<Instant>,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self { total: 0, told: None }
    }

    /// Whether the event should be told. The last operation always is.
    pub(super) fn is_news(&mut self, event: &Event) -> bool {
        match event {
            Event::Building { operations, .. } => self.total = *operations,
            Event::Applied { done, .. } if *done < self.total => {
                if self.told.is_some_and(|told| told.elapsed() < PACE) {
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
    fn of_many_operations_the_first_and_the_last_are_told() {
        let mut progress = Progress::new();
        let building = Event::Building { lab: "nat".parse().unwrap(), operations: 100_000 };
        assert!(progress.is_news(&building));
        let applied = |done| Event::Applied { done, last: String::new() };
        let told = (1..=100_000).filter(|done| progress.is_news(&applied(*done)));
        let told: Vec<usize> = told.collect();
        assert!(told.len() < 50_000);
        assert_eq!((told[0], told[told.len() - 1]), (1, 100_000));
    }
}
