use super::super::rule;
use super::{View, high_availability};
use crate::lab::{
    Connection, Expectation, Expected, Fault, FaultKind, Healing, Load, NodeName, Place, Role,
    Scenario, Step, StepAction, Target,
};
use std::net::IpAddr;

/// Whether each step has what it needs of the steps before it.
pub fn check(view: &mut View<'_>) {
    let lab = view.lab;
    // A step that was found faulty may be the one that is missed.
    for scenario in lab.scenarios.iter().filter(|s| view.sure(&s.at)).collect::<Vec<_>>() {
        follow(scenario, view);
    }
}

/// What has happened in a scenario so far.
#[derive(Default)]
struct Past<'s> {
    /// The last load.
    load: Option<&'s Load>,
    /// Whether it still runs.
    running: bool,
    /// Whether it was told that there is none yet.
    is_missed: bool,
    /// Whether connections are held.
    held: bool,
    /// The faults, and whether the last load ran at each.
    faults: Vec<(&'s Fault, bool)>,
    /// Those that are not healed yet.
    in_force: Vec<&'s Fault>,
}

fn follow(scenario: &Scenario, view: &mut View<'_>) {
    let mut past = Past::default();
    for step in &scenario.steps {
        past.order(step, view);
        past.remember(step);
        for expectation in &step.expectations {
            past.cause(expectation, view);
        }
    }
}

impl<'s> Past<'s> {
    fn order(&mut self, step: &Step, view: &mut View<'_>) {
        let (message, help, key) = match &step.action {
            StepAction::Load(_) if self.running => {
                ("a load is running already".to_owned(), "end it first: `stop: load`", "load")
            }
            StepAction::StopLoad if self.is_missed => return,
            StepAction::StopLoad if !self.running => {
                self.is_missed = self.load.is_none();
                ("no load is running".to_owned(), "begin one before, with a `load` step", "stop")
            }
            StepAction::Release if !self.held => (
                "no connection is held".to_owned(),
                "hold some before, with `connection: held` in a `request` step",
                "stop",
            ),
            StepAction::Fault(fault) if self.in_force.contains(&fault) => (
                format!("`{fault}` is in force already"),
                "heal it before, with a `heal` step",
                "fault",
            ),
            StepAction::Heal(Healing::Node(name)) if !self.broken(name) => (
                format!("nothing is broken in `{name}`"),
                "name the node of an earlier `fault` step, or `all`",
                "heal",
            ),
            _ => return,
        };
        view.push(rule::ORDER.at(&step.at.key(key), message, help));
    }

    fn broken(&self, name: &NodeName) -> bool {
        self.in_force.iter().any(|fault| &fault.node == name)
    }

    fn remember(&mut self, step: &'s Step) {
        match &step.action {
            StepAction::Load(load) => {
                (self.load, self.running, self.is_missed) = (Some(load), true, false);
                self.faults.iter_mut().for_each(|(_, loaded)| *loaded = false);
            }
            StepAction::StopLoad => self.running = false,
            StepAction::Request(request) => self.held |= request.connection == Connection::Held,
            StepAction::Release => self.held = false,
            StepAction::Fault(fault) => {
                self.faults.push((fault, self.running));
                self.in_force.push(fault);
            }
            StepAction::Heal(Healing::All) => self.in_force.clear(),
            StepAction::Heal(Healing::Node(name)) => self.in_force.retain(|f| &f.node != name),
            _ => {}
        }
    }

    /// What was expected must have been able to happen.
    fn cause(&mut self, expectation: &Expectation, view: &mut View<'_>) {
        let (key, needs) = match expectation.expected {
            Expected::Outage(_) => ("outage", Needs::Load),
            Expected::Lost(_) => ("lost", Needs::Load),
            Expected::Availability(_) => ("availability", Needs::Load),
            Expected::Takeover(_) => ("takeover", Needs::Takeover),
            Expected::ConnectionsSurvived(_) => ("connections_survived", Needs::Connections),
            Expected::Detected(_) => ("detected", Needs::Detection),
            _ => return,
        };
        // One load that is missing is one mistake, whatever is expected of it.
        let needs_load = self.load.is_none() && !matches!(needs, Needs::Detection);
        if needs_load && self.is_missed {
            return;
        }
        self.is_missed |= needs_load;
        if let Some((problem, help)) = self.lacks(needs, view) {
            no_cause(&format!("`{key}` cannot be measured: {problem}"), help, expectation, view);
        }
    }

    /// What there would have to be before, and how it is written.
    fn lacks(&self, needs: Needs, view: &View<'_>) -> Option<(&'static str, &'static str)> {
        let no_load = ("there was no load", "begin one before, with a `load` step");
        let load = match needs {
            Needs::Detection => return self.undetectable(view),
            Needs::Load | Needs::Takeover | Needs::Connections => match self.load {
                Some(load) => load,
                None => return Some(no_load),
            },
        };
        match needs {
            Needs::Connections if !self.broken_under_load(|_| true) => Some((
                "there was no fault while the load ran",
                "break something after the `load` step, as in `fault: { kill: node01 }`",
            )),
            Needs::Takeover if !self.broken_under_load(|fault| directs(fault, view)) => Some((
                "no director was broken while the load ran",
                "break one after the `load` step, as in `fault: { kill: node01 }`",
            )),
            Needs::Takeover if view.sure(&high_availability::place()) && !floats(load, view) => {
                Some((
                    "no virtual router has the VIP that the load goes to",
                    "let the load go to a virtual service with high availability",
                ))
            }
            Needs::Connections if load.connection == Connection::New => Some((
                "the load keeps no connections open",
                "add `connection: keep-alive` to the load",
            )),
            _ => None,
        }
    }

    fn broken_under_load(&self, wanted: impl Fn(&Fault) -> bool) -> bool {
        self.faults.iter().any(|(fault, loaded)| *loaded && wanted(fault))
    }

    fn undetectable(&self, view: &View<'_>) -> Option<(&'static str, &'static str)> {
        let serves = |fault: &Fault| view.lab.has_role(&fault.node, Role::RealServer);
        let last = self.faults.iter().rev().find(|(fault, _)| serves(fault));
        let help = "break a real server before, as in `fault: { stop: rs1 }`";
        match last.map(|(fault, _)| &fault.kind) {
            None => Some(("no real server was broken", help)),
            Some(FaultKind::Weight { .. } | FaultKind::Remove { .. }) => {
                Some(("the last fault of a real server changed the tables itself", help))
            }
            Some(_) => None,
        }
    }
}

/// What an expectation needs of the steps before it.
#[derive(Clone, Copy)]
enum Needs {
    Load,
    Takeover,
    Connections,
    Detection,
}

fn no_cause(message: &str, help: &str, expectation: &Expectation, view: &mut View<'_>) {
    let at: Place = expectation.at.as_key();
    view.push(rule::NO_CAUSE.at(&at, message, help));
}

/// Whether a fault befalls a director, or a node that is in doubt.
fn directs(fault: &Fault, view: &View<'_>) -> bool {
    view.lab.has_role(&fault.node, Role::Director) || view.node(&fault.node).is_none()
}

/// Whether the load's goal can change its director.
fn floats(load: &Load, view: &View<'_>) -> bool {
    let vip = match &load.target {
        Target::Address(endpoint) => Some(endpoint.address.ip()),
        Target::Service(name) | Target::Port(name, _) => {
            view.lab.service(name).map(|service| service.vip)
        }
    };
    // The VIP of a faulty virtual service is unknown.
    vip.is_none_or(|vip| view.lab.router_of(vip).is_some() || is_refused(vip, view))
}

/// Whether something is wrong with the VIP itself.
fn is_refused(vip: IpAddr, view: &View<'_>) -> bool {
    let mut services = view.lab.services.iter().filter(|service| service.vip == vip);
    services.any(|service| view.refused(&service.at.key("vip")))
}
