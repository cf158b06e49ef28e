use crate::lab::{Connection, Healing, Request, RunCommand, StepAction, Target};
use crate::text::elapsed;

/// The longest piece of a command that a title shows, in characters.
const SHOWN: usize = 48;

/// What a step does, in words: `100 requests from client to web`.
pub(super) fn title(action: &StepAction) -> String {
    match action {
        StepAction::Request(request) => requests(request),
        StepAction::Run(RunCommand { node, shell }) => {
            format!("run `{}` on {node}", first_line(shell))
        }
        StepAction::Wait(time) => format!("wait {}", elapsed(*time)),
        StepAction::Load(load) => {
            let target = self::target(&load.target);
            format!("load of {} requests a second from {} to {target}", load.rate, load.from)
        }
        StepAction::StopLoad => "stop the load".to_owned(),
        StepAction::Release => "close what is held".to_owned(),
        StepAction::Fault(fault) => fault.to_string(),
        StepAction::Heal(healing) => self::healing(healing),
    }
}

/// `heal node01`.
pub(super) fn healing(healing: &Healing) -> String {
    match healing {
        Healing::All => "heal everything".to_owned(),
        Healing::Node(node) => format!("heal {node}"),
    }
}

fn target(target: &Target) -> String {
    match target {
        Target::Service(name) => name.to_string(),
        Target::Port(name, port) => format!("{name}:{port}"),
        Target::Address(endpoint) => endpoint.to_string(),
    }
}

fn requests(request: &Request) -> String {
    let noun = if request.count == 1 { "request" } else { "requests" };
    let target = target(&request.target);
    let path = if request.path == "/" { "" } else { request.path.as_str() };
    let at_once = match request.concurrency {
        0 | 1 => String::new(),
        several => format!(", {several} at once"),
    };
    let held = if request.connection == Connection::Held { ", held" } else { "" };
    format!("{} {noun} from {} to {target}{path}{at_once}{held}", request.count, request.from)
}

fn first_line(shell: &str) -> String {
    let line = shell.trim().lines().next().unwrap_or_default();
    let shown: String = line.chars().take(SHOWN).collect();
    if shown == shell.trim() { shown } else { format!("{shown}…") }
}
