use super::{Check, LabReport, Report, RunState, ScenarioReport, StepReport, Verdict};
use serde::{Deserialize, Serialize};

/// What a pass without a check would be.
const NOTHING: &str = "nothing was checked, so nothing is proved";

/// How many checks ended how. A lab or a scenario that could not go on counts as one error, and so
/// does a scenario without any check and a lab without any scenario: nothing was proved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Measured, and as expected.
    pub passed: usize,
    /// Measured, and not as expected.
    pub failed: usize,
    /// Could not be measured.
    pub errored: usize,
}

impl Counts {
    /// The worst of them: errored outranks failed.
    pub fn verdict(self) -> Verdict {
        match self {
            Self { errored: 1.., .. } => Verdict::Errored,
            Self { failed: 1.., .. } => Verdict::Failed,
            _ => Verdict::Passed,
        }
    }

    fn of(verdicts: impl Iterator<Item = Verdict>) -> Self {
        verdicts.fold(Self::default(), |mut counts, verdict| {
            match verdict {
                Verdict::Passed => counts.passed += 1,
                Verdict::Failed => counts.failed += 1,
                Verdict::Errored => counts.errored += 1,
            }
            counts
        })
    }

    fn sum(counts: impl Iterator<Item = Self>) -> Self {
        counts.fold(Self::default(), |sum, one| Self {
            passed: sum.passed + one.passed,
            failed: sum.failed + one.failed,
            errored: sum.errored + one.errored,
        })
    }

    fn with_error(self, error: bool) -> Self {
        Self { errored: self.errored + usize::from(error), ..self }
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed, {} errored", self.passed, self.failed, self.errored)
    }
}

fn verdicts(checks: &[Check]) -> impl Iterator<Item = Verdict> + '_ {
    checks.iter().map(|check| check.outcome.verdict)
}

impl StepReport {
    /// How its checks ended, those of the last attempt.
    pub fn counts(&self) -> Counts {
        Counts::of(verdicts(&self.checks))
    }

    /// The worst of its checks; a step without one passes.
    pub fn verdict(&self) -> Verdict {
        self.counts().verdict()
    }
}

impl ScenarioReport {
    /// Why it is errored although no check is: it could not go on, or nothing was checked.
    pub fn fault(&self) -> Option<&str> {
        let nothing = (self.sum_of_steps() == Counts::default()).then_some(NOTHING);
        self.error.as_deref().or(nothing)
    }

    /// How its checks ended.
    pub fn counts(&self) -> Counts {
        self.sum_of_steps().with_error(self.fault().is_some())
    }

    /// The worst of its checks; errored if it could not go on or nothing was checked.
    pub fn verdict(&self) -> Verdict {
        self.counts().verdict()
    }

    fn sum_of_steps(&self) -> Counts {
        Counts::sum(self.steps.iter().map(StepReport::counts))
    }
}

impl LabReport {
    /// Why it is errored although no scenario is: it could not be built, or it has none.
    pub fn fault(&self) -> Option<&str> {
        let nothing = self.scenarios.is_empty().then_some(NOTHING);
        self.error.as_deref().or(nothing)
    }

    /// How its checks ended.
    pub fn counts(&self) -> Counts {
        self.sum_of_scenarios().with_error(self.fault().is_some())
    }

    /// The worst of its scenarios; errored if it could not be built or has none.
    pub fn verdict(&self) -> Verdict {
        self.counts().verdict()
    }

    fn sum_of_scenarios(&self) -> Counts {
        Counts::sum(self.scenarios.iter().map(ScenarioReport::counts))
    }
}

impl Report {
    /// Why it is no whole run.
    pub fn fault(&self) -> Option<String> {
        match &self.state {
            RunState::Finished => None,
            RunState::Running => Some("the run has not come to its end".to_owned()),
            RunState::Interrupted { signal } => Some(format!("interrupted by {signal}")),
        }
    }

    /// How the checks of all labs ended.
    pub fn counts(&self) -> Counts {
        Counts::sum(self.labs.iter().map(LabReport::counts))
    }

    /// The worst of its labs; a report without a lab proves nothing and is errored, and so is that
    /// of a run that did not come to its end.
    pub fn verdict(&self) -> Verdict {
        match self.state {
            RunState::Finished if !self.labs.is_empty() => self.counts().verdict(),
            RunState::Finished | RunState::Running | RunState::Interrupted { .. } => {
                Verdict::Errored
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Outcome;

    fn check(verdict: Verdict) -> Check {
        let outcome = Outcome { verdict, expected: String::new(), observed: String::new() };
        let (name, position) = ("status".to_owned(), "nat.yaml:1:1".to_owned());
        Check { name, outcome, samples: 1, waited_micros: 0, position }
    }

    fn scenario(verdicts: &[Verdict]) -> ScenarioReport {
        let step = StepReport {
            title: "wait".to_owned(),
            answers: None,
            checks: verdicts.iter().copied().map(check).collect(),
            earlier: vec![vec![check(Verdict::Failed)]],
            micros: 0,
        };
        ScenarioReport { name: "s".to_owned(), steps: vec![step], ..ScenarioReport::default() }
    }

    fn lab(scenarios: Vec<ScenarioReport>) -> LabReport {
        let (topology, kernel) = ("nat".to_owned(), "host 6.1".to_owned());
        LabReport { topology, kernel, scenarios, ..LabReport::default() }
    }

    #[test]
    fn errored_outranks_failed_and_failed_outranks_passed() {
        use Verdict::{Errored, Failed, Passed};
        assert_eq!(lab(vec![scenario(&[Passed, Passed])]).verdict(), Passed);
        assert_eq!(lab(vec![scenario(&[Passed, Failed])]).verdict(), Failed);
        assert_eq!(lab(vec![scenario(&[Errored, Failed])]).verdict(), Errored);
    }

    #[test]
    fn earlier_attempts_do_not_count() {
        assert_eq!(scenario(&[Verdict::Passed]).verdict(), Verdict::Passed);
    }

    #[test]
    fn a_scenario_that_could_not_go_on_is_errored() {
        let mut broken = scenario(&[Verdict::Passed]);
        broken.error = Some("client sockets cannot be opened".to_owned());
        assert_eq!(broken.counts().to_string(), "1 passed, 0 failed, 1 errored");
        assert_eq!(lab(vec![broken]).verdict(), Verdict::Errored);
    }

    #[test]
    fn nothing_checked_is_nothing_proved() {
        assert_eq!(lab(vec![scenario(&[])]).counts().errored, 1);
        assert_eq!(scenario(&[]).fault(), Some(NOTHING));
        let beside_another = vec![scenario(&[Verdict::Passed]), scenario(&[])];
        assert_eq!(lab(beside_another).verdict(), Verdict::Errored);
        assert_eq!(lab(Vec::new()).counts().errored, 1);
        assert_eq!(Report::default().verdict(), Verdict::Errored);
    }

    #[test]
    fn a_lab_that_could_not_be_built_counts_once() {
        let broken = LabReport { error: Some("no ip_vs".to_owned()), ..lab(Vec::new()) };
        assert_eq!(broken.counts().errored, 1);
        assert_eq!(broken.fault(), Some("no ip_vs"));
    }
}
