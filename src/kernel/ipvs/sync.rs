use super::channel::Ipvs;
use super::fields::{Encoded, Fields, Record};
use super::wire::{Attribute, Command, DaemonAttribute as D, SYNC_BACKUP, SYNC_MASTER};
use crate::kernel::Cause;
use nix::errno::Errno;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::timeout;

/// How long the kernel may take to answer that a daemon has stopped.
const ANSWER: Duration = Duration::from_millis(500);

/// Which way connections go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SyncRole {
    /// This director tells its connections.
    Master,
    /// This director learns those of others.
    Backup,
}

impl SyncRole {
    const BOTH: [Self; 2] = [Self::Master, Self::Backup];

    fn number(self) -> u32 {
        match self {
            Self::Master => SYNC_MASTER,
            Self::Backup => SYNC_BACKUP,
        }
    }
}

/// A sync daemon of the kernel (ipvsadm(8), --start-daemon): a thread of a director's namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncDaemon {
    /// Its part.
    pub role: SyncRole,
    /// The interface that carries it.
    pub interface: String,
    /// The sync id; a backup listens to its own only, or to all if it is 0.
    pub id: u8,
}

impl Ipvs {
    /// Starts a daemon; the one that has its role already is stopped before.
    pub(in crate::kernel) async fn start_sync(&self, daemon: &SyncDaemon) -> Result<(), Cause> {
        self.stop_sync(daemon.role).await?;
        let attributes = Fields::new()
            .u32(D::State, daemon.role.number())
            .with(D::Interface, format!("{}\0", daemon.interface))
            .u32(D::SyncId, daemon.id.into())
            .nest(Attribute::Daemon)?;
        self.tell(Command::NewDaemon, vec![attributes]).await
    }

    /// Stops the daemon of this role; where there is none it counts as stopped.
    pub(in crate::kernel) async fn stop_sync(&self, role: SyncRole) -> Result<(), Cause> {
        let attributes = Fields::new().u32(D::State, role.number()).nest(Attribute::Daemon)?;
        let told = self.tell(Command::DeleteDaemon, vec![attributes]);
        // A daemon that has not run yet ends with EINTR, which netlink_rcv_skb never answers.
        let Ok(told) = timeout(ANSWER, told).await else { return Ok(()) };
        match told {
            Err(cause) if cause.number() == Some(Errno::ESRCH) => Ok(()),
            stopped => stopped,
        }
    }

    /// The daemons that run.
    pub(in crate::kernel) async fn sync_daemons(&self) -> Result<Vec<SyncDaemon>, Cause> {
        let answers = self.dump(Command::GetDaemon, Vec::<Encoded<Attribute>>::new()).await?;
        Ok(answers.iter().filter_map(|a| decode(&Record::of(a.attrs()))).collect())
    }
}

fn decode(message: &Record<'_, Attribute>) -> Option<SyncDaemon> {
    let record: Record<'_, D> = message.inside(Attribute::Daemon)?;
    let state = record.u32(D::State)?;
    Some(SyncDaemon {
        role: SyncRole::BOTH.into_iter().find(|role| role.number() == state)?,
        interface: record.text(D::Interface)?.to_owned(),
        id: u8::try_from(record.u32(D::SyncId)?).ok()?,
    })
}
