use super::*;
use crate::ha::check::example::{entry, web};
use nix::errno::Errno;
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// A table that refuses what it is told to refuse.
#[derive(Default)]
struct Fake {
    weights: BTreeMap<SocketAddr, u32>,
    refused: Option<SocketAddr>,
    calls: usize,
}

impl Table for Fake {
    async fn make(&mut self, _: &ServiceKey, change: &Change) -> Result<(), Cause> {
        self.calls += 1;
        if self.refused == Some(change.address()) {
            return Err(Cause::Errno { call: "IPVS_CMD_NEW_DEST", errno: Errno::ENOMEM });
        }
        match change {
            Change::Put(entry) => self.weights.insert(entry.address, entry.weight),
            Change::Delete(address) => self.weights.remove(address),
        };
        Ok(())
    }
}

/// Nothing is written, and the servers 1, 2 and 3 may be there.
fn unwritten() -> Written {
    let found = [entry(1, 0), entry(2, 0), entry(3, 0)].map(|entry| entry.address);
    Written::new(web(&[]).service.key, found.to_vec())
}

async fn written(fake: &mut Fake, entries: &[DestinationEntry]) -> Written {
    let mut written = unwritten();
    assert!(written.bring(entries, fake).await.is_empty());
    written
}

fn weights(fake: &Fake) -> Vec<u32> {
    fake.weights.values().copied().collect()
}

#[tokio::test]
async fn what_is_refused_is_tried_again_and_the_rest_is_done() {
    let mut fake = Fake::default();
    let mut written = written(&mut fake, &[entry(1, 1), entry(2, 2)]).await;
    let wanted = [entry(2, 0), entry(3, 3)];
    fake.refused = Some(entry(3, 3).address);
    let refused = written.bring(&wanted, &mut fake).await;
    let words: Vec<_> = refused.iter().map(ToString::to_string).collect();
    assert_eq!(
        words,
        ["cannot put 10.0.0.3:80 (dr, weight 3): \
             IPVS_CMD_NEW_DEST: ENOMEM (Out of memory)"]
    );
    assert_eq!(weights(&fake), [0]);

    fake.refused = None;
    assert!(written.bring(&wanted, &mut fake).await.is_empty());
    assert_eq!(weights(&fake), [0, 3]);
    let calls = fake.calls;
    assert!(written.bring(&wanted, &mut fake).await.is_empty());
    assert_eq!(fake.calls, calls, "nothing is left to do");
}

#[tokio::test]
async fn what_an_operator_has_changed_is_left_alone() {
    let mut fake = Fake::default();
    let mut written = written(&mut fake, &[entry(1, 1), entry(2, 2)]).await;
    fake.weights.insert(entry(1, 0).address, 7);
    assert!(written.bring(&[entry(1, 1)], &mut fake).await.is_empty());
    assert_eq!(weights(&fake), [7]);
    assert!(written.bring(&[entry(2, 2)], &mut fake).await.is_empty());
    assert!(written.bring(&[entry(1, 1), entry(2, 2)], &mut fake).await.is_empty());
    assert_eq!(weights(&fake), [1, 2]);
}

#[tokio::test]
async fn what_an_earlier_checker_has_left_is_put_right() {
    let mut fake = Fake::default();
    let left = [entry(2, 0), entry(3, 1), entry(9, 5)];
    fake.weights = left.iter().map(|entry| (entry.address, entry.weight)).collect();
    let mut written = unwritten();
    fake.refused = Some(entry(3, 1).address);
    let wanted = [entry(1, 1), entry(2, 2)];
    assert_eq!(written.bring(&wanted, &mut fake).await.len(), 1);
    assert_eq!(weights(&fake), [1, 2, 1, 5], "added, restored, not yet removed, not ours");

    fake.refused = None;
    assert!(written.bring(&wanted, &mut fake).await.is_empty());
    assert_eq!(weights(&fake), [1, 2, 5]);
}
