use super::list::{Change, List};
use super::schedule::{Chosen, HashFlags, Packet, Schedule};
use std::net::{IpAddr, SocketAddr};

/// `CONFIG_IP_VS_DH_TAB_BITS` and `CONFIG_IP_VS_SH_TAB_BITS` of every distribution: 8.
const BUCKETS: usize = 256;

/// An address as one word in host order; the words of an IPv6 address are xored.
pub(super) fn fold(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(address) => address.to_bits(),
        IpAddr::V6(address) => {
            let bits = address.to_bits();
            (0..4).fold(0, |sum, word| sum ^ (bits >> (32 * word)) as u32)
        }
    }
}

/// The bucket of a word (`hash_32` of linux/hash.h with 8 bits).
fn bucket(word: u32) -> usize {
    (word.wrapping_mul(0x61C8_8647) >> 24) as usize
}

/// dh (ip_vs_dh.c): buckets by the VIP, filled with the destinations in turn.
pub(super) struct DestinationHash;

impl Schedule for DestinationHash {
    fn choose(&mut self, list: &List, packet: Packet) -> Chosen {
        let position = bucket(fold(packet.vip)).checked_rem(list.len());
        Ok(position.map(|position| list.at(position)).filter(|&at| list[at].is_available()))
    }
}

/// sh (ip_vs_sh.c): buckets by the client, filled with the destinations in turn, each for as many
/// buckets as its weight; a quiesced one still takes one.
pub(super) struct SourceHash {
    buckets: Vec<usize>,
    flags: HashFlags,
}

impl SourceHash {
    /// One without destinations.
    pub fn new(flags: HashFlags) -> Self {
        Self { buckets: Vec::new(), flags }
    }

    fn bucket(&self, client: SocketAddr, offset: usize) -> Option<usize> {
        let hash = bucket(self.flags.key(client));
        self.buckets.get((hash + offset) % BUCKETS).copied()
    }
}

impl Schedule for SourceHash {
    // ip_vs_sh_reassign
    fn changed(&mut self, list: &List, _: Change) {
        let shares = |at: usize| std::iter::repeat_n(at, list[at].weight.max(1) as usize);
        self.buckets = list.indices().cycle().flat_map(shares).take(BUCKETS).collect();
    }

    fn choose(&mut self, list: &List, packet: Packet) -> Chosen {
        let available = |at: &usize| list[*at].is_available();
        let first = self.bucket(packet.client, 0).filter(available);
        if first.is_some() || !self.flags.fallback {
            return Ok(first);
        }
        let hash = bucket(self.flags.key(packet.client));
        let around = (hash..hash + BUCKETS).map(|offset| offset % BUCKETS);
        Ok(around.filter_map(|offset| self.bucket(packet.client, offset)).find(available))
    }
}
