//! Health checks with keepalived's meanings (keepalived.conf(5)): what HTTP_GET, TCP_CHECK and
//! MISC_CHECK try and when, and what quorum, sorry_server and inhibit_on_failure make of it.

#[cfg(test)]
mod example;
mod failure;
mod keeper;
mod kept;
mod probe;
mod schedule;
mod service;
mod table;
mod watch;

use super::HaError;
use crate::kernel::Local;
use crate::plan::Checker;
use keeper::Keeper;
use std::path::Path;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinSet;
use watch::{Finding, Position, watch};

/// How many findings may wait for the table.
const BACKLOG: usize = 64;

/// Checks real servers until SIGTERM, and keeps the director's table to what it finds; `ready` is
/// called before the first check. It begins with every server up, brings the table to that, and
/// leaves it behind as it is. Changes of health are recorded in `directory`. Runs inside a tokio
/// runtime.
///
/// # Errors
/// Why it cannot begin: once it has, what the kernel refuses is logged.
pub async fn check(
    checker: Checker,
    directory: &Path,
    ready: impl FnOnce(),
) -> Result<(), HaError> {
    let terminated = signal(SignalKind::terminate());
    let mut terminated = terminated.map_err(|error| HaError::Io { call: "sigaction", error })?;
    let table = Local::here()?;
    let (tell, findings) = channel(BACKLOG);
    let mut keeper = Keeper::new(checker.services.clone(), directory.to_owned(), table);
    keeper.begin().await;
    ready();
    // Dropping it ends every attempt.
    let _watches = watches(&checker, tell);
    tokio::select! {
        () = keep(keeper, findings) => Ok(()),
        _ = terminated.recv() => Ok(()),
    }
}

async fn keep(mut keeper: Keeper<Local>, mut findings: Receiver<Finding>) {
    while let Some(finding) = findings.recv().await {
        keeper.take(finding).await;
    }
    // There is nothing to check.
    std::future::pending().await
}

fn watches(checker: &Checker, tell: Sender<Finding>) -> JoinSet<()> {
    let mut watches = JoinSet::new();
    for (service, plan) in checker.services.iter().enumerate() {
        for (server, entry) in plan.servers.iter().enumerate() {
            let of = Position { service, server };
            watches.spawn(watch(of, entry.checked, plan.check.clone(), tell.clone()));
        }
    }
    watches
}
