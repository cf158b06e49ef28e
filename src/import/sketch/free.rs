use crate::import::page;
use indexmap::IndexMap;
use ipnet::IpNet;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// The addresses that nobody has yet.
pub struct Free {
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
                chosen.push(format!("{name}: {}", page::address(address)));
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

/// The network that usually has an address: of 24 bits, in IPv6 of 64.
pub fn usual(address: IpAddr) -> IpNet {
    let length = if address.is_ipv4() { 24 } else { 64 };
    IpNet::new_assert(address, length).trunc()
}

/// Whether a host may have an address, so that others near it are as good.
pub fn is_host(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => matches!(ip.octets()[0], 1..=126 | 128..=223),
        IpAddr::V6(ip) => {
            let is_other = ip.is_multicast() || ip.is_unicast_link_local();
            !ip.is_unspecified() && !ip.is_loopback() && !is_other
        }
    }
}

/// The shortest prefix of a guessed network.
const WIDEST: u8 = 5;

/// Networks for these addresses, none within another one, in the order of the addresses. One where
/// an address would be that of the network itself or its broadcast address, or where so many nodes
/// more had no room, is wider than usual.
pub fn nets(addresses: &[IpAddr], more: usize) -> Vec<IpNet> {
    let mut nets = Vec::new();
    addresses.iter().for_each(|address| add(usual(*address), &mut nets));
    let is_unfit = |net: &&IpNet| {
        let inside: BTreeSet<_> = addresses.iter().filter(|ip| net.contains(*ip)).collect();
        let is_edge = |ip: &&IpAddr| **ip == net.network() || **ip == net.broadcast();
        let at_edge = inside.iter().any(|ip| ip.is_ipv4() && is_host(**ip) && is_edge(ip));
        net.prefix_len() > WIDEST && (at_edge || count(**net) < inside.len() + more)
    };
    while let Some(wider) = nets.iter().find(is_unfit).and_then(IpNet::supernet) {
        add(wider, &mut nets);
    }
    nets.sort_by_key(|net| addresses.iter().position(|address| net.contains(address)));
    nets
}

fn add(new: IpNet, nets: &mut Vec<IpNet>) {
    if !nets.iter().any(|net| net.contains(&new)) {
        nets.retain(|net| !new.contains(net));
        nets.push(new);
    }
}

/// How many hosts of a network are looked at.
fn count(net: IpNet) -> usize {
    let bits = u32::from(net.max_prefix_len() - net.prefix_len()).min(16);
    (1 << bits) - 2
}

/// The addresses of a network's first hosts: 254 of a usual one.
fn hosts(net: IpNet) -> impl DoubleEndedIterator<Item = IpAddr> {
    let most = if net.prefix_len() == usual(net.network()).prefix_len() { 254 } else { count(net) };
    (1..=most).filter_map(move |host| {
        let host = u32::try_from(host).ok()?;
        Some(match net.network() {
            IpAddr::V4(first) => IpAddr::V4((first.to_bits() | host).into()),
            IpAddr::V6(first) => IpAddr::V6((first.to_bits() | u128::from(host)).into()),
        })
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn found(addresses: &[&str], more: usize) -> Vec<String> {
        let addresses: Vec<_> = addresses.iter().map(|text| text.parse().unwrap()).collect();
        nets(&addresses, more).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_network_is_as_wide_as_its_addresses_need() {
        assert_eq!(found(&["10.0.0.1", "10.0.1.2", "10.0.0.9"], 3), ["10.0.0.0/24", "10.0.1.0/24"]);
        assert_eq!(found(&["fd00::1", "fd00::"], 3), ["fd00::/64"]);
        assert_eq!(found(&["192.0.3.0"], 3), ["192.0.2.0/23"]);
        assert_eq!(found(&["192.0.2.255", "192.0.2.1"], 3), ["192.0.2.0/23"]);
        assert_eq!(found(&["192.168.0.0"], 3), ["192.160.0.0/12"]);
        let full: Vec<_> = (1..=252).map(|host| format!("192.0.2.{host}")).collect();
        let full: Vec<_> = full.iter().map(String::as_str).collect();
        assert_eq!(found(&full, 2), ["192.0.2.0/24"]);
        assert_eq!(found(&full, 3), ["192.0.2.0/23"]);
    }
}
