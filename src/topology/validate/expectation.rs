use super::super::rule;
use super::{View, link};
use crate::lab::{
    Connection, CountRange, Distribution, Expectation, Expected, NodeName, Place, Protocol,
    Request, Scheduler, Step, StepAction, VirtualService,
};
use indexmap::IndexMap;

/// Whether what is expected of each step can be.
pub fn check(view: &mut View<'_>) {
    for step in view.lab.scenarios.iter().flat_map(|s| &s.steps) {
        for expectation in &step.expectations {
            fits(step, expectation, view);
        }
        if let (StepAction::Wait(_), Some(_), []) =
            (&step.action, step.within, step.expectations.as_slice())
            && view.sure(&step.at.key("expect"))
        {
            view.push(rule::NOT_APPLICABLE.at(
                &step.at.key("within").as_key(),
                "`within` repeats the judging, and this `wait` step has nothing to judge",
                "put `within` on the step whose expectations may take time",
            ));
        }
        if let StepAction::Request(request) = &step.action {
            distributions(step, request, view);
        }
    }
}

/// What can be expected of a load instead.
const ABOUT_LOAD: &str = "expect `outage`, `lost` or `availability` of a load";

fn fits(step: &Step, expectation: &Expectation, view: &mut View<'_>) {
    let (key, of_run) = match expectation.expected {
        Expected::Distribution(_) => ("distribution", false),
        Expected::Status(_) => ("status", false),
        Expected::Failures(_) => ("failures", false),
        Expected::Source(_) => ("source", false),
        Expected::Via(_) => ("via", false),
        Expected::Latency(_) => ("latency", false),
        Expected::Exit(_) => ("exit", true),
        Expected::Output(_) => ("output", true),
        _ => return,
    };
    let (action, help) = match step.action {
        StepAction::Request(_) if of_run => {
            ("request", "expect `exit` and `output` of `run` steps")
        }
        StepAction::Run(_) if !of_run => ("run", "expect `exit` or `output` of a command"),
        StepAction::Request(_) | StepAction::Run(_) => return,
        StepAction::Wait(_) => ("wait", "expect it of the step after it"),
        StepAction::Load(_) => ("load", ABOUT_LOAD),
        StepAction::StopLoad => ("stop", ABOUT_LOAD),
        StepAction::Release => ("stop", "expect it of the step after it"),
        StepAction::Fault(_) => ("fault", "expect it of a `request` or `run` step after it"),
        StepAction::Heal(_) => ("heal", "expect it of a `request` or `run` step after it"),
    };
    let message = format!("`{key}` cannot be expected of a `{action}` step");
    view.push(rule::NOT_APPLICABLE.at(&expectation.at.as_key(), message, help));
}

fn distributions(step: &Step, request: &Request, view: &mut View<'_>) {
    let service = request.target.service().and_then(|name| view.lab.service(name));
    for expectation in &step.expectations {
        match &expectation.expected {
            Expected::Distribution(Distribution::Predicted) => {
                predicted(request, service, &expectation.at, view);
            }
            Expected::Distribution(Distribution::Counts(counts)) => {
                if let Some(service) = service.filter(|s| view.sure(&s.at)) {
                    strangers(counts, service, &expectation.at, view);
                }
                if view.sure(&step.at) {
                    possible(counts, step, request, view);
                }
            }
            _ => {}
        }
    }
}

fn predicted(request: &Request, service: Option<&VirtualService>, at: &Place, view: &mut View<'_>) {
    let (message, help) = match service {
        None => ("no scheduler takes part in a request to a `url`", "request a `service`"),
        Some(s) if s.scheduler == Scheduler::Twos => {
            ("the scheduler `twos` picks at random", "expect a range for each real server")
        }
        Some(s) if s.protocol == Protocol::Sctp && s.scheduler.counts_connections() => (
            "when the end of an SCTP association counts is not known",
            "choose a scheduler that does not count connections, or expect a range",
        ),
        Some(_) if request.concurrency > 1 && request.connection == Connection::New => (
            "the order of requests that are sent at once is up to chance",
            "drop `concurrency`, or expect counts",
        ),
        Some(_) => return,
    };
    view.push(rule::UNPREDICTABLE.at(at, message, help));
}

fn strangers_help(service: &VirtualService) -> String {
    match service.servers().next() {
        None => "the service has no real servers".to_owned(),
        Some(_) => {
            let names = link::names(service.servers().map(|d| &d.real_server));
            format!("name real servers of the service: {names}")
        }
    }
}

fn strangers(
    counts: &IndexMap<NodeName, CountRange>,
    service: &VirtualService,
    at: &Place,
    view: &mut View<'_>,
) {
    let table = || service.servers().map(|d| &d.real_server);
    for name in counts.keys().filter(|name| !table().any(|n| n == *name)) {
        view.push(rule::STRANGER.at(
            &at.key(name.as_str()).as_key(),
            format!("`{name}` is no real server of the virtual service `{}`", service.name),
            strangers_help(service),
        ));
    }
}

/// The answers must be as many as the requests without those that are expected to fail.
fn possible(
    counts: &IndexMap<NodeName, CountRange>,
    step: &Step,
    request: &Request,
    view: &mut View<'_>,
) {
    let failures = step.expectations.iter().find_map(|e| match e.expected {
        Expected::Failures(range) => Some(range),
        _ => None,
    });
    let failures = failures.unwrap_or(CountRange::exactly(0));
    let least: u64 = counts.values().map(|r| u64::from(r.min)).sum();
    let most: u64 = counts.values().map(|r| u64::from(r.max)).sum();
    let count = u64::from(request.count);
    let answers_least = count.saturating_sub(failures.max.into());
    let answers_most = count.saturating_sub(failures.min.into());
    if least <= answers_most && most >= answers_least {
        return;
    }
    let at = step.at.key("expect").key("distribution");
    let answers = match answers_least {
        least if least == answers_most => format!("{least}"),
        least => format!("{least} to {answers_most}"),
    };
    let sum = if least > answers_most { least } else { most };
    view.push(rule::IMPOSSIBLE.at(
        &at,
        format!("the counts add up to {sum}, but {answers} of {count} requests are answered"),
        format!("make the counts add up to {answers}, or expect other `failures`"),
    ));
}
