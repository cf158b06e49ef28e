use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What a backend has done since it began; clones look at the same numbers.
#[derive(Clone, Debug, Default)]
pub struct Counters(Arc<Numbers>);

#[derive(Debug, Default)]
struct Numbers {
    connections: AtomicU64,
    requests: AtomicU64,
}

impl Counters {
    /// Connections accepted.
    pub fn connections(&self) -> u64 {
        self.0.connections.load(Relaxed)
    }

    /// Requests received, refused ones included.
    pub fn requests(&self) -> u64 {
        self.0.requests.load(Relaxed)
    }

    pub(super) fn count_connection(&self) {
        self.0.connections.fetch_add(1, Relaxed);
    }

    pub(super) fn count_request(&self) {
        self.0.requests.fetch_add(1, Relaxed);
    }
}
