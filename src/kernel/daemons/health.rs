use super::stamp;
use crate::plan::ServiceKey;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::time::SystemTime;

/// The file in a director's directory to which the health checker appends every change of a real
/// server's health: a line `SECONDS.NANOSECONDS PROTOCOL VIP:PORT RIP:PORT UP|DOWN`, and after
/// DOWN the reason, where the checker knows it.
const FILE: &str = "health";

/// What a health checker thinks of a real server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Health {
    /// It serves.
    Up,
    /// It failed its check, and every attempt after that.
    Down,
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Up => "UP",
            Self::Down => "DOWN",
        })
    }
}

/// A health checker changed its mind about a real server of a virtual service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthChange {
    /// When.
    pub at: SystemTime,
    /// The virtual service.
    pub service: ServiceKey,
    /// The real server's address and port.
    pub server: SocketAddr,
    /// What it is from then on.
    pub health: Health,
    /// Why it is down, where the checker says so.
    pub reason: Option<String>,
}

impl HealthChange {
    fn line(&self) -> String {
        let Self { at, service, server, health, reason } = self;
        let why = reason.as_ref().map(|reason| format!(" {}", reason.replace('\n', " ")));
        let (at, why) = (stamp::stamp(*at), why.unwrap_or_default());
        format!("{at} {} {server} {health}{why}\n", service.words())
    }

    fn parse(line: &str) -> Option<Self> {
        let mut words = line.splitn(6, ' ');
        let at = stamp::parse(words.next()?)?;
        let service = ServiceKey::of_words(words.next()?, words.next()?)?;
        let server = words.next()?.parse().ok()?;
        let health = match words.next()? {
            "UP" => Health::Up,
            "DOWN" => Health::Down,
            _ => return None,
        };
        let reason = words.next().map(str::to_owned);
        Some(Self { at, service, server, health, reason })
    }
}

/// Appends a change to the record in a director's directory.
///
/// # Errors
/// What open(2) or write(2) says.
pub fn record_health(directory: &Path, change: &HealthChange) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(directory.join(FILE))?;
    file.write_all(change.line().as_bytes())
}

/// Takes away the record in a director's directory: a daemon that starts knows nothing of what
/// another one thought.
pub(super) fn forget_health(directory: &Path) -> io::Result<()> {
    match fs::remove_file(directory.join(FILE)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Reads the record in a director's directory, oldest first; none where nothing was recorded. A
/// line that is still being written is left out.
pub fn health_changes(directory: &Path) -> Vec<HealthChange> {
    let text = fs::read_to_string(directory.join(FILE)).unwrap_or_default();
    text.lines().filter_map(HealthChange::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Protocol;
    use std::time::{Duration, UNIX_EPOCH};

    fn change(protocol: Protocol, address: &str, health: Health) -> HealthChange {
        HealthChange {
            at: UNIX_EPOCH + Duration::new(1_700_000_000, 7),
            service: ServiceKey::Address(protocol, address.parse().unwrap()),
            server: "10.0.0.2:80".parse().unwrap(),
            health,
            reason: None,
        }
    }

    #[test]
    fn what_is_recorded_is_read_back_in_order() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(health_changes(directory.path()), []);
        let reason = Some("HTTP status 404, expected 200".to_owned());
        let changes = [
            change(Protocol::Tcp, "192.168.150.100:80", Health::Down),
            HealthChange { reason, ..change(Protocol::Tcp, "192.168.150.100:80", Health::Down) },
            change(Protocol::Udp, "[fd00::100]:53", Health::Up),
        ];
        for change in &changes {
            record_health(directory.path(), change).unwrap();
        }
        assert_eq!(health_changes(directory.path()), changes);
    }

    #[test]
    fn a_line_is_short_and_half_a_line_is_left_out() {
        let line = change(Protocol::Tcp, "10.0.0.100:80", Health::Down).line();
        assert_eq!(line, "1700000000.000000007 tcp 10.0.0.100:80 10.0.0.2:80 DOWN\n");
        for end in 0..line.len() - "DOWN\n".len() {
            assert_eq!(HealthChange::parse(&line[..end]), None);
        }
    }
}
