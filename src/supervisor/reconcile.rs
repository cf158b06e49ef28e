use super::Assignment;
use crate::engine::{self, Act, Change, Drift, Journal};
use crate::kernel::Kernel;
use crate::report::Event;
use crate::state::{Record, StateError};

/// Brings a lab that is up to what is wanted, and mends what drifted. The answer says what was
/// done, or why nothing could be.
pub async fn reconcile<K: Kernel>(
    held: &Assignment,
    wanted: &Assignment,
    kernel: &mut K,
    journal: &mut Journal,
) -> Event {
    match engine::change(&held.plan(), &wanted.plan()) {
        Change::Rebuild { reasons } => Event::NeedsDown { reasons },
        Change::NothingNew => mend(held, kernel, journal).await,
        Change::Live(acts) => apply((held, wanted), &acts, kernel, journal).await,
    }
}

async fn mend<K: Kernel>(held: &Assignment, kernel: &mut K, journal: &mut Journal) -> Event {
    let drifts = match engine::verify(&held.plan(), kernel).await {
        Ok(drifts) => drifts,
        Err(error) => return failed(&error, "nothing was changed"),
    };
    if drifts.is_empty() {
        return Event::Unchanged { lab: held.lab.name.clone() };
    }
    match engine::repair(&drifts, kernel, journal).await {
        Ok(()) => Event::Repaired { what: drifts.iter().map(Drift::to_string).collect() },
        Err(error) => failed(&error, "a part of what drifted was mended"),
    }
}

async fn apply<K: Kernel>(
    (held, wanted): (&Assignment, &Assignment),
    acts: &[Act],
    kernel: &mut K,
    journal: &mut Journal,
) -> Event {
    if let (_, Err(error)) = engine::perform(acts, kernel, journal).await {
        let undone = match mend(held, kernel, journal).await {
            Event::Failed { message, .. } => format!("changing back failed too: {message}"),
            _ => "what had been changed was changed back".to_owned(),
        };
        return failed(&error, &undone);
    }
    match remember(wanted) {
        Ok(()) => Event::Changed { what: acts.iter().map(Act::to_string).collect() },
        Err(error) => failed(&error, "the lab was changed, but the record was not"),
    }
}

/// The record must name the file that the lab is built from.
fn remember(wanted: &Assignment) -> Result<(), StateError> {
    if let Some(mut record) = Record::read(&wanted.dir)? {
        record.source = wanted.source.clone();
        record.write(&wanted.dir)?;
    }
    Ok(())
}

fn failed(error: &dyn std::fmt::Display, undone: &str) -> Event {
    Event::Failed { message: error.to_string(), undone: undone.to_owned(), left: Vec::new() }
}
