use std::collections::HashMap;
use std::fmt::Display;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How often the same complaint is written at most.
const SPACING: Duration = Duration::from_secs(10);

/// Writes a line on standard error, with the time of day (UTC).
pub(super) fn log(subject: &dyn Display, text: &dyn Display) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = now.as_secs() % 86_400;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    eprintln!("{hours:02}:{minutes:02}:{seconds:02}.{:06} {subject}: {text}", now.subsec_micros());
}

/// Complaints that may come with every packet.
#[derive(Default)]
pub(super) struct Complaints(HashMap<String, (Instant, u32)>);

impl Complaints {
    /// Writes a complaint, unless the same was written just now; then how often it came is
    /// written with the next one.
    pub(super) fn log(&mut self, subject: &dyn Display, text: &dyn Display) {
        let (now, text) = (Instant::now(), text.to_string());
        let key = format!("{subject}: {text}");
        match self.0.get_mut(&key) {
            Some((at, silent)) if now < *at + SPACING => *silent += 1,
            Some((at, silent)) => {
                log(subject, &format_args!("{text} ({} times since)", *silent + 1));
                (*at, *silent) = (now, 0);
            }
            None => {
                log(subject, &text);
                self.0.insert(key, (now, 0));
            }
        }
    }
}
