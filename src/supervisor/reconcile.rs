use super::{Blueprint, Keeper, Reconciled};
use crate::engine::{Act, Change, EngineError, change, perform, repair, verify};
use crate::kernel::Kernel;
use crate::plan::Op;
use crate::report::Event;

impl<K: Kernel> Keeper<K> {
    /// Brings the lab to what its file says now: mends what drifted, then changes what can be
    /// changed while it is up.
    pub async fn reconcile(&mut self, new: Blueprint, events: &mut dyn FnMut(Event)) -> Reconciled {
        let acts = match change(&self.blueprint.plan, &new.plan) {
            Change::Rebuild { reasons } => return Reconciled::NeedsDown { reasons },
            Change::Live(acts) => acts,
            Change::NothingNew => Vec::new(),
        };
        match self.bring_to(new, &acts).await {
            Ok(mended) => {
                tell(self, mended, acts, events);
                Reconciled::AsPlanned
            }
            Err(failed) => {
                events(failed);
                Reconciled::Failed
            }
        }
    }

    /// Returns what had to be mended, in words.
    async fn bring_to(&mut self, new: Blueprint, acts: &[Act]) -> Result<Vec<String>, Event> {
        let mut kernel = (self.kernel)();
        let mut mended = self.mend(&mut kernel).await.map_err(|error| failed(&error, "", []))?;
        if let (done, Err(error)) = perform(acts, &mut kernel, &mut self.journal).await {
            return Err(self.turn_back(&acts[..=done], &error, &mut kernel).await);
        }
        self.blueprint = new;
        self.write_record().map_err(|error| failed(&error.into(), "", []))?;
        if !acts.is_empty() {
            // What the kernel took along with what was removed.
            mended.extend(self.mend(&mut kernel).await.map_err(|e| failed(&e, "", []))?);
        }
        Ok(mended)
    }

    /// Makes the lab what it was built as, and returns what had to be mended.
    async fn mend(&mut self, kernel: &mut K) -> Result<Vec<String>, EngineError> {
        let drifts = verify(&self.blueprint.plan, kernel).await?;
        repair(&drifts, kernel, &mut self.journal).await?;
        Ok(drifts.iter().map(ToString::to_string).collect())
    }

    /// After a change that failed: takes back what is new, and mends the rest.
    async fn turn_back(&mut self, acts: &[Act], error: &EngineError, kernel: &mut K) -> Event {
        let steps = &self.blueprint.plan.steps;
        let is_new = |op: &Op| !steps.iter().any(|step| step.op == *op);
        let undo = acts.iter().rev().filter_map(|act| match act {
            Act::Apply(op) if is_new(op) => Some(Act::Undo(op.clone())),
            _ => None,
        });
        let undo: Vec<Act> = undo.collect();
        let taken_back = perform(&undo, kernel, &mut self.journal).await.1;
        let mended = self.mend(kernel).await;
        let left = [taken_back.err(), mended.err()].into_iter().flatten();
        failed(error, "the lab was brought back to what it was", left)
    }
}

fn failed(error: &EngineError, undone: &str, left: impl IntoIterator<Item = EngineError>) -> Event {
    Event::Failed {
        message: error.to_string(),
        undone: undone.to_owned(),
        left: left.into_iter().map(|error| error.to_string()).collect(),
    }
}

fn tell<K: Kernel>(
    keeper: &Keeper<K>,
    mended: Vec<String>,
    acts: Vec<Act>,
    events: &mut dyn FnMut(Event),
) {
    if mended.is_empty() && acts.is_empty() {
        events(Event::Unchanged { lab: keeper.lab().clone() });
    }
    if !mended.is_empty() {
        events(Event::Repaired { what: mended });
    }
    if !acts.is_empty() {
        events(Event::Changed { what: acts.iter().map(ToString::to_string).collect() });
    }
}
