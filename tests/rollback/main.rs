//! Whatever step fails, and whatever undoing fails: what had been done is undone, and what could
//! not be is told.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use lvs_lab::engine::{
    BuildError, EngineError, Journal, Stop, Tools, build, cancellation, repair, verify,
};
use lvs_lab::kernel::{Fake, Kernel};
use lvs_lab::plan::{self, Daemon, Op, Plan, Step};
use lvs_lab::report::Event;
use lvs_lab::state::{LabDir, StateDir};
use lvs_lab::topology::{builtin, builtins, load};
use std::time::Duration;
use tempfile::TempDir;

/// A plan with every kind of operation.
fn handwritten() -> Plan {
    let ops: Vec<Op> = serde_json::from_str(include_str!("plan.json")).unwrap();
    let step = |op| Step { op, why: String::new(), at: lvs_lab::lab::Place::root() };
    Plan { lab: "nat".parse().unwrap(), steps: ops.into_iter().map(step).collect() }
}

/// That one, and those of every built-in topology.
fn plans() -> Vec<Plan> {
    let lab = |name| load(&builtin(name).unwrap()).unwrap().lab;
    let built_in = builtins().into_iter().map(|topology| plan::build(&lab(topology.name)));
    built_in.chain([handwritten()]).collect()
}

/// A place to keep a journal in.
struct Desk {
    _parent: TempDir,
    lab: LabDir,
}

impl Desk {
    fn new(plan: &Plan) -> Self {
        let parent = tempfile::tempdir().unwrap();
        let lab = StateDir::at(parent.path()).lab(&plan.lab);
        lab.create().unwrap();
        Self { _parent: parent, lab }
    }

    async fn build(
        &self,
        plan: &Plan,
        kernel: &mut Fake,
    ) -> (Result<Duration, BuildError>, Vec<Event>) {
        let (_canceller, cancel) = cancellation();
        let mut journal = Journal::open(&self.lab).unwrap();
        let mut seen = Vec::new();
        let mut events = |event| seen.push(event);
        let tools = Tools { kernel, journal: &mut journal, events: &mut events, cancel: &cancel };
        let result = build(plan, tools).await;
        (result, seen)
    }
}

#[tokio::test]
async fn an_undisturbed_build_is_as_planned() {
    for plan in plans() {
        let (desk, mut kernel) = (Desk::new(&plan), Fake::new());
        let (result, events) = desk.build(&plan, &mut kernel).await;
        result.unwrap();
        let total = plan.steps.len();
        assert!(matches!(&events[0], Event::Building { operations, .. } if *operations == total));
        assert!(matches!(events.last(), Some(Event::Applied { done, .. }) if *done == total));
        assert_eq!(events.len(), total + 1);
        let drifts = verify(&plan, &mut kernel).await.unwrap();
        assert_eq!(drifts, []);
        let ops: Vec<_> = plan.steps.iter().map(|step| step.op.clone()).collect();
        assert_eq!(Journal::in_force(Journal::read(&desk.lab).unwrap()), ops);
    }
}

#[tokio::test]
async fn a_failure_at_any_step_leaves_nothing_and_is_named() {
    for plan in plans() {
        for (number, step) in (1..).zip(&plan.steps) {
            let (desk, mut kernel) = (Desk::new(&plan), Fake::new());
            kernel.fail_at(number);
            let error = desk.build(&plan, &mut kernel).await.0.unwrap_err();
            assert_eq!(kernel.left(), 0, "after step {number}, {}", step.op);
            assert_eq!((error.step, error.total), (number, plan.steps.len()));
            assert_eq!(error.left, Vec::<String>::new());
            let (op, node) = (&step.op, step.op.node());
            let said = format!("cannot {op} in node `{node}`: fault: EIO (I/O error)");
            assert_eq!(error.to_string(), said);
        }
    }
}

#[tokio::test]
async fn what_cannot_be_undone_is_told() {
    for plan in plans() {
        for number in 1..=plan.steps.len() {
            let mut undos = 0;
            loop {
                let (desk, mut kernel) = (Desk::new(&plan), Fake::new());
                kernel.fail_at(number);
                kernel.fail_undo_at(undos + 1);
                let error = desk.build(&plan, &mut kernel).await.0.unwrap_err();
                if error.left.is_empty() {
                    // Nothing more was to be undone.
                    assert_eq!(kernel.left(), 0);
                    break;
                }
                assert_eq!(error.left.len(), 1);
                assert!(error.left[0].starts_with("cannot undo: "), "{}", error.left[0]);
                assert!(error.undone().ends_with("except for one fault"), "{}", error.undone());
                undos += 1;
            }
            assert!(undos > 0, "the failed step itself must be undone");
        }
    }
}

#[tokio::test]
async fn a_namespace_that_cannot_be_removed_is_left_and_told() {
    let plan = handwritten();
    let (desk, mut kernel) = (Desk::new(&plan), Fake::new());
    kernel.fail_at(4);
    kernel.fail_undo_at(2);
    let error = desk.build(&plan, &mut kernel).await.0.unwrap_err();
    let fault = "cannot undo: create the namespace in node `switch`: fault: EIO (I/O error)";
    assert_eq!(error.left, [fault]);
    assert_eq!(error.undone(), "step 4 of 32 failed; steps 3-1 were undone, except for one fault");
    assert_eq!(kernel.left(), 3, "the namespace and its bridges");
}

#[tokio::test]
async fn a_cancelled_build_is_undone() {
    for plan in plans() {
        for stop_after in 0..plan.steps.len() {
            let (desk, mut kernel) = (Desk::new(&plan), Fake::new());
            let (canceller, cancel) = cancellation();
            let mut journal = Journal::open(&desk.lab).unwrap();
            let mut events = |event| match event {
                Event::Building { .. } if stop_after == 0 => canceller.cancel("by SIGINT"),
                Event::Applied { done, .. } if done == stop_after => canceller.cancel("by SIGINT"),
                _ => {}
            };
            let tools = Tools {
                kernel: &mut kernel,
                journal: &mut journal,
                events: &mut events,
                cancel: &cancel,
            };
            let error = build(&plan, tools).await.unwrap_err();
            assert!(matches!(error.stop, Stop::Cancelled(_)));
            assert_eq!(error.to_string(), "interrupted by SIGINT");
            assert_eq!(error.step, stop_after + 1);
            assert_eq!(kernel.left(), 0);
        }
    }
}

#[tokio::test]
async fn a_journal_that_cannot_be_written_stops_the_build_before_the_operation() {
    let plan = handwritten();
    let parent = tempfile::tempdir().unwrap();
    let lab = StateDir::at(parent.path()).lab(&plan.lab);
    lab.create().unwrap();
    std::os::unix::fs::symlink("/dev/full", lab.journal()).unwrap();
    let desk = Desk { _parent: parent, lab };
    let mut kernel = Fake::new();
    let error = desk.build(&plan, &mut kernel).await.0.unwrap_err();
    assert!(matches!(error.stop, Stop::Failed(EngineError::State(_))));
    assert!(error.to_string().ends_with("ENOSPC (No space left on device)"), "{error}");
    assert_eq!(error.undone(), "step 1 of 32 failed; nothing had been done before");
}

/// Whether a health checker of the plan may have undone it by right.
fn is_a_checkers(op: &Op, plan: &Plan) -> bool {
    let Op::AddDestination { node, service, .. } = op else { return false };
    plan.steps.iter().any(|step| match &step.op {
        Op::StartDaemon { node: at, daemon: Daemon::Checker(checker) } => {
            at == node && checker.services.iter().any(|checked| checked.service.key == *service)
        }
        _ => false,
    })
}

#[tokio::test]
async fn whatever_a_meddler_undoes_is_found_and_mended() {
    for plan in plans() {
        for step in plan.steps.iter().filter(|step| !is_a_checkers(&step.op, &plan)) {
            let (desk, mut kernel) = (Desk::new(&plan), Fake::new());
            desk.build(&plan, &mut kernel).await.0.unwrap();
            let before = kernel.left();
            kernel.undo(&step.op).await.unwrap();
            let drifts = verify(&plan, &mut kernel).await.unwrap();
            let silent = matches!(
                step.op,
                Op::SetSysctl { .. } | Op::RunCommand { .. } | Op::AwaitAddress { .. }
            );
            assert_eq!(drifts.is_empty(), silent, "{}", step.op);
            let mut journal = Journal::open(&desk.lab).unwrap();
            repair(&drifts, &mut kernel, &mut journal).await.unwrap();
            assert_eq!(verify(&plan, &mut kernel).await.unwrap(), [], "{}", step.op);
            assert_eq!(kernel.left(), before, "{}", step.op);
        }
    }
}
