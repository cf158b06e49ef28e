use super::Args;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::furnish::of_test;
use crate::cli::provider::{self, Choice};
use crate::cli::running::{Running, state_dir};
use crate::lab::{Lab, LabName, Scenario, Source};
use crate::report::{LabReport, Sketch};
use crate::state::Exercise;
use crate::topology;
use std::collections::BTreeSet;

/// A lab that is to be tested.
pub struct Task {
    /// The topology as the user named it.
    pub named: String,
    /// Its text.
    pub source: Source,
    /// The lab.
    pub lab: Lab,
    /// The scenarios that the user chose; none means all.
    pub scenarios: Vec<String>,
    /// Where its scenarios play.
    pub ground: Ground,
}

impl Task {
    /// The report with what is known of the topology without any run.
    pub fn describe(&self, report: LabReport) -> LabReport {
        let (summary, source) = (self.lab.summary.clone(), self.source.text.clone());
        LabReport { summary, source, sketch: Sketch::of(&self.lab), ..report }
    }
}

/// Where scenarios play.
pub enum Ground {
    /// In a lab of their own, which is gone afterwards.
    Own(Choice),
    /// In a lab that stays up under this name unless everything passes.
    Kept {
        /// Its kernel.
        choice: Choice,
        /// Its name.
        lab: LabName,
    },
    /// In a lab that is up, and stays so.
    Live {
        /// Its name.
        lab: LabName,
        /// Whose scenarios they are.
        topology: Played,
    },
}

/// Whose scenarios play in a lab that is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Played {
    /// Those of what the lab was built from, whatever its file says now.
    AsBuilt,
    /// Those of the topology that the user named.
    Named,
}

/// The labs of a command line.
pub fn tasks(args: &Args, context: &Context) -> Result<Vec<Task>, Failure> {
    let topologies = match &args.live {
        Some(lab) => vec![of_running(lab, args, context)?],
        None => {
            let named = args.topologies.iter();
            named.map(|named| Topology::read(named, context)).collect::<Result<_, _>>()?
        }
    };
    check(&args.scenario, &topologies)?;
    let mut taken: BTreeSet<_> = match args.keep {
        true => state_dir(context)?.labs().map_err(Failure::failed)?.into_iter().collect(),
        false => BTreeSet::new(),
    };
    let task = |topology: Topology| {
        let ground = match &args.live {
            Some(lab) => {
                let played =
                    if args.topologies.is_empty() { Played::AsBuilt } else { Played::Named };
                Ground::Live { lab: lab.parse().map_err(Failure::usage)?, topology: played }
            }
            None => {
                let choice = provider::choose(context, &topology.lab, &of_test(&topology.lab))?;
                match args.keep {
                    true => Ground::Kept { choice, lab: free(&topology.lab.name, &mut taken) },
                    false => Ground::Own(choice),
                }
            }
        };
        let Topology { named, source, lab } = topology;
        Ok(Task { named, source, lab, scenarios: args.scenario.clone(), ground })
    };
    topologies.into_iter().map(task).collect()
}

/// A topology of the command line.
struct Topology {
    named: String,
    source: Source,
    lab: Lab,
}

impl Topology {
    fn read(named: &str, context: &Context) -> Result<Self, Failure> {
        let source = context.source(named)?;
        let lab = context.load(&source)?;
        Ok(Self { named: named.to_owned(), source, lab })
    }

    fn has(&self, scenario: &str) -> bool {
        self.lab.scenarios.iter().any(|known| known.name.as_str() == scenario)
    }
}

/// The topology that was named, or what the lab was built from.
fn of_running(name: &str, args: &Args, context: &Context) -> Result<Topology, Failure> {
    let running = Running::find(context, Some(name))?;
    let topology = match args.topologies.as_slice() {
        [] => {
            let exercise = Exercise::read(&running.dir).map_err(Failure::failed)?;
            let source = exercise.map_or(running.record.source, |exercise| exercise.whole);
            let (named, lab) = (source.name.clone(), context.load(&source)?);
            Topology { named, source, lab }
        }
        [named] => Topology::read(named, context)?,
        _ => return Err(Failure::usage("a lab that is up plays the scenarios of one topology")),
    };
    match topology.lab.scenarios.is_empty() {
        true => Err(Failure::usage(format!("`{}` has no scenario", topology.named))
            .help(format!("say whose to run: `lvs-lab test nat --live {name}`"))),
        false => Ok(topology),
    }
}

/// Every scenario that was chosen is in some topology, and every topology has one of them.
fn check(chosen: &[String], topologies: &[Topology]) -> Result<(), Failure> {
    for name in chosen {
        if !topologies.iter().any(|topology| topology.has(name)) {
            return Err(unknown(name, topologies));
        }
    }
    let idle = |t: &&Topology| !chosen.is_empty() && !chosen.iter().any(|name| t.has(name));
    match topologies.iter().find(idle) {
        None => Ok(()),
        Some(idle) => Err(Failure::usage(format!("`{}` has none of these scenarios", idle.named))
            .help(format!("leave it out, or name one of its own: {}", names([idle])))),
    }
}

/// The lab's own name or, where there is such a lab, the first that is free behind it: `nat-2`.
fn free(name: &LabName, taken: &mut BTreeSet<LabName>) -> LabName {
    let longest = 24.min(name.as_str().len());
    let numbered = |n: usize| format!("{}-{n}", &name.as_str()[..longest]).parse().ok();
    let names = std::iter::once(name.clone()).chain((2..).filter_map(numbered));
    let free = names.into_iter().find(|name| !taken.contains(name)).unwrap_or(name.clone());
    taken.insert(free.clone());
    free
}

fn unknown(name: &str, topologies: &[Topology]) -> Failure {
    let all = scenarios(topologies).map(|scenario| scenario.name.as_str());
    let near = topology::did_you_mean(name, all);
    let known = format!("scenarios: {}", names(topologies));
    Failure::usage(format!("there is no scenario `{name}`")).help(match near {
        Some(near) => format!("did you mean `{near}`? {known}"),
        None => known,
    })
}

fn names<'a>(topologies: impl IntoIterator<Item = &'a Topology>) -> String {
    let mut names: Vec<_> =
        scenarios(topologies).map(|scenario| scenario.name.to_string()).collect();
    names.sort();
    names.dedup();
    names.join(", ")
}

fn scenarios<'a>(
    topologies: impl IntoIterator<Item = &'a Topology>,
) -> impl Iterator<Item = &'a Scenario> {
    topologies.into_iter().flat_map(|topology| &topology.lab.scenarios)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_gets_a_number_and_stays_a_name() {
        let name = |text: &str| text.parse::<LabName>().unwrap();
        let mut taken = BTreeSet::from([name("nat"), name("nat-2")]);
        assert_eq!(free(&name("nat"), &mut taken), name("nat-3"));
        assert_eq!(free(&name("nat"), &mut taken), name("nat-4"));
        assert_eq!(free(&name("dr"), &mut taken), name("dr"));
        let long = name(&"a".repeat(32));
        assert_eq!(free(&long, &mut taken), long);
        assert_eq!(free(&long, &mut taken).to_string(), format!("{}-2", "a".repeat(24)));
    }
}
