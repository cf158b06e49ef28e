use super::destination::Destination;
use crate::lab;
use std::ops::{Index, IndexMut};

/// The destinations of a service, each known by its index in the file.
///
/// One that was removed is kept (the kernel's "trash"): while entries of its connections are
/// there, it comes back with its counters when it is added again, and without any it is as new.
pub(super) struct List {
    known: Vec<Destination>,
    /// Those in the table, in the kernel's order: the last added first.
    order: Vec<usize>,
}

/// What happened to a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// It was added at the list's head.
    Added,
    /// It got another weight.
    Edited,
    /// It was removed.
    Removed {
        /// Its index.
        index: usize,
        /// The one before it in the list; none if it was the head.
        before: Option<usize>,
    },
}

impl List {
    /// A table that has none of these yet.
    pub fn new(entries: &[lab::Destination]) -> Self {
        Self { known: entries.iter().map(Destination::new).collect(), order: Vec::new() }
    }

    /// The indices of those in the table, in the kernel's order.
    pub fn indices(&self) -> impl DoubleEndedIterator<Item = usize> + Clone {
        self.order.iter().copied()
    }

    /// Those in the table, in the kernel's order.
    pub fn iter(&self) -> impl Iterator<Item = &Destination> {
        self.order.iter().map(|&index| &self.known[index])
    }

    /// How many are in the table.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// The index of the one at a position of the kernel's list.
    pub fn at(&self, position: usize) -> usize {
        self.order[position]
    }

    /// The position in the kernel's list of the one with this index.
    pub fn position(&self, index: usize) -> Option<usize> {
        self.order.iter().position(|&listed| listed == index)
    }

    /// Adds a destination, or gives one that is there another weight (`__ip_vs_update_dest`).
    pub fn put(&mut self, index: usize, weight: u32) -> Change {
        let destination = &mut self.known[index];
        let is_new = !std::mem::replace(&mut destination.listed, true);
        destination.weight = weight.into();
        if is_new || weight != 0 {
            destination.last_weight = weight.into();
        }
        if !is_new {
            return Change::Edited;
        }
        self.order.insert(0, index);
        Change::Added
    }

    /// Removes a destination; none if it is not there (`__ip_vs_unlink_dest`).
    pub fn remove(&mut self, index: usize) -> Option<Change> {
        let position = self.position(index)?;
        self.order.remove(position);
        self.known[index].listed = false;
        let before = position.checked_sub(1).map(|position| self.order[position]);
        Some(Change::Removed { index, before })
    }
}

impl Index<usize> for List {
    type Output = Destination;

    fn index(&self, index: usize) -> &Destination {
        &self.known[index]
    }
}

impl IndexMut<usize> for List {
    fn index_mut(&mut self, index: usize) -> &mut Destination {
        &mut self.known[index]
    }
}
