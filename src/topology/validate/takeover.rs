use super::super::rule;
use super::View;
use crate::lab::written::in_words;
use crate::lab::{
    Expectation, Expected, Fault, FaultKind, Healing, Lab, Load, NodeName, Place, Scenario, Step,
    StepAction, Target, VirtualRouter, VrrpState,
};
use std::time::Duration;

/// Takeovers that are expected sooner than adverts can tell of the master's end: by
/// `takeover`, by the `outage` of a load that only a takeover can end, and by `within`.
pub fn check(view: &mut View<'_>) {
    let lab = view.lab;
    for scenario in &lab.scenarios {
        too_soon(scenario, view);
    }
}

fn too_soon(scenario: &Scenario, view: &mut View<'_>) {
    let mut past = Past::default();
    for step in &scenario.steps {
        past.remember(step, view.lab);
        let Some((at, least, expected)) = past.impossible(step) else { continue };
        view.push(rule::TOO_SOON.at(
            &at,
            format!("no director can take over within {}", in_words(expected)),
            format!(
                "expect {} or more: the others wait for three advert intervals since the \
                 last advert, which may be one interval old",
                in_words(least)
            ),
        ));
        // Of one fault it is told once.
        past.soonest = None;
        past.silence = None;
    }
}

/// What has happened in a scenario so far.
#[derive(Default)]
struct Past<'l> {
    /// The virtual router of the VIP that the load goes to.
    loaded: Option<&'l VirtualRouter>,
    /// Whether a director was broken before: who is master then, the file does not say.
    is_shaken: bool,
    /// How long it takes until the others miss the director that the last fault hit.
    soonest: Option<Duration>,
    /// The virtual routers whose master the last fault silenced.
    mastered: Vec<&'l VirtualRouter>,
    /// The master of the load's VIP that fell silent under it.
    silence: Option<Silence<'l>>,
}

/// A master that serves no request from a fault on.
struct Silence<'l> {
    node: &'l NodeName,
    /// How long it takes until another one takes over.
    least: Duration,
    /// Whether a step waited for that.
    is_followed: bool,
}

impl<'l> Past<'l> {
    fn remember(&mut self, step: &'l Step, lab: &'l Lab) {
        match &step.action {
            StepAction::Load(load) => {
                (self.loaded, self.silence) = (router_of(load, lab), None);
            }
            StepAction::Fault(fault) => self.broken(fault, lab),
            StepAction::Heal(healing) => {
                let is_healed = |node: &NodeName| match healing {
                    Healing::All => true,
                    Healing::Node(healed) => healed == node,
                };
                // Who is back before another one took over ends the outage itself.
                self.silence.take_if(|s| !s.is_followed && is_healed(s.node));
            }
            StepAction::StopLoad => self.loaded = None,
            StepAction::Request(_)
            | StepAction::Run(_)
            | StepAction::Wait(_)
            | StepAction::Release => {}
        }
        let is_followed = step.expectations.iter().any(|e| self.is_of_another(e));
        self.silence.iter_mut().for_each(|silence| silence.is_followed |= is_followed);
    }

    fn broken(&mut self, fault: &'l Fault, lab: &'l Lab) {
        let routers = lab.high_availability.iter().flat_map(|wanted| &wanted.routers);
        let mine = routers.filter(|r| r.priorities.contains_key(&fault.node));
        let mine: Vec<_> = mine.collect();
        let silent: Vec<_> = mine.iter().copied().filter(|r| falls_silent(fault, r)).collect();
        // A director that says farewell for one virtual router may give its group away at once.
        let all = silent.len() == mine.len();
        self.soonest = silent.iter().map(|r| least(r)).min().filter(|_| all);
        let is_master = |r: &&VirtualRouter| master(r) == Some(&fault.node);
        let known = all && !self.is_shaken;
        self.mastered = silent.into_iter().filter(|r| known && is_master(r)).collect();
        self.is_shaken |= !mine.is_empty();
        let serves_on = matches!(fault.kind, FaultKind::KillDaemons);
        let hit = self.loaded.filter(|l| self.mastered.iter().any(|r| r.name == l.name));
        if let Some(router) = hit.filter(|_| !serves_on) {
            let silence = Silence { node: &fault.node, least: least(router), is_followed: false };
            self.silence = Some(silence);
        }
    }

    /// The first of a step's times that cannot be: where it stands, the least that can be, and what
    /// is expected.
    fn impossible(&self, step: &Step) -> Option<(Place, Duration, Duration)> {
        let of_expected = step.expectations.iter().find_map(|expectation| {
            let (least, expected) = match &expectation.expected {
                Expected::Takeover(range) => (self.soonest?, range.max),
                Expected::Outage(range) => (self.silence.as_ref()?.least, range.max),
                Expected::Distribution(_)
                | Expected::Status(_)
                | Expected::Failures(_)
                | Expected::Source(_)
                | Expected::Via(_)
                | Expected::Latency(_)
                | Expected::Exit(_)
                | Expected::Output(_)
                | Expected::Lost(_)
                | Expected::Detected(_)
                | Expected::Availability(_)
                | Expected::VipOwner(_)
                | Expected::VrrpState(_)
                | Expected::Destinations(_)
                | Expected::ConnectionsSurvived(_) => return None,
            };
            (expected < least).then(|| (expectation.at.clone(), least, expected))
        });
        of_expected.or_else(|| {
            let (least, limit) = (self.soonest?, step.within?.limit);
            let is_at_once = matches!(step.action, StepAction::Fault(_));
            let waits = step.expectations.iter().any(|e| self.is_of_another(e));
            let at = step.at.key("within");
            (is_at_once && waits && limit < least).then_some((at, least, limit))
        })
    }

    /// Whether what is expected is that another director is master than the one that fell silent.
    fn is_of_another(&self, expectation: &Expectation) -> bool {
        let mut mastered = self.mastered.iter();
        match &expectation.expected {
            Expected::Takeover(_) => self.soonest.is_some(),
            Expected::VipOwner(owners) => mastered.any(|router| {
                owners.iter().any(|o| router.has(o.vip) && master(router) != Some(&o.owner))
            }),
            Expected::VrrpState(states) => mastered.any(|router| {
                states.iter().any(|s| {
                    let is_other = master(router) != Some(&s.director);
                    s.router == router.name && s.state == VrrpState::Master && is_other
                })
            }),
            Expected::Distribution(_)
            | Expected::Status(_)
            | Expected::Failures(_)
            | Expected::Source(_)
            | Expected::Via(_)
            | Expected::Latency(_)
            | Expected::Exit(_)
            | Expected::Output(_)
            | Expected::Outage(_)
            | Expected::Lost(_)
            | Expected::Detected(_)
            | Expected::Availability(_)
            | Expected::Destinations(_)
            | Expected::ConnectionsSurvived(_) => false,
        }
    }
}

/// The least time in which the others miss the master of a virtual router.
fn least(router: &VirtualRouter) -> Duration {
    2 * router.advert_interval
}

/// Whether the others miss the director that a fault hits: it says no farewell, and speaks no
/// more.
fn falls_silent(fault: &Fault, router: &VirtualRouter) -> bool {
    let is_silent = match &fault.kind {
        FaultKind::Kill | FaultKind::Isolate | FaultKind::KillDaemons => true,
        FaultKind::Cut { network } => *network == router.network,
        FaultKind::Stop
        | FaultKind::Hang
        | FaultKind::Fail { .. }
        | FaultKind::Slow { .. }
        | FaultKind::Weight { .. }
        | FaultKind::Remove { .. }
        | FaultKind::Impair { .. } => false,
    };
    is_silent && router.overrides.is_empty()
}

/// The director of the highest priority, unless two have it.
fn master(router: &VirtualRouter) -> Option<&NodeName> {
    let highest = router.priorities.values().max()?;
    let mut masters = router.priorities.iter().filter(|(_, priority)| *priority == highest);
    let (name, _) = masters.next()?;
    masters.next().is_none().then_some(name)
}

fn router_of<'l>(load: &Load, lab: &'l Lab) -> Option<&'l VirtualRouter> {
    let vip = match &load.target {
        Target::Address(endpoint) => endpoint.address.ip(),
        Target::Service(name) | Target::Port(name, _) => lab.service(name)?.vip,
    };
    lab.router_of(vip)
}
