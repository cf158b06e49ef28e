use super::super::rule;
use super::View;
use crate::lab::{
    Connection, Expectation, Expected, Fault, Healing, Load, NodeName, Place, Role, Scenario, Step,
    StepAction, Target,
};

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
    /// Whether connections are held.
    held: bool,
    /// The faults.
    faults: Vec<&'s Fault>,
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
    fn order(&self, step: &Step, view: &mut View<'_>) {
        let (message, help, key) = match &step.action {
            StepAction::Load(_) if self.running => {
                ("a load is running already".to_owned(), "end it first: `stop: load`", "load")
            }
            StepAction::StopLoad if !self.running => {
                ("no load is running".to_owned(), "begin one before, with a `load` step", "stop")
            }
            StepAction::Release if !self.held => (
                "no connection is held".to_owned(),
                "hold some before, with `connection: held` in a `request` step",
                "stop",
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
        self.faults.iter().any(|fault| &fault.node == name)
    }

    fn remember(&mut self, step: &'s Step) {
        match &step.action {
            StepAction::Load(load) => (self.load, self.running) = (Some(load), true),
            StepAction::StopLoad => self.running = false,
            StepAction::Request(request) => self.held |= request.connection == Connection::Held,
            StepAction::Release => self.held = false,
            StepAction::Fault(fault) => self.faults.push(fault),
            _ => {}
        }
    }

    /// What was expected must have been able to happen.
    fn cause(&self, expectation: &Expectation, view: &mut View<'_>) {
        let (key, needs) = match expectation.expected {
            Expected::Outage(_) => ("outage", Needs::Load),
            Expected::Lost(_) => ("lost", Needs::Load),
            Expected::Availability(_) => ("availability", Needs::Load),
            Expected::Takeover(_) => ("takeover", Needs::Takeover),
            Expected::ConnectionsSurvived(_) => ("connections_survived", Needs::Connections),
            Expected::Detected(_) => ("detected", Needs::Detection),
            _ => return,
        };
        if let Some((problem, help)) = self.lacks(needs, view) {
            no_cause(&format!("`{key}` cannot be measured: {problem}"), help, expectation, view);
        }
    }

    /// What there would have to be before, and how it is written.
    fn lacks(&self, needs: Needs, view: &View<'_>) -> Option<(&'static str, &'static str)> {
        let no_load = ("there was no load", "begin one before, with a `load` step");
        let no_fault =
            ("there was no fault", "break something before, as in `fault: { kill: node01 }`");
        let load = match needs {
            Needs::Detection => return self.undetectable(view),
            Needs::Load | Needs::Takeover | Needs::Connections => match self.load {
                Some(load) => load,
                None => return Some(no_load),
            },
        };
        match needs {
            Needs::Takeover | Needs::Connections if self.faults.is_empty() => Some(no_fault),
            Needs::Takeover if !floats(load, view) => Some((
                "no virtual router has the VIP that the load goes to",
                "let the load go to a virtual service with high availability",
            )),
            Needs::Connections if load.connection == Connection::New => Some((
                "the load keeps no connections open",
                "add `connection: keep-alive` to the load",
            )),
            _ => None,
        }
    }

    fn undetectable(&self, view: &View<'_>) -> Option<(&'static str, &'static str)> {
        let serves = |fault: &Fault| {
            view.lab.node(&fault.node).is_some_and(|node| node.role == Role::RealServer)
        };
        let help = "break a real server before, as in `fault: { stop: rs1 }`";
        let found = self.faults.iter().any(|fault| serves(fault));
        (!found).then_some(("no real server was broken", help))
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

/// Whether the load's goal can change its director.
fn floats(load: &Load, view: &View<'_>) -> bool {
    let vip = match &load.target {
        Target::Address(address, _) => Some(*address),
        Target::Service(name) => view.lab.service(name).map(|service| service.vip),
    };
    vip.is_some_and(|vip| view.lab.router_of(vip).is_some())
}
