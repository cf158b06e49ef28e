use super::Assignment;
use super::hands::Hands;
use crate::engine::{Change, Drift, EngineError, Journal, change, perform, repair, verify};
use crate::kernel::Kernel;
use crate::plan::{Act, Op};
use crate::report::Event;
use crate::state::{Record, StateError};

/// Brings a lab that is up to what is wanted: mends what drifted, then changes what can be changed
/// while it is up. The answer says what was done, or why nothing could be; `held` is what the lab
/// is afterwards.
pub async fn reconcile<K: Kernel>(
    held: &mut Assignment,
    wanted: Assignment,
    kernel: &mut K,
    journal: &mut Journal,
) -> Event {
    let acts = match change(&held.plan(), &wanted.plan()) {
        Change::Rebuild { reasons } => return Event::NeedsDown { reasons },
        Change::NothingNew => Vec::new(),
        Change::Live(acts) => acts,
    };
    let mut hands = Hands { kernel, journal };
    match hands.bring_to(held, wanted, &acts).await {
        Ok(seen) => done(held, seen, &acts),
        Err(failed) => failed,
    }
}

/// What was found in a lab, in words.
#[derive(Default)]
struct Seen {
    mended: Vec<String>,
    left_alone: Vec<String>,
}

fn done(held: &Assignment, Seen { mended, left_alone }: Seen, acts: &[Act]) -> Event {
    if !acts.is_empty() {
        let mended = mended.into_iter().map(|drift| format!("mended: {drift}"));
        let what = mended.chain(acts.iter().map(Act::to_string)).collect();
        return Event::Changed { what, left_alone };
    }
    match mended.is_empty() {
        true => Event::Unchanged { lab: held.lab.name.clone(), left_alone },
        false => Event::Repaired { what: mended, left_alone },
    }
}

impl<K: Kernel> Hands<'_, K> {
    async fn bring_to(
        &mut self,
        held: &mut Assignment,
        wanted: Assignment,
        acts: &[Act],
    ) -> Result<Seen, Event> {
        let seen = self.mend(held).await;
        let mut seen = seen.map_err(|e| failed(&e, "what could be mended before was", []))?;
        if let (done, Err(error)) = perform(acts, self.kernel, self.journal).await {
            return Err(self.turn_back(held, &acts[..=done], &error).await);
        }
        *held = wanted;
        if !acts.is_empty() {
            // What the kernel took along with what was removed.
            let taken = self.mend(held).await.map_err(|e| failed(&e, "the lab was changed", []))?;
            seen.mended.extend(taken.mended);
            seen.left_alone = taken.left_alone;
        }
        remember(held).map_err(|e| failed(&e.into(), "the lab was changed, its record not", []))?;
        Ok(seen)
    }

    async fn mend(&mut self, held: &Assignment) -> Result<Seen, EngineError> {
        let drifts = verify(&held.plan(), self.kernel).await?;
        repair(&drifts, self.kernel, self.journal).await?;
        let words = |drifts: Vec<&Drift>| drifts.into_iter().map(ToString::to_string).collect();
        let (left_alone, mended) = drifts.iter().partition(|drift| drift.is_left_alone());
        Ok(Seen { mended: words(mended), left_alone: words(left_alone) })
    }

    /// After a change that failed: takes back what is new, and mends the rest. The last act may be
    /// half done.
    async fn turn_back(&mut self, held: &Assignment, acts: &[Act], error: &EngineError) -> Event {
        let plan = held.plan();
        let is_new = |op: &Op| !plan.steps.iter().any(|step| step.op == *op);
        let undo = acts.iter().rev().filter_map(|act| match act {
            Act::Apply(op) if is_new(op) => Some(Act::Undo(op.clone())),
            _ => None,
        });
        let undo: Vec<Act> = undo.collect();
        let undone = perform(&undo, self.kernel, self.journal).await.1;
        let mended = self.mend(held).await;
        let left = [undone.err(), mended.err()].into_iter().flatten();
        failed(error, "the lab was brought back to what it was", left)
    }
}

/// The record must name the file that the lab is built from.
fn remember(held: &Assignment) -> Result<(), StateError> {
    match Record::read(&held.dir)? {
        Some(record) if record.source != held.source => {
            Record { source: held.source.clone(), ..record }.write(&held.dir)
        }
        _ => Ok(()),
    }
}

fn failed(error: &EngineError, undone: &str, left: impl IntoIterator<Item = EngineError>) -> Event {
    Event::Failed {
        message: error.to_string(),
        undone: undone.to_owned(),
        left: left.into_iter().map(|error| error.to_string()).collect(),
    }
}
