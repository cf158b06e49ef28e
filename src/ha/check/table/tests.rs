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

fn written(fake: &mut Fake, entries: &[DestinationEntry]) -> Written {
    fake.weights = entries.iter().map(|entry| (entry.address, entry.weight)).collect();
    Written::new(web(&[]).service.key, entries.to_vec())
}

fn weights(fake: &Fake) -> Vec<u32> {
    fake.weights.values().copied().collect()
}

#[tokio::test]
async fn what_is_refused_is_tried_again_and_the_rest_is_done() {
    let mut fake = Fake::default();
    let mut written = written(&mut fake, &[entry(1, 1), entry(2, 2)]);
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
    let mut written = written(&mut fake, &[entry(1, 1), entry(2, 2)]);
    fake.weights.insert(entry(1, 0).address, 7);
    assert!(written.bring(&[entry(1, 1)], &mut fake).await.is_empty());
    assert_eq!(weights(&fake), [7]);
    assert!(written.bring(&[entry(2, 2)], &mut fake).await.is_empty());
    assert!(written.bring(&[entry(1, 1), entry(2, 2)], &mut fake).await.is_empty());
    assert_eq!(weights(&fake), [1, 2]);
}
