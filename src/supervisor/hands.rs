use crate::engine::{EngineError, Journal, perform};
use crate::kernel::Kernel;
use crate::plan::Act;

/// What changes a lab, and writes down that it does.
pub struct Hands<'a, K> {
    /// The kernel.
    pub kernel: &'a mut K,
    /// The lab's journal.
    pub journal: &'a mut Journal,
}

impl<K: Kernel> Hands<'_, K> {
    /// Does things in order, each journalled first; ends at the first one that fails, and returns
    /// how many were done.
    pub(super) async fn perform(&mut self, acts: &[Act]) -> (usize, Result<(), EngineError>) {
        perform(acts, self.kernel, self.journal).await
    }

    /// Does each of some things, whatever becomes of the others, and returns what went wrong.
    pub(super) async fn perform_each(&mut self, acts: &[Act]) -> Vec<EngineError> {
        let mut errors = Vec::new();
        for act in acts {
            errors.extend(self.perform(std::slice::from_ref(act)).await.1.err());
        }
        errors
    }
}
