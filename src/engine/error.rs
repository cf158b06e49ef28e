use crate::kernel::KernelError;
use crate::report::Event;
use crate::state::StateError;

/// Why work on a lab ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The kernel refused an operation.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// The journal could not be written, so that the operation was not tried.
    #[error(transparent)]
    State(#[from] StateError),
}

/// Why building stopped.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// An operation failed, or could not be journalled.
    #[error(transparent)]
    Failed(#[from] EngineError),
    /// It was told to.
    #[error("interrupted {0}")]
    Cancelled(String),
}

/// A lab was not built; what had been done was undone.
#[derive(Debug, thiserror::Error)]
#[error("{stop}")]
pub struct BuildError {
    /// What stopped it.
    pub stop: Stop,
    /// The step that failed or was not done any more, counted from 1.
    pub step: usize,
    /// How many steps the plan has.
    pub total: usize,
    /// What could not be undone, in words; empty is the good case.
    pub left: Vec<String>,
}

impl BuildError {
    /// What became of the steps: "step 14 of 22 failed; steps 13-1 were undone".
    pub fn undone(&self) -> String {
        let (step, total) = (self.step, self.total);
        let how = match &self.stop {
            Stop::Failed(_) => format!("step {step} of {total} failed"),
            Stop::Cancelled(_) => format!("stopped at step {step} of {total}"),
        };
        let before = match step - 1 {
            0 => "nothing had been done before".to_owned(),
            1 => "step 1 was undone".to_owned(),
            last => format!("steps {last}-1 were undone"),
        };
        let faults = match self.left.len() {
            0 => String::new(),
            1 => ", except for one fault".to_owned(),
            many => format!(", except for {many} faults"),
        };
        format!("{how}; {before}{faults}")
    }

    /// As an event, once it is known what is left for good.
    pub fn event(&self, left: Vec<String>) -> Event {
        Event::Failed { message: self.to_string(), undone: self.undone(), left }
    }
}
