use super::{Family, NetworkName, NodeName, Place, Serving};
use ipnet::{IpNet, Ipv6Net};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// What a node is in the laboratory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Sends requests; its address is a CIP.
    Client,
    /// Holds the virtual services.
    Director,
    /// Serves; its address is a RIP.
    RealServer,
    /// Serves, but stands behind no director: an application tier, a database.
    Server,
    /// Forwards between networks.
    Router,
}

impl Role {
    /// The role in words, as in "real server".
    pub fn noun(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Director => "director",
            Self::RealServer => "real server",
            Self::Server => "server",
            Self::Router => "router",
        }
    }
}

/// One network interface of a node, called `eth0`, `eth1`... in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interface {
    /// Its name inside the node.
    pub name: String,
    /// The network that it is plugged into.
    pub network: NetworkName,
    /// Its address with the network's prefix length.
    pub address: IpNet,
    /// Where the file says so.
    pub at: Place,
}

impl Interface {
    /// The link-local address that goes with an IPv6 one: fe80::/64 and the last 64 bits of it
    /// (RFC 4291, section 2.5.6).
    pub fn link_local(&self) -> Option<Ipv6Net> {
        let IpAddr::V6(address) = self.address.addr() else { return None };
        let identifier = address.to_bits() & u128::from(u64::MAX);
        Ipv6Net::new((0xfe80 << 112 | identifier).into(), 64).ok()
    }
}

/// The default gateway that a file asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Gateway {
    /// Nothing is said: the plan derives it from the forwarding method.
    #[default]
    Derived,
    /// No default route at all (`gateway: none`).
    None,
    /// This address.
    Address(IpAddr),
}

/// A static route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The destination.
    pub destination: IpNet,
    /// The next hop.
    pub via: IpAddr,
    /// Where the file says so.
    pub at: Place,
}

impl Route {
    /// Whether it leads everywhere: 0.0.0.0/0 or ::/0.
    pub fn is_default(&self) -> bool {
        self.destination.prefix_len() == 0
    }
}

/// A kernel setting as sysctl(8) names it, `net.ipv4.ip_forward` (interface names with dots are
/// not supported, as lvs-lab makes none).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SysctlKey(pub String);

impl SysctlKey {
    /// The file under /proc/sys that holds it.
    pub fn path(&self) -> std::path::PathBuf {
        std::path::Path::new("/proc/sys").join(self.0.replace('.', "/"))
    }
}

impl std::fmt::Display for SysctlKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// A kernel setting that a file asks for, stronger than a derived one of the same key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sysctl {
    /// Which setting.
    pub key: SysctlKey,
    /// Its value, as written to /proc/sys.
    pub value: String,
    /// Where the file says so.
    pub at: Place,
}

/// A shell command that is run in a node at the end of `up`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// The text given to `sh -c`.
    pub shell: String,
    /// Where the file says so.
    pub at: Place,
}

/// A machine of the laboratory: one network namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Its name; the namespace is called `<lab>-<node>`.
    pub name: NodeName,
    /// What it is.
    pub role: Role,
    /// Its interfaces, `eth0` first.
    pub interfaces: Vec<Interface>,
    /// Its default gateway.
    pub gateway: Gateway,
    /// Its static routes.
    pub routes: Vec<Route>,
    /// Settings of its own, stronger than derived ones.
    pub sysctls: Vec<Sysctl>,
    /// Whether VIPs that the forwarding method wants on `lo` are put there (DR and TUN).
    pub loopback_vips: bool,
    /// Commands for the end of `up`.
    pub commands: Vec<Command>,
    /// What it serves by the file's own word.
    #[serde(default, skip_serializing_if = "Serving::is_nothing")]
    pub serving: Serving,
    /// Where the file says so.
    pub at: Place,
}

impl Node {
    /// The interface in a network, if it has one.
    pub fn interface_in(&self, network: &NetworkName) -> Option<&Interface> {
        self.interfaces.iter().find(|i| &i.network == network)
    }

    /// The interface that has an address, if one has.
    pub fn interface_of(&self, address: IpAddr) -> Option<&Interface> {
        self.interfaces.iter().find(|i| i.address.addr() == address)
    }

    /// The default route among its static ones, in one address family.
    pub fn default_route(&self, family: Family) -> Option<&Route> {
        self.routes.iter().find(|route| route.is_default() && Family::of(route.via) == family)
    }

    /// Its interfaces on networks that another node is on too.
    pub fn interfaces_shared_with<'n>(
        &'n self,
        other: &'n Node,
    ) -> impl Iterator<Item = &'n Interface> {
        self.interfaces.iter().filter(|i| other.interface_in(&i.network).is_some())
    }

    /// Every address of its own, without VIPs.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        self.interfaces.iter().map(|i| i.address.addr())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link_local(address: &str) -> Option<String> {
        let interface = Interface {
            name: "eth0".to_owned(),
            network: "lan".parse().unwrap(),
            address: address.parse().unwrap(),
            at: Place::root(),
        };
        interface.link_local().map(|net| net.to_string())
    }

    #[test]
    fn an_ipv6_interface_has_a_link_local_address_of_the_same_identifier() {
        assert_eq!(link_local("fd00:1::200/64"), Some("fe80::200/64".to_owned()));
        let long = link_local("2001:db8:1:2:3:4:5:6/64");
        assert_eq!(long, Some("fe80::3:4:5:6/64".to_owned()));
        assert_eq!(link_local("10.0.0.1/24"), None);
    }
}
