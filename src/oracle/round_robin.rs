use super::list::{Change, List};
use super::schedule::{Chosen, Packet, Schedule};

/// rr (ip_vs_rr.c): the next available destination; weights count only as zero or not.
#[derive(Default)]
pub(super) struct RoundRobin {
    /// The destination chosen last; none before the list's head.
    last: Option<usize>,
}

impl Schedule for RoundRobin {
    // ip_vs_rr_del_dest
    fn changed(&mut self, _: &List, change: Change) {
        if let Change::Removed { index, before } = change
            && self.last == Some(index)
        {
            self.last = before;
        }
    }

    fn choose(&mut self, list: &List, _: Packet) -> Chosen {
        let start = self.last.and_then(|last| list.position(last)).map_or(0, |last| last + 1);
        let mut round = (0..list.len()).map(|step| list.at((start + step) % list.len()));
        let found = round.find(|&at| list[at].is_available());
        self.last = found.or(self.last);
        Ok(found)
    }
}

/// wrr (ip_vs_wrr.c): rounds over the list, each for a threshold that falls by the weights'
/// greatest common divisor, from the greatest weight to 1.
pub(super) struct WeightedRoundRobin {
    /// The position of the destination chosen last; none before the list's head.
    current: Option<usize>,
    threshold: i64,
    top: i64,
    step: i64,
}

impl Default for WeightedRoundRobin {
    fn default() -> Self {
        Self { current: None, threshold: 0, top: 0, step: 1 }
    }
}

impl WeightedRoundRobin {
    // Lowers the threshold; true when it begins again at the top.
    fn next_round(&mut self) -> bool {
        self.threshold -= self.step;
        let restarted = self.threshold <= 0;
        if restarted {
            self.threshold = self.top;
        }
        restarted
    }

    fn search(&mut self, list: &List) -> Option<usize> {
        let first = self.current;
        let (mut from, mut stop) = (first.map_or(0, |last| last + 1), None);
        let (mut restarted, mut lowest) = (false, false);
        loop {
            for (position, destination) in list.iter().enumerate().skip(from) {
                if destination.is_available() && destination.weight as i64 >= self.threshold {
                    self.current = Some(position);
                    return Some(list.at(position));
                }
                if Some(position) == stop {
                    self.current = stop;
                    return None;
                }
            }
            from = 0;
            if self.next_round() {
                if lowest || first.is_none() {
                    self.current = None;
                    return None;
                }
                restarted = true;
            }
            lowest = self.threshold <= self.step;
            if lowest && restarted {
                stop = first;
            }
        }
    }
}

impl Schedule for WeightedRoundRobin {
    // ip_vs_wrr_dest_changed: each addition changes the threshold, so that a new service begins in
    // the middle of a period and not with the greatest weight; and each change goes back to the
    // list's head.
    fn changed(&mut self, list: &List, _: Change) {
        let weights = || list.iter().map(|d| d.weight as i64).filter(|w| *w > 0);
        self.current = None;
        self.step = weights().reduce(gcd).unwrap_or(1);
        self.top = weights().max().unwrap_or(0) - (self.step - 1);
        if self.threshold > self.top || self.threshold == 0 {
            self.threshold = self.top;
        } else if self.step > 1 {
            self.threshold = self.threshold / self.step * self.step + 1;
        }
    }

    fn choose(&mut self, list: &List, _: Packet) -> Chosen {
        Ok(if self.top == 0 { None } else { self.search(list) })
    }
}

pub(super) fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
