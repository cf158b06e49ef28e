use ipnet::IpNet;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// The bits of a network of which nothing is said.
const USUAL: u8 = 24;
/// The same in IPv6.
const USUAL6: u8 = 64;
/// The longest prefix that leaves room for a lab.
const NARROWEST: u8 = 28;

/// The shortest prefix that an address of a host is looked for in.
const WIDEST: u8 = 16;

/// An address, and the length of its network's prefix if it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Located {
    /// The address.
    pub address: IpAddr,
    /// The length.
    pub length: Option<u8>,
}

impl Located {
    /// An address with its prefix; that of a host says nothing.
    pub fn of(net: IpNet) -> Self {
        let said = net.prefix_len() < net.max_prefix_len();
        Self { address: net.addr(), length: said.then_some(net.prefix_len()) }
    }

    /// An address alone.
    pub fn alone(address: IpAddr) -> Self {
        Self { address, length: None }
    }

    /// Its network: as said, if a lab has room in it; else of 24 bits, in IPv6 of 64.
    fn net(self) -> IpNet {
        let (usual, fits) = match self.address {
            IpAddr::V4(_) => (USUAL, 8..=NARROWEST),
            IpAddr::V6(_) => (USUAL6, USUAL6..=120),
        };
        let length = self.length.filter(|length| fits.contains(length)).unwrap_or(usual);
        let mut net = IpNet::new_assert(self.address, length).trunc();
        // An address that begins or ends its network is no host's; in a wider one it is.
        while [net.network(), net.broadcast()].contains(&self.address) && net.prefix_len() > WIDEST
        {
            net = net.supernet().unwrap_or(net);
        }
        net
    }
}

/// The networks of these addresses, none within another one, in the order of the addresses. What is
/// said comes before what is usual, and of two that overlap the wider one stays.
pub fn subnets(addresses: &[Located], nodes: usize) -> Vec<IpNet> {
    let said = addresses.iter().filter(|located| located.length.is_some());
    let unsaid = addresses.iter().filter(|located| located.length.is_none());
    let mut nets: Vec<IpNet> = Vec::new();
    for located in said.chain(unsaid) {
        if located.length.is_none() && nets.iter().any(|net| net.contains(&located.address)) {
            continue;
        }
        add(located.net(), &mut nets);
    }
    let crowded = nets.iter().copied().filter(|net| !has_room(*net, addresses, nodes));
    for net in crowded.collect::<Vec<_>>() {
        let usual = if net.max_prefix_len() == 32 { USUAL } else { USUAL6 };
        let length = usual.min(net.prefix_len());
        add(IpNet::new_assert(net.addr(), length).trunc(), &mut nets);
    }
    let place = |net: &IpNet| addresses.iter().position(|located| net.contains(&located.address));
    nets.sort_by_key(place);
    nets
}

fn add(new: IpNet, nets: &mut Vec<IpNet>) {
    if !nets.iter().any(|net| net.contains(&new)) {
        nets.retain(|net| !new.contains(net));
        nets.push(new);
    }
}

/// Whether the addresses and so many nodes more fit into a network.
fn has_room(net: IpNet, addresses: &[Located], nodes: usize) -> bool {
    let inside = addresses.iter().filter(|located| net.contains(&located.address)).count();
    hosts(net).count() >= inside + nodes
}

/// The addresses of a network's first 254 hosts.
fn hosts(net: IpNet) -> impl DoubleEndedIterator<Item = IpAddr> {
    let bits = u32::from(net.max_prefix_len() - net.prefix_len()).min(8);
    (1..(1_u32 << bits) - 1).map(move |host| match net.network() {
        IpAddr::V4(first) => IpAddr::V4((first.to_bits() | host).into()),
        IpAddr::V6(first) => IpAddr::V6((first.to_bits() | u128::from(host)).into()),
    })
}

/// The addresses that are taken.
#[derive(Clone, Debug, Default)]
pub struct Taken(pub BTreeSet<IpAddr>);

impl Taken {
    /// Takes the lowest free address of a network.
    pub fn first(&mut self, net: IpNet) -> Option<IpAddr> {
        let free = hosts(net).find(|host| !self.0.contains(host))?;
        self.0.insert(free);
        Some(free)
    }

    /// Takes the highest free address of a network, of its first 254.
    pub fn last(&mut self, net: IpNet) -> Option<IpAddr> {
        let free = hosts(net).rev().find(|host| !self.0.contains(host))?;
        self.0.insert(free);
        Some(free)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nets(addresses: &[&str]) -> Vec<String> {
        let located = |text: &&str| Located::of(text.parse().unwrap());
        let addresses: Vec<_> = addresses.iter().map(located).collect();
        subnets(&addresses, 4).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_prefix_that_is_said_makes_the_network() {
        assert_eq!(nets(&["10.1.2.3/16", "10.1.9.9/32"]), ["10.1.0.0/16"]);
        assert_eq!(nets(&["10.1.2.3/32", "10.1.9.9/32"]), ["10.1.2.0/24", "10.1.9.0/24"]);
        assert_eq!(nets(&["fd00::1/64", "fd00:0:0:1::1/128"]), ["fd00::/64", "fd00:0:0:1::/64"]);
    }

    #[test]
    fn networks_that_overlap_are_one() {
        assert_eq!(nets(&["10.1.2.3/32", "10.1.9.9/16"]), ["10.1.0.0/16"]);
        assert_eq!(nets(&["10.1.2.3/27", "10.1.2.200/32"]), ["10.1.2.0/24"]);
        assert_eq!(nets(&["10.1.2.3/25", "10.1.2.4/24"]), ["10.1.2.0/24"]);
    }

    #[test]
    fn an_address_at_the_edge_of_a_usual_network_gets_a_wider_one() {
        assert_eq!(nets(&["192.0.3.0/32"]), ["192.0.2.0/23"]);
        assert_eq!(nets(&["192.0.2.255/32"]), ["192.0.2.0/23"]);
    }

    #[test]
    fn a_network_without_room_is_a_usual_one() {
        assert_eq!(nets(&["192.0.2.2/30"]), ["192.0.2.0/24"]);
        let many: Vec<_> = (1..14).map(|host| format!("192.0.2.{host}/28")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        assert_eq!(nets(&many), ["192.0.2.0/24"]);
    }
}
