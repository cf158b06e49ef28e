use super::Assignment;
use super::backends::Backends;
use super::caller::Caller;
use super::control::{self, Asked, Done, Status};
use super::ends::Ends;
use super::faults::Faults;
use super::foreground::hands;
use super::hands::Hands;
use super::reconcile::reconcile;
use crate::engine::{self, BuildError, Change, Journal, Tools, cancellation, change};
use crate::kernel::Linux;
use crate::lab::{Fault, Healing};
use crate::plan::Act;
use crate::report::Event;
use crate::state::{Lock, Process, Provider, Record, StateError};
use std::convert::Infallible;
use std::io::Write;
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc::UnboundedReceiver;

/// Builds the lab and holds it to its end; the exit code says whether it was ever up. Runs inside
/// a tokio runtime.
pub async fn hold(assignment: Assignment, lock: Lock, mut caller: Caller) -> i32 {
    match raise(&assignment, &mut caller).await {
        Ok((holder, ends, took)) => {
            // Whoever hears that the lab is up may want the lock at once.
            drop(lock);
            // The commands of the file have run where the user is; no directory is kept busy.
            let _ = std::env::set_current_dir("/");
            let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
            caller.tell(&Event::Up { lab: assignment.lab.name.clone(), micros });
            drop((caller, assignment));
            holder.serve(ends).await;
            0
        }
        Err(event) => {
            give_up(&assignment, lock, &mut caller, event);
            1
        }
    }
}

/// Builds the lab; an error is the event that tells why not.
async fn raise(
    assignment: &Assignment,
    caller: &mut Caller,
) -> Result<(Holder, Ends, Duration), Event> {
    let (mut holder, mut ends) = Holder::new(assignment).map_err(|error| Event::Failed {
        message: error.to_string(),
        undone: "nothing had been done".to_owned(),
        left: Vec::new(),
    })?;
    let built = holder.build(&mut ends, caller).await;
    let took = built.map_err(|error| error.event(Vec::new()))?;
    holder.kernel.rest();
    Ok((holder, ends, took))
}

/// Removes what is left of a lab that was not built, and says so.
fn give_up(assignment: &Assignment, lock: Lock, caller: &mut Caller, event: Event) {
    let cleaned = engine::clean(&assignment.dir, &assignment.names, &lock);
    let event = match event {
        Event::Failed { message, undone, .. } => {
            let left = cleaned.map_or_else(|leftovers| leftovers.what, |_| Vec::new());
            Event::Failed { message, undone, left }
        }
        other => other,
    };
    caller.tell(&event);
    // Given back by the end of the process: whoever waits for it finds no supervisor any more.
    std::mem::forget(lock);
}

/// What the supervisor works with.
struct Holder {
    assignment: Assignment,
    kernel: Linux,
    backends: Backends,
    journal: Journal,
    faults: Faults,
    asked: UnboundedReceiver<Asked>,
}

impl Holder {
    /// Takes charge of the lab. Whoever calls on the socket is answered when the lab is up.
    fn new(assignment: &Assignment) -> Result<(Self, Ends), StateError> {
        let dir = &assignment.dir;
        let ends = Ends::catch().map_err(StateError::refused("wait for signals in", dir.path()))?;
        record(assignment)?;
        let (kernel, backends) = hands(assignment);
        let holder = Self {
            assignment: assignment.clone(),
            kernel,
            backends,
            journal: Journal::open(dir)?,
            faults: Faults::default(),
            asked: control::listen(dir)?,
        };
        Ok((holder, ends))
    }

    /// Builds while it listens for signals, and for the end of whoever wants the lab.
    async fn build(
        &mut self,
        ends: &mut Ends,
        caller: &mut Caller,
    ) -> Result<Duration, BuildError> {
        let (canceller, cancel) = cancellation();
        let plan = self.assignment.plan();
        let gone = caller.gone();
        let mut events = |event: Event| caller.tell(&event);
        let tools = Tools {
            kernel: &mut self.kernel,
            journal: &mut self.journal,
            events: &mut events,
            cancel: &cancel,
        };
        let mut building = std::pin::pin!(engine::build(&plan, tools));
        tokio::select! {
            biased;
            built = &mut building => return built,
            name = ends.next() => canceller.cancel(&format!("by {name}")),
            () = or_never(gone) => canceller.cancel("by the end of the command that wanted it"),
        }
        building.await
    }

    /// Does what is asked on the socket until a signal ends it. What is half done then needs no
    /// end, as all of it is cleaned up: nobody waits for a daemon that does not begin, or for a VIP
    /// that nobody takes.
    async fn serve(mut self, mut ends: Ends) {
        tokio::select! {
            _ = ends.next() => {}
            never = self.answer_all() => match never {},
        }
        self.clean_up();
        // The end of the process gives all memory back at once, and `down` waits for that.
        std::mem::forget(self);
    }

    /// Does one thing after the other.
    async fn answer_all(&mut self) -> Infallible {
        loop {
            match self.asked.recv().await {
                Some(request) => self.answer(request).await,
                None => std::future::pending().await,
            }
        }
    }

    async fn answer(&mut self, asked: Asked) {
        match asked {
            Asked::Status(reply) => reply.send(&self.status()),
            Asked::Disturb(fault, reply) => reply.send(&self.disturb(&fault).await),
            Asked::Heal(healing, reply) => reply.send(&self.heal(&healing).await),
            Asked::Reconcile { lab, source, reply } => {
                let wanted = Assignment { lab: *lab, source, ..self.assignment.clone() };
                reply.send(&self.reconcile(wanted).await);
            }
        }
    }

    /// Heals every fault, and brings the lab to what is wanted. What needs a lab that is down
    /// changes nothing, and heals nothing either.
    async fn reconcile(&mut self, wanted: Assignment) -> Event {
        if let Change::Rebuild { reasons } = change(&self.assignment.plan(), &wanted.plan()) {
            return Event::NeedsDown { reasons };
        }
        let healed = match self.heal(&Healing::All).await {
            Ok(healed) => healed,
            Err(message) => return unhealed(message),
        };
        let (kernel, journal) = (&mut self.kernel, &mut self.journal);
        let event = reconcile(&mut self.assignment, wanted, kernel, journal).await;
        self.kernel.rest();
        after_healing(event, healed)
    }

    fn status(&self) -> Status {
        let faults = self.faults.in_force().cloned().collect();
        Status { backends: self.backends.status(), faults }
    }

    async fn disturb(&mut self, fault: &Fault) -> Done {
        let hands = Hands { kernel: &mut self.kernel, journal: &mut self.journal };
        let done = self.faults.disturb(&self.assignment.lab, fault, hands).await;
        self.kernel.rest();
        done.map(|acts| acts.iter().map(Act::breaking).collect()).map_err(|e| e.to_string())
    }

    async fn heal(&mut self, healing: &Healing) -> Done {
        let hands = Hands { kernel: &mut self.kernel, journal: &mut self.journal };
        let healed = self.faults.heal(healing, hands).await;
        self.kernel.rest();
        healed
            .map(|faults| faults.iter().map(Fault::to_string).collect())
            .map_err(|e| e.to_string())
    }

    /// A supervisor that is told to end takes the lab along, unless a command is doing just that.
    fn clean_up(&mut self) {
        self.kernel.rest();
        let Assignment { dir, names, .. } = &self.assignment;
        let Ok(Some(lock)) = Lock::try_take(dir) else { return };
        let removed = engine::clean(dir, names, &lock).map_err(|left| left.to_string());
        let removed = removed.and_then(|_| lock.remove().map_err(|error| error.to_string()));
        removed.unwrap_or_else(|error| drop(writeln!(std::io::stderr(), "{error}")));
    }
}

/// What `up` is told when a fault cannot be healed.
fn unhealed(message: String) -> Event {
    let undone = "nothing else was changed".to_owned();
    Event::Failed { message, undone, left: Vec::new() }
}

/// The same, with the faults that were healed first.
fn after_healing(event: Event, healed: Vec<String>) -> Event {
    let healed = healed.into_iter().map(|fault| format!("healed: {fault}"));
    match event {
        Event::Unchanged { left_alone, .. } if healed.len() > 0 => {
            Event::Repaired { what: healed.collect(), left_alone }
        }
        Event::Repaired { what, left_alone } => {
            Event::Repaired { what: healed.chain(what).collect(), left_alone }
        }
        Event::Changed { what, left_alone } => {
            Event::Changed { what: healed.chain(what).collect(), left_alone }
        }
        other => other,
    }
}

/// A caller that cannot be watched is believed to stay.
async fn or_never(gone: std::io::Result<impl Future<Output = ()>>) {
    match gone {
        Ok(gone) => gone.await,
        Err(_) => std::future::pending().await,
    }
}

fn record(assignment: &Assignment) -> Result<(), StateError> {
    let record = Record {
        lab: assignment.lab.name.clone(),
        provider: Provider::Host,
        supervisor: Process::current()?,
        source: assignment.source.clone(),
        since: SystemTime::now(),
    };
    record.write(&assignment.dir)
}
