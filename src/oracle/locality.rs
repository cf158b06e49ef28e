use super::destination::Destination;
use super::least::{all, least_loaded};
use super::schedule::{Chosen, Packet, Schedule};

/// lblc (ip_vs_lblc.c): remembers one destination for each destination address, here one VIP,
/// until it has too much to do while another is half idle.
#[derive(Default)]
pub(super) struct Locality {
    cached: Option<usize>,
}

impl Schedule for Locality {
    // The cache asks for a weight, but not whether the upper threshold is reached.
    fn choose(&mut self, list: &[Destination], _: Packet) -> Chosen {
        let usable = |at: &usize| list[*at].weight > 0 && !is_overloaded(*at, list);
        if let Some(at) = self.cached.filter(usable) {
            return Ok(Some(at));
        }
        let chosen = least_loaded(list, all(list))?;
        self.cached = chosen.or(self.cached);
        Ok(chosen)
    }
}

/// lblcr (ip_vs_lblcr.c): remembers a set of destinations for each destination address, here one
/// VIP, takes the least loaded of them, and adds to the set when that one has too much to do.
///
/// The kernel shrinks a set that stayed the same for a day; no lab waits for it.
#[derive(Default)]
pub(super) struct Replication {
    /// The newest first.
    set: Vec<usize>,
}

impl Schedule for Replication {
    fn choose(&mut self, list: &[Destination], _: Packet) -> Chosen {
        let best = least_loaded(list, self.set.iter().copied())?;
        if let Some(at) = best.filter(|at| !is_overloaded(*at, list)) {
            return Ok(Some(at));
        }
        let chosen = least_loaded(list, all(list))?;
        if let Some(at) = chosen.filter(|at| !self.set.contains(at)) {
            self.set.insert(0, at);
        }
        Ok(chosen)
    }
}

fn is_overloaded(at: usize, list: &[Destination]) -> bool {
    list[at].active > list[at].weight && list.iter().any(|d| d.active * 2 < d.weight)
}
