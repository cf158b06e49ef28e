use super::Place;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How a director finds out whether a real server serves; the names are those of
/// keepalived.conf(5), and so are the meanings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// What is tried.
    pub probe: Probe,
    /// The time between two checks of a server.
    pub delay_loop: Duration,
    /// How long one attempt may take, the connect and the answer each.
    pub connect_timeout: Duration,
    /// How many more attempts a server gets before it counts as failed.
    pub nb_get_retry: u32,
    /// The time between these attempts.
    pub delay_before_retry: Duration,
    /// What becomes of a failed server.
    pub on_failure: OnFailure,
    /// Where the file says so.
    pub at: Place,
}

impl HealthCheck {
    /// The time between two attempts where it is the same between checks and between retries: the
    /// shorter one, so that a failure is found no later than with both.
    pub fn only_interval(&self) -> Duration {
        match self.nb_get_retry {
            0 => self.delay_loop,
            _ => self.delay_loop.min(self.delay_before_retry),
        }
    }
}

/// What a health check tries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Probe {
    /// HTTP_GET: a GET request to the real server's own address and port.
    Http(HttpProbe),
    /// TCP_CHECK: a connect, and no more.
    Tcp,
    /// MISC_CHECK: a shell command, given `RIP` and `RPORT` in its environment; 0 means up.
    Command {
        /// The text given to `sh -c`.
        shell: String,
    },
}

/// What an answer must be like for a server to be up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpProbe {
    /// The path and query, from `/`.
    pub path: String,
    /// The statuses that are good, both included; keepalived's default is 200 to 299.
    pub status: (u16, u16),
    /// The MD5 of the body in lower-case hexadecimal digits, as genhash(1) prints it.
    pub digest: Option<String>,
    /// A text that the body must contain.
    pub body: Option<String>,
}

/// What becomes of a server that failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnFailure {
    /// It is removed from the table.
    #[default]
    Remove,
    /// It stays with weight 0 (keepalived's inhibit_on_failure).
    Quiesce,
}

/// When a virtual service has too few servers, and what then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quorum {
    /// The weights of the servers that are up must add up to this.
    pub weight: u32,
    /// How much more it takes to have quorum again, and less to lose it.
    pub hysteresis: u32,
}

impl Default for Quorum {
    /// keepalived's: one, without hysteresis.
    fn default() -> Self {
        Self { weight: 1, hysteresis: 0 }
    }
}
