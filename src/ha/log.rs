use std::fmt::Display;
use std::io::{self, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Writes a sentence to the log, standard error. A log that is gone is no reason to end.
pub(super) fn log(sentence: impl Display) {
    let line = line(SystemTime::now(), &sentence);
    let _ = io::stderr().write_all(line.as_bytes());
}

/// A sentence behind the time of day (UTC).
fn line(at: SystemTime, sentence: &dyn Display) -> String {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let (seconds, micros) = (since.as_secs() % 86_400, since.subsec_micros());
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}.{micros:06} {sentence}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_time_of_day() {
        let at = UNIX_EPOCH + Duration::from_micros(1_700_000_000_007_000);
        assert_eq!(line(at, &"rs1 failed"), "22:13:20.007000 rs1 failed\n");
    }
}
