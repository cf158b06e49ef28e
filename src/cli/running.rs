use super::context::{Context, Setting};
use super::failure::Failure;
use crate::kernel::Names;
use crate::lab::{Lab, LabName, NodeName};
use crate::state::{LabDir, Provider, Record, StateDir, StateError};
use crate::topology;

/// Where `ip netns` looks for names.
pub const NAMES: &str = "/run/netns";

/// A lab that somebody is in charge of.
#[derive(Debug)]
pub struct Running {
    /// Its directory.
    pub dir: LabDir,
    /// Who is in charge.
    pub record: Record,
}

impl Running {
    /// The lab that the user named, or the only one that is up.
    pub fn find(context: &Context, name: Option<&str>) -> Result<Self, Failure> {
        let state = state_dir(context)?;
        let name = match name {
            Some(name) => name.parse().map_err(Failure::usage)?,
            None => only_one(&state)?,
        };
        let dir = state.lab(&name);
        match Record::read(&dir).map_err(Failure::failed)? {
            Some(record) if record.supervisor.is_alive() => Ok(Self { dir, record }),
            Some(_) => Err(Failure::failed(format!("the supervisor of lab `{name}` is dead"))
                .help(format!("clean up with `lvs-lab down {name}`"))),
            None => Err(absent(&state, &name)),
        }
    }

    /// Its namespaces.
    pub fn names(&self) -> Names {
        Names::new(self.record.lab.clone(), self.dir.path(), NAMES.into())
    }

    /// What it was built from.
    pub fn lab(&self) -> Result<Lab, Failure> {
        let mut lab = match topology::load(&self.record.source) {
            Ok(valid) => valid.lab,
            Err(faults) => {
                let fault = faults.first().map_or_else(String::new, |f| f.message.clone());
                let name = &self.record.lab;
                return Err(Failure::failed(format!(
                    "this lvs-lab cannot read what `{name}` was built from: {fault}"
                ))
                .help(format!("take it down with `lvs-lab down {name}`")));
            }
        };
        lab.name = self.record.lab.clone();
        Ok(lab)
    }

    /// Whether it is in a guest, and this program is not.
    pub fn is_elsewhere(&self, context: &Context) -> bool {
        self.record.provider == Provider::Uml && context.setting == Setting::Machine
    }
}

/// Where labs of this user are kept.
pub fn state_dir(context: &Context) -> Result<StateDir, Failure> {
    match (&context.global.state_dir, context.setting) {
        (Some(path), Setting::Machine) => {
            let path = std::path::absolute(path).map_err(Failure::failed)?;
            Ok(StateDir::at(path))
        }
        _ => StateDir::of_user().map_err(|error| match error {
            StateError::Homeless => Failure::unable(error).help("set HOME, or give --state-dir"),
            _ => Failure::failed(error),
        }),
    }
}

/// A node's name as the user typed it, if the lab has such a node.
pub fn node_name<'a>(
    text: &str,
    nodes: impl Iterator<Item = &'a NodeName>,
) -> Result<NodeName, Failure> {
    let names: Vec<_> = nodes.map(NodeName::as_str).collect();
    if let Some(name) = names.iter().find(|name| **name == text) {
        return name.parse().map_err(Failure::usage);
    }
    let known = format!("nodes: {}", names.join(", "));
    let near = topology::did_you_mean(text, names.iter().copied());
    Err(Failure::usage(format!("there is no node `{text}`")).help(match near {
        Some(near) => format!("did you mean `{near}`? {known}"),
        None => known,
    }))
}

fn only_one(state: &StateDir) -> Result<LabName, Failure> {
    let mut labs = state.labs().map_err(Failure::failed)?;
    match labs.len() {
        1 => Ok(labs.remove(0)),
        0 => Err(Failure::usage("no lab is up").help("build one with `lvs-lab up nat`")),
        _ => {
            Err(Failure::usage("several labs are up").help(format!("name one of {}", list(&labs))))
        }
    }
}

fn absent(state: &StateDir, name: &LabName) -> Failure {
    let failure = Failure::usage(format!("no lab called `{name}` is up"));
    match state.labs() {
        Ok(labs) if !labs.is_empty() => failure.help(format!("labs that are up: {}", list(&labs))),
        _ => failure.help("build one with `lvs-lab up TOPOLOGY`"),
    }
}

fn list(labs: &[LabName]) -> String {
    labs.iter().map(LabName::as_str).collect::<Vec<_>>().join(", ")
}
