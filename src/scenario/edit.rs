use crate::lab::{Fault, FaultKind, Lab, NodeName, ServiceName, VirtualService};
use crate::oracle::Oracle;

/// A change of one real server's entry in a director's table; the entry is known by its index in
/// the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edit {
    /// It is there with this weight (ipvsadm -e, or -a).
    Put(usize, u32),
    /// It is taken out (ipvsadm -d).
    Remove(usize),
}

impl Edit {
    pub fn tell(self, oracle: &mut Oracle) {
        match self {
            Self::Put(index, weight) => oracle.put(index, weight),
            Self::Remove(index) => oracle.remove(index),
        }
    }
}

/// What a fault does to a service's table; none where it does more than that, or where daemons work
/// at the table too.
pub(super) fn edits(lab: &Lab, service: &VirtualService, fault: &Fault) -> Option<Vec<Edit>> {
    if lab.high_availability.is_some() || service.health_check.is_some() {
        return None;
    }
    let entries = |only| entries(service, only, &fault.node);
    match &fault.kind {
        FaultKind::Weight { service: only, to } => {
            Some(entries(only.as_ref()).map(|index| Edit::Put(index, *to)).collect())
        }
        FaultKind::Remove { service: only } => {
            Some(entries(only.as_ref()).rev().map(Edit::Remove).collect())
        }
        _ => None,
    }
}

/// What mends it: the entries as they are in the file.
pub(super) fn mends(service: &VirtualService, fault: &Fault) -> Vec<Edit> {
    let (FaultKind::Weight { service: only, .. } | FaultKind::Remove { service: only }) =
        &fault.kind
    else {
        return Vec::new();
    };
    let weight = |index: usize| service.destinations[index].weight;
    let entries = entries(service, only.as_ref(), &fault.node);
    entries.map(|index| Edit::Put(index, weight(index))).collect()
}

fn entries(
    service: &VirtualService,
    only: Option<&ServiceName>,
    node: &NodeName,
) -> impl DoubleEndedIterator<Item = usize> {
    let is_meant = only.is_none_or(|only| *only == service.name);
    let destinations = service.destinations.iter().enumerate();
    let mine = destinations.filter(move |(_, d)| is_meant && d.real_server == *node);
    mine.map(|(index, _)| index).collect::<Vec<_>>().into_iter()
}
