use super::rollback::roll_back;
use super::{BuildError, Cancel, EngineError, Journal, Stop};
use crate::kernel::Kernel;
use crate::plan::{Act, Op, Plan, Step};
use crate::report::Event;
use std::time::{Duration, Instant};

/// What building needs.
pub struct Tools<'a, K> {
    /// The kernel to build on.
    pub kernel: &'a mut K,
    /// Where each operation is written before it is done.
    pub journal: &'a mut Journal,
    /// Who is told what happens.
    pub events: &'a mut dyn FnMut(Event),
    /// Whether to stop and take everything back.
    pub cancel: &'a Cancel,
}

/// Does what a plan says, in order, and returns how long it took. When a step fails, or the work
/// is cancelled, what was done is undone in reverse.
///
/// Whether the lab is up then, or its failure complete, is for the caller to tell.
pub async fn build<K: Kernel>(
    plan: &Plan,
    mut tools: Tools<'_, K>,
) -> Result<Duration, BuildError> {
    let started = Instant::now();
    let total = plan.steps.len();
    (tools.events)(Event::Building { lab: plan.lab.clone(), operations: total });
    for (before, step) in plan.steps.iter().enumerate() {
        if let Err(stop) = tools.step(step).await {
            // The failed step too: it may be half done.
            let left = roll_back(&plan.steps[..=before], tools.kernel).await;
            return Err(BuildError { stop, step: before + 1, total, left });
        }
        (tools.events)(Event::Applied { done: before + 1, last: step.op.line(&plan.lab) });
    }
    Ok(started.elapsed())
}

impl<K: Kernel> Tools<'_, K> {
    async fn step(&mut self, step: &Step) -> Result<(), Stop> {
        // Lets whoever cancels have his turn, even if the kernel never makes anyone wait.
        tokio::task::yield_now().await;
        if let Some(reason) = self.cancel.reason() {
            return Err(Stop::Cancelled(reason));
        }
        self.journal.append(&Act::Apply(step.op.clone())).map_err(EngineError::from)?;
        let applied = self.kernel.apply(&step.op);
        // An answer of the kernel must not be left unread.
        if !may_take_long(&step.op) {
            return Ok(applied.await.map_err(EngineError::from)?);
        }
        tokio::select! {
            biased;
            done = applied => Ok(done.map_err(EngineError::from)?),
            reason = self.cancel.cancelled() => Err(Stop::Cancelled(reason)),
        }
    }
}

/// Whether it waits for a process rather than for the kernel.
fn may_take_long(op: &Op) -> bool {
    matches!(
        op,
        Op::RunCommand { .. }
            | Op::StartProcess { .. }
            | Op::StartDaemon { .. }
            | Op::AwaitAddress { .. }
    )
}
