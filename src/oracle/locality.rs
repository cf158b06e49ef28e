use super::least::least_loaded;
use super::list::List;
use super::schedule::{Chosen, Packet, Schedule};
use std::collections::HashMap;
use std::net::IpAddr;

/// lblc (ip_vs_lblc.c): remembers one destination for each destination address, until it has too
/// much to do while another is half idle.
#[derive(Default)]
pub(super) struct Locality {
    cached: HashMap<IpAddr, usize>,
}

impl Schedule for Locality {
    // The cache asks for a weight, but not whether the upper threshold is reached. It remembers a
    // destination that was removed, and has it again once it is back.
    fn choose(&mut self, list: &List, packet: Packet) -> Chosen {
        let usable =
            |at: &usize| list[*at].listed && list[*at].weight > 0 && !is_overloaded(*at, list);
        if let Some(at) = self.cached.get(&packet.vip).copied().filter(usable) {
            return Ok(Some(at));
        }
        let chosen = least_loaded(list, list.indices())?;
        self.cached.extend(chosen.map(|at| (packet.vip, at)));
        Ok(chosen)
    }
}

/// lblcr (ip_vs_lblcr.c): remembers a set of destinations for each destination address, takes the
/// least loaded of them, and adds to the set when that one has too much to do. A destination that
/// was removed stays in the set, and counts again once it is back.
///
/// The kernel shrinks a set that stayed the same for a day; no lab waits for it.
#[derive(Default)]
pub(super) struct Replication {
    /// The newest first.
    sets: HashMap<IpAddr, Vec<usize>>,
}

impl Schedule for Replication {
    fn choose(&mut self, list: &List, packet: Packet) -> Chosen {
        let set = self.sets.entry(packet.vip).or_default();
        let best = least_loaded(list, set.iter().copied())?;
        if let Some(at) = best.filter(|at| !is_overloaded(*at, list)) {
            return Ok(Some(at));
        }
        let chosen = least_loaded(list, list.indices())?;
        if let Some(at) = chosen.filter(|at| !set.contains(at)) {
            set.insert(0, at);
        }
        Ok(chosen)
    }
}

fn is_overloaded(at: usize, list: &List) -> bool {
    list[at].active > list[at].weight && list.iter().any(|d| d.active * 2 < d.weight)
}
