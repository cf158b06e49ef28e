use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A time as the records have it: `SECONDS.NANOSECONDS` since 1970.
pub(super) fn stamp(at: SystemTime) -> String {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{}.{:09}", since.as_secs(), since.subsec_nanos())
}

/// Reads a time back.
pub(super) fn parse(word: &str) -> Option<SystemTime> {
    let (seconds, nanoseconds) = word.split_once('.')?;
    let since = Duration::new(seconds.parse().ok()?, nanoseconds.parse().ok()?);
    Some(UNIX_EPOCH + since)
}
