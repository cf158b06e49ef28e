use super::{Check, Evidence, LabReport, Outcome, Report, ScenarioReport, StepReport, Verdict};
use crate::text::{elapsed, visible, visible_lines};
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};
use std::time::Duration;

/// Why a JUnit file could not be written.
pub use quick_junit::SerializeError as JunitError;

/// A whole run as JUnit XML: a suite for each lab, a case for each check; `failure` is a check that
/// failed, `error` one that could not be measured, or what kept a scenario, a lab or the run from
/// coming to its end.
/// The evidence of a scenario is in the output of its first case that did not pass.
///
/// # Errors
/// If the XML cannot be written.
pub fn junit(report: &Report) -> Result<String, JunitError> {
    let mut xml = quick_junit::Report::new("lvs-lab");
    xml.set_time(report.labs.iter().map(|lab| Duration::from_micros(lab.micros)).sum());
    xml.add_test_suites(report.labs.iter().map(suite));
    xml.add_test_suites(report.fault().map(|fault| unfinished(&fault)));
    xml.to_string()
}

fn suite(lab: &LabReport) -> TestSuite {
    let mut suite = TestSuite::new(lab.topology.as_str());
    suite.set_time(Duration::from_micros(lab.micros));
    suite.add_property(("kernel", lab.kernel.as_str()));
    suite.add_test_cases(lab.scenarios.iter().flat_map(|s| scenario(&lab.topology, s)));
    suite.add_test_cases(lab.fault().map(|fault| broken(&lab.topology, "lab", fault)));
    suite
}

/// What kept the run from coming to its end.
fn unfinished(fault: &str) -> TestSuite {
    let mut suite = TestSuite::new("lvs-lab");
    suite.add_test_case(broken("lvs-lab", "run", fault));
    suite
}

fn scenario(topology: &str, scenario: &ScenarioReport) -> Vec<TestCase> {
    let class = format!("{topology}.{}", scenario.name);
    let steps = scenario.steps.iter().zip(1..);
    let mut cases: Vec<_> =
        steps.flat_map(|(report, number)| step(&class, number, report)).collect();
    cases.extend(scenario.fault().map(|fault| broken(&class, "scenario", fault)));
    let failing = |case: &&mut TestCase| !matches!(case.status, TestCaseStatus::Success { .. });
    if let Some(case) = cases.iter_mut().find(failing)
        && !scenario.evidence.is_empty()
    {
        case.set_system_out(evidence(scenario));
    }
    cases
}

fn evidence(scenario: &ScenarioReport) -> String {
    let part = |one: &Evidence| {
        let lines: Vec<_> = one.lines().collect();
        format!("{}\n{}\n", visible(&one.title), lines.join("\n"))
    };
    scenario.evidence.iter().map(part).collect::<Vec<_>>().join("\n")
}

fn step(class: &str, number: usize, step: &StepReport) -> Vec<TestCase> {
    let case = |check: &Check| {
        let name = format!("step {number}: {}: {}", visible(&step.title), check.name);
        let mut case = TestCase::new(name, status(check));
        case.set_classname(class).set_time(Duration::from_micros(check.waited_micros));
        case
    };
    step.checks.iter().map(case).collect()
}

fn status(check: &Check) -> TestCaseStatus {
    let Outcome { verdict, expected, observed } = &check.outcome;
    let kind = match verdict {
        Verdict::Passed => return TestCaseStatus::success(),
        Verdict::Failed => NonSuccessKind::Failure,
        Verdict::Errored => NonSuccessKind::Error,
    };
    let mut status = TestCaseStatus::non_success(kind);
    status.set_message(visible(&format!("expected {expected}; observed {observed}")));
    status.set_type(check.name.as_str());
    status.set_description(format!(
        "expected: {}\nobserved: {}\nsamples: {}\nwaited: {}\nat: {}",
        visible(expected),
        visible(observed),
        check.samples,
        elapsed(Duration::from_micros(check.waited_micros)),
        check.position,
    ));
    status
}

fn broken(class: &str, name: &str, reason: &str) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(visible_lines(reason));
    let mut case = TestCase::new(name, status);
    case.set_classname(class);
    case
}
