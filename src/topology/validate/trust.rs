use super::super::faults::{Faults, Named};
use super::high_availability;
use crate::lab::{Place, Segment};

/// What rules about several things at once must be able to trust: where it is in doubt, they would
/// only tell the same mistake in other words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// How packets go: the networks, and the addresses, gateways and routes of every node.
    Ways,
    /// Which VIPs there are, and who holds the virtual services.
    Vips,
    /// The virtual routers: which VIPs move, and between whom.
    Routers,
}

/// The sections of a file that say how packets go.
const WAYS: &[&str] = &["networks", "clients", "directors", "routers", "real_servers", "servers"];

/// What a node or a network has besides.
const BESIDES: &[&str] =
    &["mtu", "sysctls", "commands", "upstream", "backends", "processes", "files", "loopback_vips"];

/// What of a virtual service says which VIP it has, whether there is one at all, and who holds it.
const OF_A_VIP: &[&str] = &["vip", "port", "ports", "firewall_mark", "protocol", "directors"];

/// What nothing is in doubt of.
#[derive(Clone, Copy, Debug)]
pub struct Trust {
    ways: bool,
    vips: bool,
    routers: bool,
}

impl Trust {
    /// What can be trusted of a file in which these faults were found.
    pub fn of(faults: &Faults) -> Self {
        Self {
            ways: !faults.doubts(is_about_ways),
            vips: !faults.doubts(is_about_vips),
            routers: Self::in_routers(faults),
        }
    }

    /// Whether what the file says of virtual routers can be trusted. One whose name stands for
    /// nothing may be the one that is missed elsewhere.
    pub fn in_routers(faults: &Faults) -> bool {
        faults.sure(&high_availability::routers_place())
            && !faults.blurred(&high_availability::place())
            && !faults.blurred(&Place::root())
            && !faults.misses(Named::Router)
    }

    /// Whether nothing is in doubt of it.
    pub fn has(self, ground: Ground) -> bool {
        match ground {
            Ground::Ways => self.ways,
            Ground::Vips => self.vips,
            Ground::Routers => self.routers,
        }
    }

    /// Trusts it no more.
    pub fn lose(&mut self, ground: Ground) {
        match ground {
            Ground::Ways => self.ways = false,
            Ground::Vips => self.vips = false,
            Ground::Routers => self.routers = false,
        }
    }
}

/// The key at this depth of a place, if it is one.
fn key(path: &[Segment], depth: usize) -> Option<&str> {
    match path.get(depth)? {
        Segment::Key(key) => Some(key),
        Segment::Index(_) => None,
    }
}

fn is_about_ways(path: &[Segment]) -> bool {
    let is_besides = key(path, 2).is_some_and(|part| BESIDES.contains(&part));
    key(path, 0).is_none_or(|section| WAYS.contains(&section) && !is_besides)
}

/// Whether what is in doubt may be which addresses nodes have in other networks than such.
pub fn is_about_addresses(path: &[Segment], is_other: impl Fn(&str) -> bool) -> bool {
    let is_network = key(path, 0) == Some("networks");
    let network = if is_network { key(path, 1) } else { key(path, 3) };
    let is_way_on = matches!(key(path, 2), Some("gateway" | "routes")) && !is_network;
    is_about_ways(path) && !is_way_on && !network.is_some_and(is_other)
}

fn is_about_vips(path: &[Segment]) -> bool {
    let is_besides = key(path, 2).is_some_and(|part| !OF_A_VIP.contains(&part));
    key(path, 0)
        .is_none_or(|section| matches!(section, "virtual_services" | "ipvsadm") && !is_besides)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trust(keys: &str) -> [bool; 3] {
        let mut faults = Faults::default();
        let at = keys.split('.').filter(|key| !key.is_empty());
        faults.doubt(&at.fold(Place::root(), |at, key| at.key(key)));
        let trust = Trust::of(&faults);
        [Ground::Ways, Ground::Vips, Ground::Routers].map(|ground| trust.has(ground))
    }

    #[test]
    fn what_is_in_doubt_takes_the_trust_in_what_depends_on_it_and_in_nothing_else() {
        assert_eq!(trust(""), [false; 3]);
        assert_eq!(trust("name"), [true; 3]);
        assert_eq!(trust("networks.lan"), [false, true, true]);
        assert_eq!(trust("networks.lan.mtu"), [true; 3]);
        assert_eq!(trust("clients.client.addresses.lan"), [false, true, true]);
        assert_eq!(trust("real_servers.rs1.sysctls.x"), [true; 3]);
        assert_eq!(trust("virtual_services.web.vip"), [true, false, true]);
        assert_eq!(trust("virtual_services.web.real_servers.rs1.weight"), [true; 3]);
        assert_eq!(trust("high_availability.virtual_routers.VI_1.vips"), [true, true, false]);
        assert_eq!(trust("high_availability.sync_groups.all"), [true; 3]);
    }
}
