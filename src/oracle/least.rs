use super::choice::Unpredictable;
use super::destination::Destination;
use super::list::List;
use super::schedule::{Chosen, Packet, Schedule};

/// The schedulers that compare loads: lc, wlc, sed and nq (ip_vs_lc.c and so on).
pub(super) enum Least {
    /// lc: the least overhead, whatever the weight.
    Connections,
    /// wlc: the least overhead by weight.
    WeightedConnections,
    /// sed: the least number of open connections by weight, the new one included.
    Delay,
    /// nq: the first one without an open connection, else as sed.
    DelayUnlessIdle,
}

impl Schedule for Least {
    fn choose(&mut self, list: &List, _: Packet) -> Chosen {
        let delay = |d: &Destination| (d.active + 1, d.weight);
        match self {
            Self::Connections => by_overhead(|active| {
                least(list, list.indices(), |d| (d.active * active + d.inactive, 1))
            }),
            Self::WeightedConnections => least_loaded(list, list.indices()),
            Self::Delay => Ok(least(list, list.indices(), delay)),
            Self::DelayUnlessIdle => {
                let idle = |at: &usize| list[*at].is_available() && list[*at].active == 0;
                Ok(list.indices().find(idle).or_else(|| least(list, list.indices(), delay)))
            }
        }
    }
}

/// The available one of these with the least overhead by weight; the first of equals.
pub(super) fn least_loaded(list: &List, indices: impl Iterator<Item = usize> + Clone) -> Chosen {
    by_overhead(|active| {
        least(list, indices.clone(), |d| (d.active * active + d.inactive, d.weight))
    })
}

// Asks with both formulas for the cost of an active connection (`ip_vs_dest_conn_overhead`).
fn by_overhead(choose: impl Fn(u64) -> Option<usize>) -> Chosen {
    let chosen = choose(256);
    if chosen == choose(257) { Ok(chosen) } else { Err(Unpredictable::Overhead) }
}

// The cost is a fraction, compared crosswise as the kernel does.
fn least(
    list: &List,
    indices: impl Iterator<Item = usize>,
    cost: impl Fn(&Destination) -> (u64, u64),
) -> Option<usize> {
    indices.filter(|&at| list[at].is_available()).reduce(|best, at| {
        let ((best_load, best_weight), (load, weight)) = (cost(&list[best]), cost(&list[at]));
        if best_load * weight > load * best_weight { at } else { best }
    })
}
