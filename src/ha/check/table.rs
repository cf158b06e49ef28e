use super::service::{Change, changes};
use crate::kernel::{Cause, Local};
use crate::plan::{DestinationEntry, ServiceKey};
use std::fmt;
use std::net::SocketAddr;

/// A director's IPVS table, as much of it as a health checker changes.
pub(super) trait Table {
    /// Makes a change in a virtual service.
    async fn make(&mut self, service: &ServiceKey, change: &Change) -> Result<(), Cause>;
}

impl Table for Local {
    async fn make(&mut self, service: &ServiceKey, change: &Change) -> Result<(), Cause> {
        match change {
            Change::Put(entry) => self.put_destination(service, entry).await,
            Change::Delete(address) => self.delete_destination(service, *address).await,
        }
    }
}

/// What the checker has written of a virtual service. It compares with this, and not with the
/// table itself, so that it leaves alone what an operator changed there meanwhile.
#[derive(Debug)]
pub(super) struct Written {
    service: ServiceKey,
    entries: Vec<DestinationEntry>,
    /// What is there in an unknown way: an earlier checker may have changed or removed it.
    found: Vec<SocketAddr>,
}

/// A change that could not be made.
#[derive(Debug)]
pub(super) struct Refused {
    change: Change,
    cause: Cause,
}

impl Written {
    /// Nothing is written yet, and each of these destinations may be in the table or not.
    pub(super) fn new(service: ServiceKey, found: Vec<SocketAddr>) -> Self {
        Self { service, entries: Vec::new(), found }
    }

    /// Brings the table to the destinations that are wanted. What is refused is left for the next
    /// time.
    pub(super) async fn bring(
        &mut self,
        wanted: &[DestinationEntry],
        table: &mut impl Table,
    ) -> Vec<Refused> {
        let mut refused = Vec::new();
        let unwanted =
            self.found.iter().filter(|a| wanted.iter().all(|entry| entry.address != **a));
        let unwanted: Vec<_> = unwanted.copied().map(Change::Delete).collect();
        for change in changes(&self.entries, wanted).into_iter().chain(unwanted) {
            match table.make(&self.service, &change).await {
                Ok(()) => self.made(change),
                // Asking again for each server makes the kernel look for the module each time.
                Err(cause @ Cause::NoIpvs) => {
                    refused.push(Refused { change, cause });
                    break;
                }
                Err(cause) => refused.push(Refused { change, cause }),
            }
        }
        refused
    }

    fn made(&mut self, change: Change) {
        self.found.retain(|address| *address != change.address());
        match change {
            Change::Delete(address) => self.entries.retain(|entry| entry.address != address),
            Change::Put(new) => match self.entries.iter_mut().find(|e| e.address == new.address) {
                Some(entry) => *entry = new,
                None => self.entries.push(new),
            },
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.change {
            Change::Put(entry) => write!(f, "cannot put {entry}: {}", self.cause),
            Change::Delete(address) => write!(f, "cannot remove {address}: {}", self.cause),
        }
    }
}

#[cfg(test)]
mod tests;
