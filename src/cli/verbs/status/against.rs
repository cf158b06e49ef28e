use crate::cli::failure::Failure;
use crate::cli::running::Running;
use crate::engine::{self, Drift};
use crate::kernel::Linux;
use crate::lab::Lab;
use crate::plan;
use crate::text::{Colour, Ink};
use serde::Serialize;

/// What keeps a lab that is up from being another topology's lab.
#[derive(Debug, Serialize)]
pub struct Difference {
    /// The lab.
    pub lab: String,
    /// The topology, as the user named it.
    pub against: String,
    /// What is missing or other, in the order in which it is set up.
    pub missing: Vec<Other>,
    /// What is there beside it.
    pub additions: Vec<Other>,
}

/// Something that is not as the topology says.
#[derive(Debug, Serialize)]
pub struct Other {
    /// What, in words.
    pub what: String,
    /// What a person would type in the node to make it so; empty where a person cannot.
    pub commands: Vec<String>,
}

impl Difference {
    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        self.missing.is_empty() && self.additions.is_empty()
    }

    /// One line for each thing that is missing, other or too much, with its commands; nothing if
    /// nothing is.
    pub fn text(&self, colour: Colour) -> String {
        let mut text = String::new();
        for Other { what, commands } in self.missing.iter().chain(&self.additions) {
            text += &format!("{what}\n");
            for command in commands {
                text += &format!("    {}\n", colour.paint(Ink::BoldCyan, command));
            }
        }
        text
    }
}

/// Holds a lab that is up against another topology.
pub async fn difference(
    running: &Running,
    wanted: Lab,
    against: &str,
) -> Result<Difference, Failure> {
    let lab = Lab { name: running.record.lab.clone(), ..wanted };
    let plan = plan::build(&lab);
    let mut kernel = Linux::open(running.names());
    let drifts = engine::verify(&plan, &mut kernel).await.map_err(Failure::failed)?;
    let (added, missing): (Vec<_>, Vec<_>) = drifts.iter().partition(|d| d.is_left_alone());
    let other = |drift: &Drift| Other { what: drift.to_string(), commands: drift.by_hand(&plan) };
    Ok(Difference {
        lab: lab.name.to_string(),
        against: against.to_owned(),
        missing: missing.into_iter().map(other).collect(),
        additions: added.into_iter().map(other).collect(),
    })
}
