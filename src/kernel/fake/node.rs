use crate::kernel::{Observed, ObservedLink, Tunnelled};

/// The kernel's MTU for an Ethernet device, in bytes.
pub(super) const MTU: u32 = 1500;

/// A network namespace: what is in it, as its dumps would say.
#[derive(Debug)]
pub(super) struct Namespace {
    /// Everything but the listeners; `settings` has the ones that were ever written.
    pub(super) state: Observed,
}

/// The interfaces of a new namespace: the loopback, set up, and the devices that come with the
/// modules `ipip`, `ip_gre`, `sit` and `ip6_tunnel`, each with its MTU in bytes.
const INBORN: [(&str, u32); 5] =
    [("lo", 65_536), ("tunl0", 1480), ("gre0", 1476), ("sit0", 1480), ("ip6tnl0", 1452)];

/// What an end of tunnels over IPv6 takes at first (IPPROTO_IPV6).
pub(super) const IPV6_ONLY: Tunnelled = Tunnelled::Only(41);

impl Namespace {
    pub(super) fn new() -> Self {
        let inborn = |(name, mtu)| ObservedLink {
            up: name == "lo",
            mtu,
            tunnelled: (name == "ip6tnl0").then_some(IPV6_ONLY),
            ..link(name, None)
        };
        let links = INBORN.into_iter().map(inborn).collect();
        Self { state: Observed { links, ..Observed::default() } }
    }

    /// What there is beyond what a new namespace has. Settings are no things.
    pub(super) fn additions(&self) -> usize {
        let state = &self.state;
        let is_inborn = |link: &&ObservedLink| INBORN.iter().any(|(name, _)| link.name == *name);
        let links = state.links.iter().filter(|link| !is_inborn(link)).count();
        let destinations: usize = state.services.iter().map(|s| s.destinations.len()).sum();
        let tables = state.services.len() + destinations;
        let rules = state.source_nat.len() + state.marked.len();
        links + state.addresses.len() + state.routes.len() + state.gue.len() + tables + rules
    }

    pub(super) fn link(&mut self, name: &str) -> Option<&mut ObservedLink> {
        self.state.links.iter_mut().find(|link| link.name == name)
    }
}

/// An interface that is up.
pub(super) fn link(name: &str, mtu: Option<u32>) -> ObservedLink {
    let mtu = mtu.unwrap_or(MTU);
    ObservedLink { name: name.to_owned(), up: true, mtu, mac: None, bridge: None, tunnelled: None }
}
