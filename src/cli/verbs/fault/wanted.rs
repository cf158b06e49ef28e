use super::Particulars;
use crate::cli::failure::Failure;
use crate::cli::running::node_name;
use crate::lab::{Fault, FaultKind, Lab, NetworkName, Node, ServiceName};
use crate::plan;
use crate::topology;
use std::time::Duration;

/// The kinds of fault, each with the flags that it takes.
const KINDS: [(&str, &[&str]); 11] = [
    ("stop", &[]),
    ("hang", &[]),
    ("fail", &["--status"]),
    ("slow", &["--by"]),
    ("cut", &["--network"]),
    ("isolate", &[]),
    ("kill", &[]),
    ("kill-daemons", &[]),
    ("weight", &["--to", "--service"]),
    ("remove", &["--service"]),
    ("impair", &["--network", "--delay", "--loss"]),
];

/// The fault that the words and flags ask for, in this lab.
pub fn fault(lab: &Lab, kind: &str, node: &str, said: &Particulars) -> Result<Fault, Failure> {
    let kind = &kind.replace('_', "-");
    let known = KINDS.iter().find(|(name, _)| name == kind);
    let (_, flags) = known.ok_or_else(|| unknown("fault", kind, &KINDS.map(|(name, _)| name)))?;
    if let Some(idle) = said.given().find(|flag| !flags.contains(flag)) {
        return Err(Failure::usage(format!("`{kind}` takes no {idle}")));
    }
    let name = node_name(node, lab.nodes.iter().map(|node| &node.name))?;
    let node = lab.node(&name).ok_or_else(|| Failure::usage(format!("there is no `{node}`")))?;
    let fault = Fault { node: name, kind: self::kind(lab, kind, node, said)? };
    if plan::disturb(lab, &fault).acts.is_empty() {
        return Err(unfit(lab, node, kind));
    }
    Ok(fault)
}

fn kind(lab: &Lab, kind: &str, node: &Node, said: &Particulars) -> Result<FaultKind, Failure> {
    let missing = |flag: &str| Failure::usage(format!("`{kind}` needs {flag}"));
    let service = || said.service.as_ref().map(|name| service(lab, name)).transpose();
    let network = || said.network.as_ref().map(|name| network(node, name)).transpose();
    Ok(match kind {
        "stop" => FaultKind::Stop,
        "hang" => FaultKind::Hang,
        "fail" => FaultKind::Fail { status: said.status.unwrap_or(500) },
        "slow" => FaultKind::Slow { by: said.by.ok_or_else(|| missing("--by"))? },
        "cut" => FaultKind::Cut { network: network()?.map_or_else(|| only(node), Ok)? },
        "isolate" => FaultKind::Isolate,
        "kill" => FaultKind::Kill,
        "kill-daemons" => FaultKind::KillDaemons,
        "weight" => {
            FaultKind::Weight { service: service()?, to: said.to.ok_or_else(|| missing("--to"))? }
        }
        "remove" => FaultKind::Remove { service: service()? },
        _ if said.delay.is_none() && said.loss.is_none() => {
            return Err(missing("--delay or --loss"));
        }
        _ => FaultKind::Impair {
            network: network()?,
            delay: said.delay.unwrap_or_default(),
            loss: said.loss.unwrap_or_default(),
        },
    })
}

impl Particulars {
    /// The flags that were given.
    fn given(&self) -> impl Iterator<Item = &'static str> {
        let all = [
            ("--status", self.status.is_some()),
            ("--by", self.by.is_some()),
            ("--network", self.network.is_some()),
            ("--to", self.to.is_some()),
            ("--service", self.service.is_some()),
            ("--delay", self.delay.is_some()),
            ("--loss", self.loss.is_some()),
        ];
        all.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag)
    }
}

fn service(lab: &Lab, text: &str) -> Result<ServiceName, Failure> {
    let names: Vec<_> = lab.services.iter().map(|service| service.name.as_str()).collect();
    let found = lab.services.iter().find(|service| service.name.as_str() == text);
    found.map(|s| s.name.clone()).ok_or_else(|| unknown("virtual service", text, &names))
}

fn networks(node: &Node) -> Vec<&str> {
    node.interfaces.iter().map(|interface| interface.network.as_str()).collect()
}

fn network(node: &Node, text: &str) -> Result<NetworkName, Failure> {
    let found = node.interfaces.iter().find(|i| i.network.as_str() == text);
    let message = format!("`{}` is in no network `{text}`", node.name);
    found.map(|i| i.network.clone()).ok_or_else(|| mistaken(message, text, &networks(node)))
}

fn only(node: &Node) -> Result<NetworkName, Failure> {
    match node.interfaces.as_slice() {
        [one] => Ok(one.network.clone()),
        _ => Err(Failure::usage(format!("`{}` has several cables", node.name))
            .help(format!("say --network, one of {}", networks(node).join(", ")))),
    }
}

fn unknown(noun: &str, text: &str, names: &[&str]) -> Failure {
    mistaken(format!("there is no {noun} `{text}`"), text, names)
}

fn mistaken(message: String, text: &str, names: &[&str]) -> Failure {
    let known = match names {
        [] => "there is none at all".to_owned(),
        names => format!("known: {}", names.join(", ")),
    };
    let near = topology::did_you_mean(text, names.iter().copied());
    Failure::usage(message).help(match near {
        Some(near) => format!("did you mean `{near}`? {known}"),
        None => known,
    })
}

fn unfit(lab: &Lab, node: &Node, kind: &str) -> Failure {
    let (name, noun) = (&node.name, node.role.noun());
    let message = format!("`{kind}` does nothing to `{name}`, a {noun}");
    Failure::usage(message).help(format!("what can befall it: {}", fitting(lab, node).join(", ")))
}

/// The kinds of fault that do something to a node.
fn fitting(lab: &Lab, node: &Node) -> Vec<&'static str> {
    let examples = [
        FaultKind::Stop,
        FaultKind::Hang,
        FaultKind::Fail { status: 500 },
        FaultKind::Slow { by: Duration::from_secs(1) },
        FaultKind::Isolate,
        FaultKind::Kill,
        FaultKind::KillDaemons,
        FaultKind::Weight { service: None, to: 0 },
        FaultKind::Remove { service: None },
        FaultKind::Impair { network: None, delay: Duration::ZERO, loss: 1 },
    ];
    let fault = |kind: &FaultKind| Fault { node: node.name.clone(), kind: kind.clone() };
    let fits = |kind: &&FaultKind| !plan::disturb(lab, &fault(kind)).acts.is_empty();
    let mut fitting: Vec<_> = examples.iter().filter(fits).map(FaultKind::keyword).collect();
    if fitting.contains(&"isolate") {
        fitting.push("cut");
    }
    fitting
}
