use super::address_watch::AddressWatch;
use super::link_watch::{self, Interface, LinkWatch};
use super::namespace::Namespace;
use super::site::Site;
use super::{Cause, ObservedAddress, SyncDaemon, SyncRole, addresses, observe};
use crate::plan::{DestinationEntry, ServiceEntry, ServiceKey};
use ipnet::IpNet;
use std::net::SocketAddr;

/// The namespace that the calling process itself lives in, for daemons that were started inside a
/// director. It needs a tokio runtime.
///
/// Every error of its methods is what the kernel refused, with the call or message that got it;
/// those about IPVS are [`Cause::NoIpvs`] where it has none.
pub struct Local {
    site: Site,
}

impl Local {
    /// Where the process is.
    pub fn here() -> Result<Self, Cause> {
        let namespace = Namespace::open("/proc/self/ns/net").map_err(|e| Cause::io("open", e))?;
        Ok(Self { site: Site::open(namespace)? })
    }

    /// Adds an address; one that is there already counts as added.
    pub fn add_address(&self, interface: &str, address: IpNet) -> Result<(), Cause> {
        match addresses::add(&self.site.netlink, interface, address) {
            Err(cause) if cause.number() == Some(nix::errno::Errno::EEXIST) => Ok(()),
            added => added,
        }
    }

    /// Removes an address; one that is not there counts as removed.
    pub fn remove_address(&self, interface: &str, address: IpNet) -> Result<(), Cause> {
        match addresses::remove(&self.site.netlink, interface, address) {
            Err(cause) if cause.number() == Some(nix::errno::Errno::EADDRNOTAVAIL) => Ok(()),
            removed => removed,
        }
    }

    /// The addresses of every interface.
    pub fn addresses(&self) -> Result<Vec<ObservedAddress>, Cause> {
        observe::addresses(&self.site)
    }

    /// Opens the kernel's notices of addresses that come and go, from now on.
    pub fn watch_addresses(&self) -> Result<AddressWatch, Cause> {
        AddressWatch::open(&self.site.namespace)
    }

    /// Every interface.
    pub fn interfaces(&self) -> Result<Vec<Interface>, Cause> {
        link_watch::interfaces(&self.site)
    }

    /// Opens the kernel's notices of interfaces that change, from now on.
    pub fn watch_links(&self) -> Result<LinkWatch, Cause> {
        LinkWatch::open(&self.site)
    }

    /// Adds a virtual service, or brings the one that is there to the entry's values.
    pub async fn put_service(&mut self, entry: &ServiceEntry) -> Result<(), Cause> {
        self.site.ipvs().await?.put_service(entry).await
    }

    /// Adds a real server, or brings the one that is there to the entry's values.
    pub async fn put_destination(
        &mut self,
        service: &ServiceKey,
        entry: &DestinationEntry,
    ) -> Result<(), Cause> {
        self.site.ipvs().await?.put_destination(service, entry).await
    }

    /// Deletes a real server; one that is not there counts as deleted.
    pub async fn delete_destination(
        &mut self,
        service: &ServiceKey,
        address: SocketAddr,
    ) -> Result<(), Cause> {
        self.site.ipvs().await?.delete_destination(service, address).await
    }

    /// Starts a sync daemon; the one that has its role already is stopped before.
    pub async fn start_sync(&mut self, daemon: &SyncDaemon) -> Result<(), Cause> {
        self.site.ipvs().await?.start_sync(daemon).await
    }

    /// Stops the sync daemon of this role; where there is none it counts as stopped.
    pub async fn stop_sync(&mut self, role: SyncRole) -> Result<(), Cause> {
        self.site.ipvs().await?.stop_sync(role).await
    }

    /// The sync daemons that run.
    pub async fn sync_daemons(&mut self) -> Result<Vec<SyncDaemon>, Cause> {
        self.site.ipvs().await?.sync_daemons().await
    }
}
