use super::super::rule;
use super::View;
use crate::lab::{Expected, Fault, FaultKind, Lab, Scenario, StepAction};
use std::time::Duration;

/// Takeovers that are expected sooner than adverts let anybody know of the master's end.
pub fn check(view: &mut View<'_>) {
    let lab = view.lab;
    for scenario in &lab.scenarios {
        too_soon(scenario, view);
    }
}

fn too_soon(scenario: &Scenario, view: &mut View<'_>) {
    let mut soonest = None;
    for step in &scenario.steps {
        if let StepAction::Fault(fault) = &step.action {
            soonest = after(fault, view.lab);
        }
        let Some(least) = soonest else { continue };
        for expectation in &step.expectations {
            let Expected::Takeover(range) = &expectation.expected else { continue };
            if range.max < least {
                view.push(rule::TOO_SOON.at(
                    &expectation.at,
                    format!("nobody can take over within {:?}", range.max),
                    format!(
                        "expect {least:?} or more: the others wait for three advert intervals \
                         since the last advert, which may be one interval old"
                    ),
                ));
            }
        }
    }
}

/// How long it takes at least until the backups miss the director that a fault befalls; none where
/// it can say farewell, or speaks on.
fn after(fault: &Fault, lab: &Lab) -> Option<Duration> {
    let is_silent =
        matches!(fault.kind, FaultKind::Kill | FaultKind::Isolate | FaultKind::KillDaemons);
    let routers = lab.high_availability.iter().flat_map(|wanted| &wanted.routers);
    let mine = routers.filter(|router| router.priorities.contains_key(&fault.node) && is_silent);
    mine.map(|router| 2 * router.advert_interval).min()
}
