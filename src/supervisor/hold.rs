use super::Assignment;
use super::backends::Backends;
use super::control::{self, Asked};
use super::foreground::hands;
use super::launch::tell;
use super::pace::Pace;
use super::reconcile::reconcile;
use crate::engine::{self, BuildError, Journal, Tools, cancellation};
use crate::kernel::Linux;
use crate::report::Event;
use crate::state::Lock;
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd};
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::UnboundedReceiver;

/// Builds the lab and holds it to its end; the exit code says whether it was ever up.
pub fn hold(assignment: &Assignment, lock: &Lock, events: File) -> i32 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let held = match runtime {
        Ok(runtime) => runtime.block_on(async { Holder::new(assignment).live(lock, events).await }),
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

    async fn live(mut self, lock: &Lock, mut events: File) -> Result<(), String> {
        let words = |error: &dyn std::fmt::Display| error.to_string();
        let mut ends = Ends::new().map_err(|error| words(&error))?;
        let mut journal = Journal::open(&self.assignment.dir).map_err(|error| words(&error))?;
        match self.build(&mut journal, &mut ends, &mut events).await {
            Ok(took) => {
                self.kernel.rest();
                let asked = control::listen(&self.assignment.dir).map_err(|e| words(&e))?;
                give_back(lock);
                let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
                tell(&mut events, &Event::Up { lab: self.assignment.lab.name.clone(), micros });
                drop(events);
                self.serve(asked, &mut journal, &mut ends).await;
                self.clean_up();
                Ok(())
            }
            Err(error) => {
                self.kernel.rest();
                let left = self.clean(lock).err().into_iter().collect();
                tell(&mut events, &error.event(left));
                Err(error.to_string())
            }
        }
    }

    /// Builds while it listens for signals, and for the end of whoever wants to know.
    async fn build(
        &mut self,
        journal: &mut Journal,
        ends: &mut Ends,
        events: &mut File,
    ) -> Result<Duration, BuildError> {
        let (canceller, cancel) = cancellation();
        let plan = self.assignment.plan();
        let mut pace = Pace::default();
        let mut heard = |event: Event| {
            if pace.is_worth(&event) && !tell(events, &event) {
                canceller.cancel("because the command that wanted the lab is gone");
            }
        };
        let tools =
            Tools { kernel: &mut self.kernel, journal, events: &mut heard, cancel: &cancel };
        let mut building = std::pin::pin!(engine::build(&plan, tools));
        tokio::select! {
            biased;
            built = &mut building => built,
            name = ends.next() => {
                canceller.cancel(&format!("by {name}"));
                building.await
            }
        }
    }

    /// Does what is asked on the socket, one thing after the other, until a signal ends it.
    async fn serve(
        &mut self,
        mut asked: UnboundedReceiver<Asked>,
        journal: &mut Journal,
        ends: &mut Ends,
    ) {
        loop {
            tokio::select! {
                _ = ends.next() => return,
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
            let removed = self.clean(&lock).and_then(|()| lock.remove().map_err(|e| e.to_string()));
            removed.unwrap_or_else(|error| eprintln!("{error}"));
        }
    }

    fn clean(&self, lock: &Lock) -> Result<(), String> {
        let cleaned = engine::clean(&self.assignment.dir, &self.assignment.names, lock);
        cleaned.map(drop).map_err(|left| left.to_string())
    }
}

/// Gives back this process's share of a lock that the fork brought along.
fn give_back(lock: &Lock) {
    // Nothing else of this process uses the descriptor: it was another one that took the lock.
    let _ = nix::unistd::close(lock.as_fd().as_raw_fd());
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
