use crate::kernel::Linux;
use crate::lab::{Fault, Healing};
use crate::state::LabDir;
use crate::supervisor::{self, Foreground, SupervisorError};

/// Who holds the lab that scenarios play in, and breaks and mends it for them.
pub enum Holder<'a> {
    /// This process.
    Own(&'a mut Foreground),
    /// Another one.
    Supervisor {
        /// The lab's directory.
        dir: &'a LabDir,
        /// The kernel, for reading back what is there.
        kernel: &'a mut Linux,
    },
}

impl Holder<'_> {
    /// Breaks something.
    ///
    /// # Errors
    /// Why it could not be broken.
    pub async fn disturb(&mut self, fault: &Fault) -> Result<(), String> {
        match self {
            Self::Own(held) => held.disturb(fault).await.map_err(|error| error.to_string()),
            Self::Supervisor { dir, .. } => {
                let (dir, fault) = (dir.clone(), fault.clone());
                asked(move || supervisor::disturb(&dir, &fault)).await
            }
        }
    }

    /// Mends what was broken.
    ///
    /// # Errors
    /// Why it could not be mended.
    pub async fn heal(&mut self, healing: &Healing) -> Result<(), String> {
        match self {
            Self::Own(held) => held.heal(healing).await.map_err(|error| error.to_string()),
            Self::Supervisor { dir, .. } => {
                let (dir, healing) = (dir.clone(), healing.clone());
                asked(move || supervisor::heal(&dir, &healing)).await
            }
        }
    }

    /// The kernel, for reading back what is there.
    pub fn kernel(&mut self) -> &mut Linux {
        match self {
            Self::Own(held) => held.kernel(),
            Self::Supervisor { kernel, .. } => kernel,
        }
    }
}

/// In a thread of its own: a load goes on while the supervisor works.
async fn asked(
    ask: impl FnOnce() -> Result<Vec<String>, SupervisorError> + Send + 'static,
) -> Result<(), String> {
    let done = tokio::task::spawn_blocking(ask).await.map_err(|error| error.to_string())?;
    done.map(drop).map_err(|error| error.to_string())
}
