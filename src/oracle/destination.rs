use crate::lab::{self, ForwardingMethod, Thresholds};

/// A destination of the director's table and its counters (`struct ip_vs_dest`).
#[derive(Clone, Debug)]
pub(super) struct Destination {
    /// Its index in the order of addition.
    pub added: usize,
    /// Its weight; 0 means quiesced.
    pub weight: u64,
    /// Connections that are open.
    pub active: u64,
    /// Connections that ended and whose entries linger.
    pub inactive: u64,
    /// How it is reached, which decides in what state a closed connection lingers.
    pub forwarding: ForwardingMethod,
    thresholds: Thresholds,
    overloaded: bool,
}

impl Destination {
    pub fn new(added: usize, entry: &lab::Destination) -> Self {
        Self {
            added,
            weight: entry.weight.into(),
            active: 0,
            inactive: 0,
            forwarding: entry.forwarding,
            thresholds: entry.thresholds,
            overloaded: false,
        }
    }

    /// Whether a scheduler may choose it (`IP_VS_DEST_F_OVERLOAD` and weight).
    pub fn is_available(&self) -> bool {
        self.weight > 0 && !self.overloaded
    }

    /// Counts a new connection (`ip_vs_bind_dest`).
    pub fn bind(&mut self) {
        self.active += 1;
        self.fill();
    }

    /// Counts a client of UDP, whose entries are inactive from the beginning on.
    pub fn bind_inactive(&mut self) {
        self.inactive += 1;
        self.fill();
    }

    fn fill(&mut self) {
        let upper = u64::from(self.thresholds.upper);
        self.overloaded |= upper != 0 && self.total() >= upper;
    }

    /// A connection was closed; its entry stays.
    pub fn close(&mut self) {
        self.active -= 1;
        self.inactive += 1;
    }

    /// A closed connection is used again.
    pub fn reopen(&mut self) {
        self.inactive -= 1;
        self.active += 1;
    }

    /// A closed connection's entry is removed (`ip_vs_unbind_dest`).
    pub fn unbind(&mut self) {
        self.inactive -= 1;
        if self.is_below_lower_threshold() {
            self.overloaded = false;
        }
    }

    // Without a lower threshold it is three quarters of the upper one.
    fn is_below_lower_threshold(&self) -> bool {
        match (u64::from(self.thresholds.lower), u64::from(self.thresholds.upper)) {
            (0, 0) => true,
            (0, upper) => self.total() * 4 < upper * 3,
            (lower, _) => self.total() < lower,
        }
    }

    fn total(&self) -> u64 {
        self.active + self.inactive
    }
}
