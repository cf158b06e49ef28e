use super::family::Family;
use super::{iptables, nft};
use crate::kernel::{Cause, Namespace};
use crate::plan::ServiceKey;

/// Replaces clients' addresses in connections of a virtual service; it may do so already.
pub(in crate::kernel) async fn add(
    namespace: &Namespace,
    service: &ServiceKey,
) -> Result<(), Cause> {
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
pub(in crate::kernel) async fn remove(
    namespace: &Namespace,
    service: &ServiceKey,
) -> Result<(), Cause> {
    let family = Family::of(service);
    if nft::all(namespace, family).await?.contains(service) {
        nft::remove(namespace, service).await?;
    }
    if iptables::all(namespace, family).await?.contains(service) {
        iptables::remove(namespace, service).await?;
    }
    Ok(())
}

/// Reads the virtual services whose clients' addresses are replaced.
pub(in crate::kernel) async fn all(namespace: &Namespace) -> Result<Vec<ServiceKey>, Cause> {
    let mut services = Vec::new();
    for family in [Family::Ipv4, Family::Ipv6] {
        services.extend(nft::all(namespace, family).await?);
        services.extend(iptables::all(namespace, family).await?);
    }
    Ok(services)
}
