use super::backends::Backends;
use super::control::{self, Asked};
use super::foreground::hands;
use super::launch::tell;
use super::reconcile::reconcile;
use super::{Assignment, SupervisorError};
use crate::engine::{self, Journal, Tools, cancellation};
use crate::kernel::Linux;
use crate::report::Event;
use crate::state::{Lock, StateError};
use std::fs::File;
use std::os::fd::RawFd;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Builds the lab and holds it to its end; the exit code says whether it was ever up.
pub fn hold(assignment: &Assignment, flock: RawFd, events: File) -> i32 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let held = match runtime {
        Ok(runtime) => {
            runtime.block_on(async { Holder::new(assignment).live(flock, events).await })
        }
        Err(error) => Err(format!("cannot start a runtime: {error}")),
    };
    match held {
        Ok(()) => 0,
        Err(message) => {
            eprintln!("{message}");
            1
        }
    }
}

/// What the supervisor works with.
struct Holder {
    assignment: Assignment,
    kernel: Linux,
    backends: Backends,
}

impl Holder {
    /// Must be called inside a runtime.
    fn new(assignment: &Assignment) -> Self {
        let (kernel, backends) = hands(assignment);
        Self { assignment: assignment.clone(), kernel, backends }
    }

    async fn live(mut self, flock: RawFd, events: File) -> Result<(), String> {
        let words = |error: &dyn std::fmt::Display| error.to_string();
        let mut ends = Ends::new().map_err(|error| words(&error))?;
        let mut journal = Journal::open(&self.assignment.dir).map_err(|error| words(&error))?;
        self.build(&mut journal, &mut ends, events).await?;
        give_back(flock);
        self.kernel.rest();
        self.serve(&mut journal, &mut ends).await.map_err(|error| words(&error))?;
        self.clean_up();
        Ok(())
    }

    /// Builds while it listens for signals, and for the end of whoever wants to know.
    async fn build(
        &mut self,
        journal: &mut Journal,
        ends: &mut Ends,
        mut events: File,
    ) -> Result<(), String> {
        let (canceller, cancel) = cancellation();
        let plan = self.assignment.plan();
        let mut heard = |event: Event| {
            if !tell(&mut events, &event) {
                canceller.cancel("because the command that wanted the lab is gone");
            }
        };
        let tools =
            Tools { kernel: &mut self.kernel, journal, events: &mut heard, cancel: &cancel };
        let mut building = std::pin::pin!(engine::build(&plan, tools));
        let built = tokio::select! {
            biased;
            built = &mut building => built,
            name = ends.next() => {
                canceller.cancel(&format!("by {name}"));
                building.await
            }
        };
        built.map_err(|error| error.to_string())
    }

    /// Does what is asked on the socket, one thing after the other, until a signal ends it.
    async fn serve(
        &mut self,
        journal: &mut Journal,
        ends: &mut Ends,
    ) -> Result<(), SupervisorError> {
        let mut asked = control::listen(&self.assignment.dir)?;
        loop {
            tokio::select! {
                _ = ends.next() => return Ok(()),
                Some(request) = asked.recv() => self.answer(request, journal).await,
            }
        }
    }

    async fn answer(&mut self, asked: Asked, journal: &mut Journal) {
        match asked {
            Asked::Status(reply) => reply.send(&self.backends.status()),
            Asked::Reconcile { lab, source, reply } => {
                let wanted = Assignment { lab: *lab, source, ..self.assignment.clone() };
                let event = reconcile(&self.assignment, &wanted, &mut self.kernel, journal).await;
                if matches!(event, Event::Changed { .. } | Event::Unchanged { .. }) {
                    self.assignment = wanted;
                }
                self.kernel.rest();
                reply.send(&event);
            }
        }
    }

    /// A supervisor that is told to end takes the lab along, unless a command is doing just that.
    fn clean_up(mut self) {
        self.kernel.rest();
        if let Ok(Some(lock)) = Lock::try_take(&self.assignment.dir) {
            let cleaned = engine::clean(&self.assignment.dir, &self.assignment.names, &lock);
            let removed = cleaned
                .map_err(|left| left.to_string())
                .and_then(|_| lock.remove().map_err(|error: StateError| error.to_string()));
            removed.unwrap_or_else(|error| eprintln!("{error}"));
        }
    }
}

/// The lock was shared for as long as the lab was being built.
fn give_back(flock: RawFd) {
    // A descriptor of the parent's that the fork brought along; nothing else here owns it.
    let _ = nix::unistd::close(flock);
}

/// The signals that end a supervisor.
struct Ends {
    interrupt: Signal,
    terminate: Signal,
}

impl Ends {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }
}
