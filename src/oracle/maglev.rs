use super::destination::Destination;
use super::hash::fold;
use super::list::{Change, List};
use super::round_robin::gcd;
use super::schedule::{Chosen, HashFlags, Packet, Schedule};
use super::siphash::hsiphash;
use crate::lab::{Family, VirtualService};
use std::net::IpAddr;

/// The table's size with `CONFIG_IP_VS_MH_TAB_INDEX` 12, the default: the fifth prime of
/// ip_vs_mh.c.
const SIZE: u32 = 4093;
/// The bits that a weight may take in that table, `CONFIG_IP_VS_MH_TAB_INDEX` / 2.
const WEIGHT_BITS: u32 = 6;
/// The two keys of `generate_hash_secret`; they are constants.
const KEYS: [u64; 2] = [2_654_435_761, 2_654_446_892];

/// mh (ip_vs_mh.c): a Maglev table by the client.
pub(super) struct Maglev {
    table: Vec<usize>,
    family: Family,
    flags: HashFlags,
}

/// A destination's own permutation of the table, and how many buckets it takes per turn.
struct Permutation {
    next: u32,
    skip: u32,
    turns: i64,
}

impl Permutation {
    fn new(destination: &Destination, family: Family, turns: i64) -> Self {
        let word = name(destination.address, family).wrapping_add(destination.port.into());
        let [next, skip] = KEYS.map(|key| hsiphash(word, key));
        Self { next: next % SIZE, skip: skip % (SIZE - 1) + 1, turns }
    }

    fn take(&mut self, table: &[Option<usize>]) -> usize {
        while table[self.next as usize].is_some() {
            self.next = (self.next + self.skip) % SIZE;
        }
        self.next as usize
    }
}

/// A destination's address as the service's family has it: behind an IPv4 VIP nothing but the first
/// word of an IPv6 address counts (`ip_vs_mh_hashkey`).
fn name(address: IpAddr, family: Family) -> u32 {
    match (family, address) {
        (Family::Inet, IpAddr::V6(address)) => (address.to_bits() >> 96) as u32,
        _ => fold(address),
    }
}

impl Maglev {
    /// One without destinations.
    pub fn new(service: &VirtualService) -> Self {
        let (table, family) = (Vec::new(), Family::of(service.vip));
        Self { table, family, flags: HashFlags::of(service) }
    }

    fn bucket(&self, packet: Packet, offset: u32) -> Option<usize> {
        let word = self.flags.key(packet.client).wrapping_add(offset);
        self.table.get((hsiphash(word, KEYS[0]) % SIZE) as usize).copied()
    }
}

// The last weights, divided by what they share and cut to the table's bits. A destination that was
// added quiesced takes no turn; one that was quiesced later keeps its own.
fn turns(list: &List) -> Vec<i64> {
    let weights = || list.iter().map(|d| d.last_weight as i64);
    let shared = weights().filter(|w| *w > 0).reduce(gcd).unwrap_or(1);
    let greatest = weights().max().unwrap_or(0) / shared;
    let bits = i64::BITS - greatest.leading_zeros();
    let shift = bits.saturating_sub(WEIGHT_BITS);
    weights().map(|w| ((w / shared) >> shift).max(i64::from(w > 0))).collect()
}

// ip_vs_mh_populate: every destination in turn takes the next free buckets of its permutation.
fn populate(mut permutations: Vec<Permutation>) -> Vec<usize> {
    if permutations.iter().all(|p| p.turns == 0) {
        return Vec::new();
    }
    let mut table = vec![None; SIZE as usize];
    let turns: Vec<_> = permutations.iter().map(|p| p.turns as usize).collect();
    let share = |at: usize| std::iter::repeat_n(at, turns[at]);
    for at in (0..turns.len()).cycle().flat_map(share).take(SIZE as usize) {
        let free = permutations[at].take(&table);
        table[free] = Some(at);
    }
    table.into_iter().flatten().collect()
}

impl Schedule for Maglev {
    // ip_vs_mh_reassign
    fn changed(&mut self, list: &List, _: Change) {
        let permutations =
            list.iter().zip(turns(list)).map(|(d, turns)| Permutation::new(d, self.family, turns));
        let table = populate(permutations.collect());
        self.table = table.into_iter().map(|position| list.at(position)).collect();
    }

    fn choose(&mut self, list: &List, packet: Packet) -> Chosen {
        let available = |at: &usize| list[*at].is_available();
        let first = self.bucket(packet, 0).filter(available);
        if first.is_some() || !self.flags.fallback {
            return Ok(first);
        }
        let hash = hsiphash(self.flags.key(packet.client), KEYS[0]) % SIZE;
        let around = (hash..hash + SIZE).map(|offset| offset % SIZE);
        Ok(around.filter_map(|offset| self.bucket(packet, offset)).find(available))
    }
}
