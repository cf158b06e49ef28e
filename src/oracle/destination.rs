use crate::lab::{self, ForwardingMethod, Thresholds};
use std::net::IpAddr;

/// A destination and its counters (`struct ip_vs_dest`).
#[derive(Clone, Debug)]
pub(super) struct Destination {
    /// Where it is, which mh hashes.
    pub address: IpAddr,
    /// Its port.
    pub port: u16,
    /// Its weight; 0 means quiesced.
    pub weight: u64,
    /// The weight that it had before it was quiesced; 0 if it was added so.
    pub last_weight: u64,
    /// Connections that are open.
    pub active: u64,
    /// Connections that ended and whose entries linger.
    pub inactive: u64,
    /// How it is reached, which decides in what state a closed connection lingers.
    pub forwarding: ForwardingMethod,
    /// Whether it is in the table (`IP_VS_DEST_F_AVAILABLE`).
    pub listed: bool,
    /// Whether a client closed a connection to it while it was not in the table: the director drops
    /// the packets that say so.
    pub abandoned: bool,
    thresholds: Thresholds,
    overloaded: bool,
}

impl Destination {
    /// One that is not in the table yet.
    pub fn new(entry: &lab::Destination) -> Self {
        Self {
            address: entry.address,
            port: entry.port,
            weight: 0,
            last_weight: 0,
            active: 0,
            inactive: 0,
            forwarding: entry.forwarding,
            listed: false,
            abandoned: false,
            thresholds: entry.thresholds,
            overloaded: false,
        }
    }

    /// Whether a scheduler may choose it (`IP_VS_DEST_F_OVERLOAD` and weight).
    pub fn is_available(&self) -> bool {
        self.listed && self.weight > 0 && !self.overloaded
    }

    /// Counts a new connection (`ip_vs_bind_dest`).
    pub fn bind(&mut self) {
        self.active += 1;
        self.limit();
    }

    /// Counts what is never open: a client's UDP port.
    pub fn bind_inactive(&mut self) {
        self.inactive += 1;
        self.limit();
    }

    fn limit(&mut self) {
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
