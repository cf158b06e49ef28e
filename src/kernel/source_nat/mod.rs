//! The part of FULLNAT that IPVS does not do: replacing the client's address by the director's.
//!
//! May: run nft(8), or iptables-legacy(8) where the kernel's nftables cannot do it. May not: touch
//! a table other than its own.
//!
//! A rule looks at the connection's original destination, as IPVS has rewritten the packet by
//! then; for that IPVS must tell connection tracking of it (net.ipv4.vs.conntrack=1).

mod iptables;
mod nft;

use super::Cause;
use super::namespace::Namespace;
use crate::plan::ServiceKey;
use std::net::IpAddr;

/// Replaces clients' addresses in connections of a virtual service; it may do so already.
pub(super) async fn add(namespace: &Namespace, service: &ServiceKey) -> Result<(), Cause> {
    match nft::add(namespace, service).await {
        Ok(nft::Added::Done) => Ok(()),
        Ok(nft::Added::Unsupported) => iptables::add(namespace, service).await,
        // What is asked for first is what a user should install.
        Err(missing @ Cause::MissingProgram { .. }) => {
            match iptables::add(namespace, service).await {
                Err(Cause::MissingProgram { .. }) => Err(missing),
                other => other,
            }
        }
        Err(cause) => Err(cause),
    }
}

/// Stops replacing clients' addresses; it may have stopped already.
pub(super) async fn remove(namespace: &Namespace, service: &ServiceKey) -> Result<(), Cause> {
    if nft::all(namespace, Family::of(service)).await?.contains(service) {
        nft::remove(namespace, service).await?;
    }
    if iptables::all(namespace, Family::of(service)).await?.contains(service) {
        iptables::remove(namespace, service).await?;
    }
    Ok(())
}

/// Reads the virtual services whose clients' addresses are replaced.
pub(super) async fn all(namespace: &Namespace) -> Result<Vec<ServiceKey>, Cause> {
    let mut services = Vec::new();
    for family in [Family::Ipv4, Family::Ipv6] {
        services.extend(nft::all(namespace, family).await?);
        services.extend(iptables::all(namespace, family).await?);
    }
    Ok(services)
}

/// Which of the two IPs a rule is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Ipv4,
    Ipv6,
}

impl Family {
    fn of(service: &ServiceKey) -> Self {
        match service.address.ip() {
            IpAddr::V4(_) => Self::Ipv4,
            IpAddr::V6(_) => Self::Ipv6,
        }
    }
}
