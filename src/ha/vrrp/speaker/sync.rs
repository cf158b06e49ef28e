use crate::ha::log::log;
use crate::kernel::{Cause, Local, SyncDaemon, SyncRole};
use crate::lab::VrrpState;
use crate::plan::SyncSeat;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long the kernel's daemons may take to stop.
const PATIENCE: Duration = Duration::from_secs(2);

/// Lets the kernel's connection synchronisation follow a virtual router, in a task of its own:
/// nobody who becomes master waits for it.
pub(super) struct Follower {
    state: watch::Sender<VrrpState>,
    task: JoinHandle<()>,
}

impl Follower {
    /// Starts the task.
    pub(super) fn begin(seat: SyncSeat) -> Result<Self, Cause> {
        let local = Local::here()?;
        let (state, mut changes) = watch::channel(VrrpState::Init);
        let task = tokio::spawn(async move {
            let mut sync = Sync { local, seat, role: None };
            while changes.changed().await.is_ok() {
                let state = *changes.borrow_and_update();
                sync.follow(role(state)).await;
            }
            sync.follow(None).await;
        });
        Ok(Self { state, task })
    }

    /// Tells it the state of the virtual router.
    pub(super) fn enter(&self, state: VrrpState) {
        self.state.send_replace(state);
    }

    /// Ends it, and waits until the kernel's daemons have stopped, but not for ever: the end of a
    /// speaker must not depend on them.
    pub(super) async fn end(self) {
        drop(self.state);
        let _ = timeout(PATIENCE, self.task).await;
    }
}

/// Whoever is not master learns, also while something is wrong with it.
fn role(state: VrrpState) -> Option<SyncRole> {
    match state {
        VrrpState::Init => None,
        VrrpState::Master => Some(SyncRole::Master),
        VrrpState::Backup | VrrpState::Fault => Some(SyncRole::Backup),
    }
}

struct Sync {
    local: Local,
    seat: SyncSeat,
    role: Option<SyncRole>,
}

impl Sync {
    async fn follow(&mut self, role: Option<SyncRole>) {
        if self.role == role {
            return;
        }
        match self.change(role).await {
            Ok(()) => self.role = role,
            Err(error) => log(format_args!("connection sync: {error}")),
        }
    }

    async fn change(&mut self, role: Option<SyncRole>) -> Result<(), Cause> {
        // A predecessor that was killed has left its own.
        for other in [SyncRole::Master, SyncRole::Backup] {
            if role != Some(other) {
                self.local.stop_sync(other).await?;
            }
        }
        let Some(role) = role else { return Ok(()) };
        let daemon = SyncDaemon { role, interface: self.seat.interface.clone(), id: self.seat.id };
        self.local.start_sync(&daemon).await
    }
}
