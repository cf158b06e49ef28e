use super::destination::Destination;
use super::list::List;
use super::schedule::{Chosen, Packet, Schedule};

/// The schedulers that look for the greatest weight: fo and ovf (ip_vs_fo.c, ip_vs_ovf.c).
pub(super) enum Failover {
    /// fo: the greatest weight.
    HighestWeight,
    /// ovf: the greatest weight of those that have no more open connections than their weight.
    Overflow,
}

impl Schedule for Failover {
    fn choose(&mut self, list: &List, _: Packet) -> Chosen {
        let has_room = |d: &Destination| match self {
            Self::HighestWeight => true,
            Self::Overflow => d.active <= d.weight,
        };
        let candidates =
            list.indices().filter(|&at| list[at].is_available() && has_room(&list[at]));
        Ok(candidates
            .reduce(|best, at| if list[at].weight > list[best].weight { at } else { best }))
    }
}
