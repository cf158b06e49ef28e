use super::stamp;
use crate::lab::{RouterName, VrrpState};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::SystemTime;

/// The file in a director's directory to which every change of a virtual router's state is
/// appended, whoever speaks VRRP there: a line `SECONDS.NANOSECONDS ROUTER STATE`.
const FILE: &str = "states";

/// A virtual router came to a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateChange {
    /// When.
    pub at: SystemTime,
    /// The virtual router.
    pub router: RouterName,
    /// Its new state.
    pub state: VrrpState,
}

impl StateChange {
    fn line(&self) -> String {
        let (router, state) = (&self.router, self.state.keyword().to_uppercase());
        format!("{} {router} {state}\n", stamp::stamp(self.at))
    }

    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let at = stamp::parse(words.next()?)?;
        let router = words.next()?.trim_matches('"').parse().ok()?;
        Some(Self { at, router, state: state(words.next()?)? })
    }
}

/// keepalived calls it STOP when it ends.
fn state(word: &str) -> Option<VrrpState> {
    let mut states = VrrpState::ALL.into_iter();
    match word {
        "STOP" => Some(VrrpState::Init),
        word => states.find(|state| state.keyword().eq_ignore_ascii_case(word)),
    }
}

/// Appends a change to the record in a director's directory.
///
/// # Errors
/// What open(2) or write(2) says.
pub fn record_state(directory: &Path, change: &StateChange) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(directory.join(FILE))?;
    file.write_all(change.line().as_bytes())
}

/// Reads the record in a director's directory, oldest first; none where nothing was recorded. A
/// line that is still being written is left out.
pub fn state_changes(directory: &Path) -> Vec<StateChange> {
    let text = fs::read_to_string(directory.join(FILE)).unwrap_or_default();
    text.lines().filter_map(StateChange::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn what_is_recorded_is_read_back_in_order() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(state_changes(directory.path()), []);
        let change = |nanoseconds, state| StateChange {
            at: UNIX_EPOCH + Duration::new(1_700_000_000, nanoseconds),
            router: "VI_1".parse().unwrap(),
            state,
        };
        let changes = [change(7, VrrpState::Backup), change(1_000, VrrpState::Master)];
        for change in &changes {
            record_state(directory.path(), change).unwrap();
        }
        assert_eq!(state_changes(directory.path()), changes);
    }

    #[test]
    fn a_line_of_keepaliveds_is_read() {
        let state = |line| StateChange::parse(line).map(|change| change.state);
        assert_eq!(state("1700000000.000000001 \"VI_1\" MASTER"), Some(VrrpState::Master));
        assert_eq!(state("1700000000.000000001 \"VI_1\" STOP"), Some(VrrpState::Init));
        assert_eq!(state("1700000000.000000001 \"VI_1\" MASTER_RX_LOWER_PRI"), None);
    }

    #[test]
    fn half_a_line_is_left_out() {
        assert_eq!(StateChange::parse("1700000000.000000001 VI_1"), None);
        assert_eq!(StateChange::parse("17000"), None);
    }
}
