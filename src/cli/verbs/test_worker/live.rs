use super::tell;
use crate::cli::running::Running;
use crate::cli::stage::{Holder, LabStage};
use crate::kernel::{Kernel, Linux};
use crate::lab::{Destination, Lab, Source};
use crate::plan::ServiceKey;
use crate::report::{Event, ScenarioReport};
use crate::scenario::{self, History};
use std::net::SocketAddr;

/// Runs scenarios in a lab that somebody else holds, and leaves it up.
pub async fn play(
    running: &Running,
    (source, mut lab): (Source, Lab),
    history: History,
) -> Vec<ScenarioReport> {
    tell(Event::Unchanged { lab: lab.name.clone(), left_alone: Vec::new() });
    let mut kernel = Linux::open(running.names());
    as_added(&mut lab, &mut kernel).await;
    let holder = Holder::Supervisor { dir: &running.dir, kernel: &mut kernel };
    let mut stage = LabStage::new(&lab, &source, &running.dir, holder);
    scenario::run(&lab, history, &mut stage, &mut tell).await
}

/// Puts each service's real servers into the order in which they were really added, which is the
/// order of their turns. What cannot be read stays in the order of the file.
async fn as_added(lab: &mut Lab, kernel: &mut Linux) {
    for service in &mut lab.services {
        let Some(director) = service.directors.first() else { continue };
        let Ok(Some(seen)) = kernel.observe(director, &[]).await else { continue };
        let key = ServiceKey::from(&*service);
        let Some(there) = seen.services.iter().find(|there| there.key == key) else { continue };
        // The kernel dumps the last one first.
        let added = |server: &Destination| {
            let address = SocketAddr::new(server.address, server.port);
            let place = there.destinations.iter().rev().position(|d| d.entry.address == address);
            place.unwrap_or(usize::MAX)
        };
        service.destinations.sort_by_key(added);
    }
}
