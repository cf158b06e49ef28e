use crate::lab::Tracked;
use crate::plan::{Seat, SeatTrack};
use std::fmt;
use std::time::Duration;

/// Whether something tracked is in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It is.
    Up,
    /// It is not.
    Down,
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Up => "up",
            Self::Down => "down",
        })
    }
}

/// What can be watched in a director.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An interface: up, and with a carrier.
    Interface(String),
    /// A shell command.
    Command(Command),
}

/// A command that says by its exit code whether something is in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The text given to `sh -c`.
    pub shell: String,
    /// The time between two runs, and the most that one may take.
    pub interval: Duration,
    /// How often it must succeed to be up again.
    pub rise: u32,
    /// How often it must fail to be down.
    pub fall: u32,
}

impl Subject {
    /// Nothing where a network is watched in which the director has no interface.
    fn of(track: &SeatTrack) -> Option<Self> {
        match &track.track.subject {
            Tracked::Network(_) => track.interface.clone().map(Self::Interface),
            Tracked::Command { shell, interval, rise, fall } => Some(Self::Command(Command {
                shell: shell.clone(),
                interval: *interval,
                rise: *rise,
                fall: *fall,
            })),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interface(name) => write!(f, "interface {name}"),
            Self::Command(command) => write!(f, "command `{}`", command.shell),
        }
    }
}

/// Something watched, with what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    pub(super) subject: Subject,
    /// What it weighs; zero means that all depends on it.
    weight: i16,
    /// Nothing is known before the first look.
    pub(super) condition: Option<Condition>,
}

impl Watched {
    /// What a seat watches: what it was told to, and the interface of its adverts, without which
    /// it is of no use (keepalived does so unless told dont_track_primary).
    pub(super) fn all(seat: &Seat) -> Vec<Self> {
        let told = seat.tracks.iter().filter_map(|track| {
            Some(Self { subject: Subject::of(track)?, weight: track.track.weight, condition: None })
        });
        let primary = Subject::Interface(seat.interface.clone());
        std::iter::once(Self { subject: primary, weight: 0, condition: None }).chain(told).collect()
    }

    /// Whether it ends the director's part.
    pub(super) fn is_fatal(&self) -> bool {
        self.weight == 0 && self.condition == Some(Condition::Down)
    }

    /// What it adds to the priority now.
    pub(super) fn bonus(&self) -> i16 {
        match (self.condition, self.weight) {
            (Some(Condition::Up), weight @ 1..) | (Some(Condition::Down), weight @ ..0) => weight,
            _ => 0,
        }
    }
}

/// The priority as it is announced: 255 belongs to owners and never changes.
pub(super) fn effective_priority(base: u8, watched: &[Watched]) -> u8 {
    if base == u8::MAX {
        return base;
    }
    let sum: i32 = watched.iter().map(|watched| i32::from(watched.bonus())).sum();
    u8::try_from((i32::from(base) + sum).clamp(1, 254)).unwrap_or(base)
}
