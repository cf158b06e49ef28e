use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! schedulers {
    ($($variant:ident $keyword:literal $module:literal $title:literal;)*) => {
        /// How a director chooses the real server (ipvsadm(8), scheduling-method).
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
        )]
        #[serde(rename_all = "lowercase")]
        pub enum Scheduler {
            $(#[doc = $title] $variant,)*
        }

        impl Scheduler {
            /// Every scheduler, as in ipvsadm(8).
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word for it in ipvsadm and in a topology file.
            pub fn keyword(self) -> &'static str {
                match self { $(Self::$variant => $keyword,)* }
            }

            /// The kernel module that brings it.
            pub fn module(self) -> &'static str {
                match self { $(Self::$variant => $module,)* }
            }

            /// Its name in words.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }
        }
    };
}

schedulers! {
    Rr "rr" "ip_vs_rr" "Round robin.";
    Wrr "wrr" "ip_vs_wrr" "Weighted round robin.";
    Lc "lc" "ip_vs_lc" "Least connection.";
    Wlc "wlc" "ip_vs_wlc" "Weighted least connection.";
    Lblc "lblc" "ip_vs_lblc" "Locality-based least connection.";
    Lblcr "lblcr" "ip_vs_lblcr" "Locality-based least connection with replication.";
    Dh "dh" "ip_vs_dh" "Destination hashing.";
    Sh "sh" "ip_vs_sh" "Source hashing.";
    Sed "sed" "ip_vs_sed" "Shortest expected delay.";
    Nq "nq" "ip_vs_nq" "Never queue.";
    Fo "fo" "ip_vs_fo" "Weighted failover.";
    Ovf "ovf" "ip_vs_ovf" "Weighted overflow.";
    Mh "mh" "ip_vs_mh" "Maglev hashing.";
    Twos "twos" "ip_vs_twos" "Power of two random choices.";
}

impl fmt::Display for Scheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.keyword())
    }
}

/// A scheduler's own flag (ipvsadm(8), --sched-flags).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SchedulerFlag {
    /// sh, mh: take another server when the hashed one is not available.
    Fallback,
    /// sh, mh: the source port takes part in the hash.
    Port,
}

impl Scheduler {
    /// Whether it looks at how many connections the real servers have.
    pub fn counts_connections(self) -> bool {
        use Scheduler::{Lblc, Lblcr, Lc, Nq, Ovf, Sed, Wlc};
        matches!(self, Lblc | Lblcr | Lc | Nq | Ovf | Sed | Wlc)
    }
}

impl SchedulerFlag {
    /// The word in a topology file; ipvsadm's has the scheduler's before it, as in `sh-port`.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Fallback => "fallback",
            Self::Port => "port",
        }
    }
}
