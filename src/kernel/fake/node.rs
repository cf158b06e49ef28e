use crate::kernel::{Observed, ObservedLink};

/// The kernel's MTU for an Ethernet device, in bytes.
pub(super) const MTU: u32 = 1500;

/// A network namespace: what is in it, as its dumps would say.
#[derive(Debug)]
pub(super) struct Namespace {
    /// Everything but the listeners; `settings` has the ones that were ever written.
    pub(super) state: Observed,
}

/// The interfaces of a new namespace: the loopback, set up, and the devices that come with the
/// modules `ipip` and `ip_gre`.
const INBORN: [&str; 3] = ["lo", "tunl0", "gre0"];

impl Namespace {
    pub(super) fn new() -> Self {
        let lo = ObservedLink { up: true, mtu: 65_536, ..link("lo", None) };
        let tunl0 = ObservedLink { up: false, mtu: 1480, ..link("tunl0", None) };
        let gre0 = ObservedLink { up: false, mtu: 1476, ..link("gre0", None) };
        Self { state: Observed { links: vec![lo, tunl0, gre0], ..Observed::default() } }
    }

    /// What there is beyond what a new namespace has. Settings are no things.
    pub(super) fn additions(&self) -> usize {
        let state = &self.state;
        let links = state.links.iter().filter(|l| !INBORN.contains(&l.name.as_str())).count();
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
    ObservedLink { name: name.to_owned(), up: true, mtu, mac: None, bridge: None }
}
