use crate::ha::log::log;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How often the same complaint is written at most.
const SPACING: Duration = Duration::from_secs(10);

/// Complaints that may come with every packet.
#[derive(Default)]
pub(super) struct Complaints(HashMap<String, (Instant, u32)>);

impl Complaints {
    /// Writes a complaint, unless the same was written just now; then how often it came is
    /// written with the next one.
    pub(super) fn log(&mut self, complaint: String) {
        let now = Instant::now();
        match self.0.get_mut(&complaint) {
            Some((at, silent)) if now < *at + SPACING => *silent += 1,
            Some((at, silent)) => {
                log(format_args!("{complaint} ({} times since)", *silent + 1));
                (*at, *silent) = (now, 0);
            }
            None => {
                log(&complaint);
                // Rubbish of many kinds must not fill the memory.
                self.0.retain(|_, (at, _)| now < *at + SPACING);
                self.0.insert(complaint, (now, 0));
            }
        }
    }
}
