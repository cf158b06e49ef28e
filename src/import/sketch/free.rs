use indexmap::{IndexMap, IndexSet};
use ipnet::IpNet;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// The addresses that nobody has yet.
pub(in crate::import) struct Free {
    pub taken: BTreeSet<IpAddr>,
}

impl Free {
    pub fn addresses(
        &mut self,
        networks: &[(&IpNet, &String)],
        choose: impl Fn(&Self, &IpNet) -> Option<IpAddr>,
    ) -> Vec<String> {
        let mut chosen = Vec::new();
        for (net, name) in networks {
            if let Some(address) = choose(self, net) {
                self.taken.insert(address);
                chosen.push(format!("{name}: {address}"));
            }
        }
        chosen
    }

    /// The lowest free address of a network.
    pub fn first(&self, net: &IpNet) -> Option<IpAddr> {
        hosts(*net).find(|host| !self.taken.contains(host))
    }

    /// An address for a VIP that nothing tells: `.100` if it is free, else the highest.
    pub fn guessed_vip(&self, net: &IpNet) -> Option<IpAddr> {
        let usual = hosts(*net).nth(99).filter(|host| !self.taken.contains(host));
        usual.or_else(|| self.last(net))
    }

    /// The highest free address of a network.
    pub fn last(&self, net: &IpNet) -> Option<IpAddr> {
        hosts(*net).rev().find(|host| !self.taken.contains(host))
    }
}

/// The network that has an address: of 24 bits, in IPv6 of 64.
pub(in crate::import) fn around(address: IpAddr) -> IpNet {
    let length = if address.is_ipv4() { 24 } else { 64 };
    IpNet::new_assert(address, length).trunc()
}

/// The addresses of a network's first 254 hosts.
fn hosts(net: IpNet) -> impl DoubleEndedIterator<Item = IpAddr> {
    (1..u8::MAX).map(move |host| match net.network() {
        IpAddr::V4(first) => IpAddr::V4((first.to_bits() | u32::from(host)).into()),
        IpAddr::V6(first) => IpAddr::V6((first.to_bits() | u128::from(host)).into()),
    })
}

/// `lan`, if VIPs and real servers share the one network; else `outside`, where the first VIP is,
/// and `inside1`, `inside2`...
pub(in crate::import) fn networks(vips: &[IpAddr], rips: &[IpAddr]) -> IndexMap<IpNet, String> {
    let nets: IndexSet<_> = vips.iter().chain(rips).map(|ip| around(*ip)).collect();
    named(nets.into_iter().collect())
}

/// Networks with their names: `lan`, if there is one; else `outside` for the first, and `inside1`,
/// `inside2`...
pub(in crate::import) fn named(nets: Vec<IpNet>) -> IndexMap<IpNet, String> {
    let single = nets.len() == 1;
    let name = |(index, net)| match index {
        0 if single => (net, "lan".to_owned()),
        0 => (net, "outside".to_owned()),
        index => (net, format!("inside{index}")),
    };
    nets.into_iter().enumerate().map(name).collect()
}
