use clap::ValueEnum;
use std::fmt;

/// Who keeps the directors available.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Contender {
    /// The built-in daemons.
    Vrrp,
    /// keepalived(8).
    Keepalived,
}

/// In the order of their turns.
pub const BOTH: [Contender; 2] = [Contender::Vrrp, Contender::Keepalived];

/// The word for it in a topology file.
impl fmt::Display for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Vrrp => "vrrp",
            Self::Keepalived => "keepalived",
        })
    }
}
