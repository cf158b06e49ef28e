use super::log::last_words;
use super::{PATIENCE, directory};
use crate::kernel::site::Sites;
use crate::kernel::{Cause, addresses};
use crate::lab::NodeName;
use std::fmt::Write;
use std::net::IpAddr;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How often they are asked.
const PAUSE: Duration = Duration::from_millis(10);

/// Waits until one of some directors holds an address, which an election of this length decides.
pub async fn await_address(
    sites: &mut Sites,
    directors: &[&NodeName],
    (address, election): (IpAddr, Duration),
) -> Result<(), Cause> {
    let (begun, limit) = (Instant::now(), election + PATIENCE);
    while begun.elapsed() < limit {
        for director in directors {
            if addresses::is_held(&sites.get(director)?.netlink, address)? {
                return Ok(());
            }
        }
        sleep(PAUSE).await;
    }
    let mut words = format!("none holds it after {} s", limit.as_secs());
    for director in directors {
        for (daemon, said) in last_words(&directory(sites.names.directory(), director)) {
            let _ = write!(words, "\n{director}'s {daemon} says: {said}");
        }
    }
    Err(Cause::Other(words))
}
