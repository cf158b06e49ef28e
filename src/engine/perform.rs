use super::{EngineError, Journal};
use crate::kernel::Kernel;
use crate::plan::Act;

/// Does things to the kernel in order, each journalled before it is done; ends at the first one
/// that fails, and returns how many were done.
pub async fn perform<K: Kernel>(
    acts: &[Act],
    kernel: &mut K,
    journal: &mut Journal,
) -> (usize, Result<(), EngineError>) {
    for (done, act) in acts.iter().enumerate() {
        if let Err(error) = one(act, kernel, journal).await {
            return (done, Err(error));
        }
    }
    (acts.len(), Ok(()))
}

async fn one<K: Kernel>(
    act: &Act,
    kernel: &mut K,
    journal: &mut Journal,
) -> Result<(), EngineError> {
    journal.append(act)?;
    match act {
        Act::Apply(op) => kernel.apply(op).await?,
        Act::Undo(op) => kernel.undo(op).await?,
    }
    Ok(())
}
