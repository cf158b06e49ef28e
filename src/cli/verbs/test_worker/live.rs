use super::tell;
use crate::cli::running::Running;
use crate::cli::stage::{Holder, LabStage};
use crate::kernel::Linux;
use crate::lab::{Lab, Source};
use crate::report::{Event, ScenarioReport};
use crate::scenario::{self, History};

/// Runs scenarios in a lab that somebody else holds, and leaves it up.
pub async fn play(
    running: &Running,
    (source, lab): (Source, Lab),
    history: History,
) -> Vec<ScenarioReport> {
    tell(Event::Unchanged { lab: lab.name.clone() });
    let mut kernel = Linux::open(running.names());
    let holder = Holder::Supervisor { dir: &running.dir, kernel: &mut kernel };
    let mut stage = LabStage::new(&lab, &source, &running.dir, holder);
    scenario::run(&lab, history, &mut stage, &mut tell).await
}
