use super::Cause;
use super::ipvs::Ipvs;
use super::names::Names;
use super::namespace::Namespace;
use super::netlink::Netlink;
use super::sysctl::{self, Places};
use crate::lab::{NodeName, SysctlKey};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// A node's namespace with the connections that were opened in it.
pub(super) struct Site {
    /// The namespace.
    pub(super) namespace: Namespace,
    /// Links, addresses, routes.
    pub(super) netlink: Netlink,
    ipvs: Option<Ipvs>,
    settings: Places,
}

impl Site {
    /// Opens the connections that every node needs.
    pub(super) fn open(namespace: Namespace) -> Result<Self, Cause> {
        let netlink = Netlink::open(&namespace).map_err(|e| Cause::io("socket", e))?;
        Ok(Self::with(namespace, netlink))
    }

    fn with(namespace: Namespace, netlink: Netlink) -> Self {
        Self { namespace, netlink, ipvs: None, settings: Places::default() }
    }

    /// The IPVS table, which only directors have.
    pub(super) async fn ipvs(&mut self) -> Result<&Ipvs, Cause> {
        match &mut self.ipvs {
            Some(ipvs) => Ok(ipvs),
            none => Ok(none.insert(Ipvs::open(&self.namespace).await?)),
        }
    }

    /// Writes a setting.
    pub(super) fn set(&mut self, key: &SysctlKey, value: &str) -> Result<(), Cause> {
        sysctl::write(&self.namespace, &mut self.settings, (key, value))
    }
}

/// The sites that are open, by node.
pub(super) struct Sites {
    /// Where namespaces are found.
    pub(super) names: Names,
    open: HashMap<NodeName, Site>,
}

impl Sites {
    /// None is open yet.
    pub(super) fn new(names: Names) -> Self {
        Self { names, open: HashMap::new() }
    }

    /// A node, whose namespace must be there.
    pub(super) fn get(&mut self, node: &NodeName) -> Result<&mut Site, Cause> {
        match self.open.entry(node.clone()) {
            Entry::Occupied(site) => Ok(site.into_mut()),
            Entry::Vacant(place) => {
                let found = self.names.open(node).map_err(|e| Cause::io("open", e))?;
                Ok(place.insert(Site::open(found.ok_or(Cause::NoNamespace)?)?))
            }
        }
    }

    /// Forgets a node whose namespace was taken away, or made anew, by someone else.
    pub(super) fn look_again(&mut self, node: &NodeName) -> Result<(), Cause> {
        let Some(site) = self.open.get(node) else { return Ok(()) };
        let identity =
            |namespace: &Namespace| namespace.identity().map_err(|e| Cause::io("fstat", e));
        let now = self.names.open(node).map_err(|e| Cause::io("open", e))?;
        if now.as_ref().map(identity).transpose()? != Some(identity(&site.namespace)?) {
            self.open.remove(node);
        }
        Ok(())
    }

    /// Makes a node's namespace.
    pub(super) fn create(&mut self, node: &NodeName) -> Result<&mut Site, Cause> {
        let socket = || Netlink::here().map_err(|e| Cause::io("socket", e));
        let (namespace, netlink) = self.names.create(node, socket)?;
        let site = Site::with(namespace, netlink);
        Ok(self.open.entry(node.clone()).insert_entry(site).into_mut())
    }

    /// Removes a node's namespace. The kernel frees it when nothing holds it open any more.
    pub(super) fn remove(&mut self, node: &NodeName) -> Result<(), Cause> {
        self.open.remove(node);
        self.names.remove(node)?;
        // While a node is open there is one more, and no need to look.
        if self.open.is_empty() { self.names.tidy() } else { Ok(()) }
    }

    /// Closes every connection.
    pub(super) fn close(&mut self) {
        self.open.clear();
    }
}
