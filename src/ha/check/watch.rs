use super::failure::Failure;
use super::probe;
use super::schedule::{Schedule, Step};
use crate::kernel::Health;
use crate::lab::HealthCheck;
use std::net::SocketAddr;
use std::time::SystemTime;
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, sleep};

/// Which real server of which virtual service, as numbers in the checker's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) service: usize,
    pub(super) server: usize,
}

/// What an attempt at a server has shown.
#[derive(Debug)]
pub(super) struct Finding {
    /// The server.
    pub(super) of: Position,
    /// When the attempt ended.
    pub(super) at: SystemTime,
    /// Why it failed, if it did.
    pub(super) failure: Option<Failure>,
    /// What follows.
    pub(super) step: Step,
}

/// Tries a server for ever, or until nobody wants the findings.
pub(super) async fn watch(
    of: Position,
    server: SocketAddr,
    check: HealthCheck,
    findings: Sender<Finding>,
) {
    let mut schedule = Schedule::new(&check);
    loop {
        let begun = Instant::now();
        let failure = probe::attempt(&check, server).await.err();
        let found = if failure.is_none() { Health::Up } else { Health::Down };
        let step = schedule.after(found, begun.elapsed());
        let finding = Finding { of, at: SystemTime::now(), failure, step };
        if findings.send(finding).await.is_err() {
            return;
        }
        sleep(step.wait).await;
    }
}
