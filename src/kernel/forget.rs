use super::ipvs::{self, Ipvs};
use super::namespace::Namespace;
use super::site::Site;
use super::{Cause, sysctl};
use crate::lab::SysctlKey;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// With 1, connections go with the real server that they belong to. Otherwise the kernel keeps
/// both, and gives them back to the next real server of that address.
const EXPIRE: &str = "net.ipv4.vs.expire_nodest_conn";

/// How long the kernel may take to let go of the connections.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long it is left in peace between two looks.
const PAUSE: Duration = Duration::from_millis(5);

/// Empties a director's IPVS table, makes it forget every connection, and ends its sync daemons, as
/// a reboot does. A kernel without IPVS has nothing to forget.
pub(super) async fn forget(site: &mut Site) -> Result<(), Cause> {
    match site.ipvs().await {
        Err(Cause::NoIpvs) => return Ok(()),
        opened => end_sync(opened?).await?,
    }
    let key = SysctlKey(EXPIRE.to_owned());
    let before = sysctl::read(&site.namespace, std::slice::from_ref(&key))?.remove(&key);
    site.set(&key, "1")?;
    let forgotten = empty(site).await;
    let restored = site.set(&key, before.as_deref().unwrap_or("0"));
    forgotten.and(restored)
}

/// Before the connections go: the others would learn of them, or tell them again.
async fn end_sync(ipvs: &Ipvs) -> Result<(), Cause> {
    for daemon in ipvs.sync_daemons().await? {
        ipvs.stop_sync(daemon.role).await?;
    }
    Ok(())
}

async fn empty(site: &mut Site) -> Result<(), Cause> {
    site.ipvs().await?.flush().await?;
    let end = Instant::now() + PATIENCE;
    loop {
        match remembered(&site.namespace)? {
            0 => return Ok(()),
            left if Instant::now() > end => {
                return Err(Cause::Other(format!("{left} connections are still remembered")));
            }
            _ => sleep(PAUSE).await,
        }
    }
}

fn remembered(namespace: &Namespace) -> Result<usize, Cause> {
    Ok(ipvs::connections(namespace)?.len())
}
