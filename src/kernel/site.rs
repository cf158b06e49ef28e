use super::Cause;
use super::ipvs::Ipvs;
use super::names::Names;
use super::namespace::Namespace;
use super::netlink::Netlink;
use crate::lab::NodeName;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// A node's namespace with the connections that were opened in it.
pub(super) struct Site {
    /// The namespace.
    pub(super) namespace: Namespace,
    /// Links, addresses, routes.
    pub(super) netlink: Netlink,
    ipvs: Option<Ipvs>,
}

impl Site {
    /// Opens the connections that every node needs.
    pub(super) fn open(namespace: Namespace) -> Result<Self, Cause> {
        let netlink = Netlink::open(&namespace).map_err(|e| Cause::io("socket", e))?;
        Ok(Self { namespace, netlink, ipvs: None })
    }

    /// The IPVS table, which only directors have.
    pub(super) async fn ipvs(&mut self) -> Result<&Ipvs, Cause> {
        match &mut self.ipvs {
            Some(ipvs) => Ok(ipvs),
            none => Ok(none.insert(Ipvs::open(&self.namespace).await?)),
        }
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

    /// A node that must be there.
    pub(super) fn get(&mut self, node: &NodeName) -> Result<&mut Site, Cause> {
        self.find(node)?.ok_or(Cause::NoNamespace)
    }

    /// A node that may be gone.
    pub(super) fn find(&mut self, node: &NodeName) -> Result<Option<&mut Site>, Cause> {
        match self.open.entry(node.clone()) {
            Entry::Occupied(site) => Ok(Some(site.into_mut())),
            Entry::Vacant(place) => {
                match self.names.open(node).map_err(|e| Cause::io("open", e))? {
                    Some(namespace) => Ok(Some(place.insert(Site::open(namespace)?))),
                    None => Ok(None),
                }
            }
        }
    }

    /// Makes a node's namespace.
    pub(super) fn create(&mut self, node: &NodeName) -> Result<&mut Site, Cause> {
        let site = Site::open(self.names.create(node)?)?;
        Ok(self.open.entry(node.clone()).insert_entry(site).into_mut())
    }

    /// Removes a node's namespace. The kernel frees it when nothing holds it open any more.
    pub(super) fn remove(&mut self, node: &NodeName) -> Result<(), Cause> {
        self.open.remove(node);
        self.names.remove(node)
    }

    /// Closes every connection.
    pub(super) fn close(&mut self) {
        self.open.clear();
    }
}
