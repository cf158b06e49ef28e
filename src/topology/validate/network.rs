use super::super::{
    faults::{Faults, Named},
    rule, suggest,
    wire::{self, Entries},
};
use super::{Draft, address, name, number::Bounds};
use crate::lab::{Family, Network, NetworkName, Place};
use ipnet::IpNet;

/// Builds the networks.
pub fn build(networks: Entries<wire::Network>, draft: &mut Draft<'_>) {
    let all = Place::root().key("networks");
    for (name, network) in networks.0 {
        let at = all.key(&name);
        let name = name::parse(&name, name::NETWORK, &at.as_key(), draft.faults);
        let name = name.filter(|name| !reserved(name, &at.as_key(), draft.faults));
        let parts = network.and_then(|n| parts(n, &at, draft.faults));
        if let (Some(name), Some((subnet, mtu, subnet_at))) = (name, parts) {
            let network = Network { name, subnet, mtu, at };
            if !overlaps(&network, &subnet_at, draft) {
                draft.lab.networks.push(network);
            }
        }
    }
}

/// Interfaces that the kernel has, or makes by itself, in the namespace of the bridges (loopback,
/// and the first device of each kind of tunnel: `fb_tunnel_dev` in net/ipv4 and net/ipv6), and
/// directories of /proc/sys/net/ipv4/conf that stand for every interface.
const KERNELS: &[&str] =
    &["lo", "all", "default", "tunl0", "gre0", "gretap0", "erspan0", "sit0", "ip6tnl0", "ip6gre0"];

fn reserved(name: &NetworkName, at: &Place, faults: &mut Faults) -> bool {
    let is_reserved = KERNELS.contains(&name.as_str());
    if is_reserved {
        let message = format!("`{name}` is a name that the kernel keeps for itself");
        let help = "choose another name: the network is a bridge, an interface of this name";
        faults.push(rule::RESERVED_NAME.at(at, message, help));
    }
    is_reserved
}

fn parts(
    network: wire::Network,
    at: &Place,
    faults: &mut Faults,
) -> Option<(IpNet, Option<u32>, Place)> {
    let (subnet, mtu, subnet_at) = match network {
        wire::Network::Subnet(subnet) => (subnet, None, at.clone()),
        wire::Network::Details(details) => (details.subnet, details.mtu, at.key("subnet")),
    };
    let subnet = address::link(&subnet, &subnet_at, faults);
    let family = subnet.map_or(Family::Inet, |subnet| Family::of(subnet.addr()));
    let mtu = mtu.and_then(|m| mtu_bounds(family).check(m, &at.key("mtu"), faults));
    Some((subnet?, mtu, subnet_at))
}

fn mtu_bounds(family: Family) -> Bounds {
    let (range, why) = match family {
        Family::Inet => {
            (68..=65535, "IPv4 needs 68 bytes (RFC 791), and a veth takes no more than 65535")
        }
        Family::Inet6 => {
            (1280..=65535, "on a link of fewer than 1280 bytes there is no IPv6 (RFC 8200)")
        }
    };
    Bounds { rule: rule::MTU, noun: "MTU", range, why }
}

fn overlaps(network: &Network, at: &Place, draft: &mut Draft<'_>) -> bool {
    let (a, networks) = (network.subnet, &draft.lab.networks);
    let other = networks.iter().find(|n| a.contains(&n.subnet) || n.subnet.contains(&a));
    if let Some(other) = other {
        draft.faults.push(rule::OVERLAP.at(
            at,
            format!("the subnet `{a}` overlaps with `{}` of `{}`", other.subnet, other.name),
            "choose another subnet: a node in both could not tell where an address is",
        ));
        // Which of the two is wrong, nothing says.
        draft.faults.doubt(&other.at);
    }
    other.is_some()
}

/// The network that a word names, and its subnet.
pub fn find(word: &str, at: &Place, draft: &mut Draft<'_>) -> Option<(NetworkName, IpNet)> {
    let is_sure =
        |n: &&Network| !draft.faults.blurred(&n.at) && !draft.faults.blurred(&n.at.key("subnet"));
    let network = draft.lab.networks.iter().find(|n| n.name.as_str() == word);
    if let Some(network) = network.filter(is_sure) {
        return Some((network.name.clone(), network.subnet));
    }
    draft.faults.doubt(at);
    let is_faulty = draft.declared.networks.contains(word)
        || draft.declared.is_misnamed(Named::Network, word)
        || draft.blurred(&["networks"]);
    if !is_faulty {
        let names = draft.lab.networks.iter().map(|n| n.name.as_str());
        let help = suggest::help(word, names, "networks");
        let message = format!("the network `{word}` is not defined");
        let fault = rule::UNKNOWN_NETWORK.at(at, message, help);
        draft.faults.unknown(Named::Network, word, fault);
    }
    None
}
