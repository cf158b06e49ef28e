use super::down::clear;
use crate::cli::args::{Format, Topology};
use crate::cli::context::{Context, Setting};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::furnish::{furnish, of_lab};
use crate::cli::interruption::Interruption;
use crate::cli::running::{NAMES, state_dir};
use crate::cli::{build, guests, provider};
use crate::lab::{Lab, LabName, Source};
use crate::plan::Ability;
use crate::report::Event;
use crate::state::{Exercise, Exit as ProcessExit, LabDir, Lock, Process, Provider, Record};
use crate::supervisor::{self, Assignment};
use crate::text::elapsed;
use crate::topology;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

/// How long a killed process may take to be gone.
const DEATH: Duration = Duration::from_millis(200);

/// `up`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The lab to build
    #[command(flatten)]
    pub topology: Topology,
    /// Build its nodes, links and addresses only, for typing the rest
    #[arg(long, conflicts_with = "ipvsadm")]
    pub blank: bool,
    /// The form of the output: text, or json with one event a line
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: Format,
}

/// Builds the lab, or brings the one that is up to its file.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let name = &args.topology.topology;
    let (source, lab) = context.lab(&args.topology).map_err(|f| up_already(f, name, context))?;
    let named = Source { name: name.clone(), text: source.text.clone() };
    // What is to be typed needs its kernel too.
    let needs = of_lab(&lab);
    let (source, lab, exercise) = match args.blank {
        true => blank(source, &lab.name, context)?,
        false => (source, lab, None),
    };
    let state = state_dir(context)?;
    state.prepare().map_err(Failure::failed)?;
    let dir = state.lab(&lab.name);
    let waiting = || context.note(&format!("waiting for another command on {}", lab.name));
    let lock = Lock::take(&dir, waiting).map_err(Failure::failed)?;
    let assignment = assignment(source, lab, dir);
    let wanted = Wanted { named, assignment, exercise, needs, format: args.format };
    let record = Record::read(&wanted.assignment.dir).map_err(Failure::failed)?;
    if let Some(record) = record.as_ref().filter(|record| record.supervisor.is_alive()) {
        let reconciled = wanted.reconcile(record, context);
        if reconciled.is_ok() || !was_dying(record) {
            return reconciled;
        }
    }
    if record.is_some() || wanted.assignment.dir.exists() {
        let lab = &wanted.assignment.lab.name;
        context.note(&format!("{lab}: clearing up what a dead supervisor left"));
        clear(&wanted.assignment.dir, &lock)?;
    }
    wanted.build(lock, context)
}

/// The blank of a topology, under the name that the lab gets.
fn blank(
    whole: Source,
    name: &LabName,
    context: &Context,
) -> Result<(Source, Lab, Option<Exercise>), Failure> {
    let source = context.blank(&whole)?;
    let lab = Lab { name: name.clone(), ..context.load(&source)? };
    Ok((source, lab, Some(Exercise { whole })))
}

/// What somebody has typed in a blank lab is in the way of what the file makes.
fn typed_in(lab: &LabName) -> Failure {
    Failure::usage(format!("the lab `{lab}` is up as a blank one, for typing")).help(format!(
        "`lvs-lab status {lab} --against TOPOLOGY` says what is missing; `lvs-lab down {lab}` \
         removes it"
    ))
}

/// A lab that is up has no topology by its name, if it was given that name: then it helps to know
/// what it was built from.
fn up_already(failure: Failure, name: &str, context: &Context) -> Failure {
    match built_from(name, context) {
        Some(source) => failure.help(format!(
            "the lab `{name}` is up, built from `{source}`; say `lvs-lab up {source} --name {name}`"
        )),
        None => failure,
    }
}

/// What a living lab was built from, in the words for `up`; none if the name is a topology's.
fn built_from(name: &str, context: &Context) -> Option<String> {
    let lab: LabName = name.parse().ok()?;
    if topology::builtin(name).is_some() || Path::new(name).exists() {
        return None;
    }
    let record = Record::read(&state_dir(context).ok()?.lab(&lab)).ok()??;
    let is_builtin = |name: &&str| topology::builtin(name).is_some_and(|b| b == record.source);
    let builtin = record.source.name.strip_suffix(".yaml").filter(is_builtin);
    let source = builtin.unwrap_or(&record.source.name).to_owned();
    record.supervisor.is_alive().then_some(source)
}

/// Whether a supervisor that did not do as it was asked was about to end: killed, it is there for
/// some moments more. A guest's death is told by whoever waits for the guest.
fn was_dying(record: &Record) -> bool {
    record.provider == Provider::Host
        && matches!(record.supervisor.wait_gone(DEATH), Ok(ProcessExit::Gone))
}

fn assignment(source: Source, lab: Lab, dir: LabDir) -> Assignment {
    Assignment { lab, source, dir, names: NAMES.into() }
}

/// The lab that the user wants to be up.
struct Wanted {
    /// The topology under the name that the user gave.
    named: Source,
    assignment: Assignment,
    /// What is to be typed in it.
    exercise: Option<Exercise>,
    /// What its kernel must be able to do.
    needs: BTreeSet<Ability>,
    format: Format,
}

impl Wanted {
    fn reconcile(&self, record: &Record, context: &Context) -> Result<Exit, Failure> {
        let dir = &self.assignment.dir;
        let blank = Exercise::read(dir).map_err(Failure::failed)?;
        if blank.is_some() && self.exercise.is_none() {
            return Err(typed_in(&record.lab));
        }
        let lab = &self.assignment.lab;
        let exit = if record.provider == Provider::Uml && context.setting == Setting::Machine {
            guests::run(&dir.guest_socket(), context, std::slice::from_ref(&self.named))
        } else {
            furnish(lab, &self.needs, context)?;
            let event = supervisor::reconcile(&self.assignment).map_err(Failure::failed)?;
            build::end(&event, lab, self.format, context)
        };
        if matches!(exit, Ok(Exit::Ok)) {
            Exercise::note(self.exercise.as_ref(), dir).map_err(Failure::failed)?;
        }
        exit
    }

    fn build(&self, lock: Lock, context: &Context) -> Result<Exit, Failure> {
        // To the end of clearing up: a second signal leaves no half of a lab.
        let interruption = Interruption::watch()?;
        let built = self.try_to_build(&lock, &interruption, context);
        if matches!(built, Ok(Exit::Ok)) {
            return built;
        }
        let cleared = clear(&self.assignment.dir, &lock);
        let cleared = cleared.and_then(|()| lock.remove().map_err(Failure::leftovers));
        if let (Err(failure), Err(_)) = (&built, &cleared) {
            // What could not be removed decides the exit code; why there was no lab is told first.
            failure.print(context.error_colour());
        }
        cleared.and(built)
    }

    fn try_to_build(
        &self,
        lock: &Lock,
        interruption: &Interruption,
        context: &Context,
    ) -> Result<Exit, Failure> {
        let lab = &self.assignment.lab;
        let choice = provider::choose(context, lab, &self.needs)?;
        if context.setting == Setting::Machine && self.format == Format::Text {
            context.note(&choice.line(lab));
        }
        interruption.check()?;
        self.assignment.dir.create().map_err(Failure::failed)?;
        let noted = Exercise::note(self.exercise.as_ref(), &self.assignment.dir);
        noted.map_err(Failure::failed)?;
        match choice.provider {
            Provider::Host => self.on_host(lock, context),
            Provider::Uml => self.in_guest(interruption, context),
        }
    }

    fn booted(&self, took: Duration, context: &Context) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        match self.format {
            Format::Text => context.note(&format!("the guest booted in {}", elapsed(took))),
            Format::Json => build::json(&Event::Booted { micros }),
        }
    }

    fn on_host(&self, lock: &Lock, context: &Context) -> Result<Exit, Failure> {
        let launched = supervisor::launch(&self.assignment, lock).map_err(Failure::failed)?;
        let lab = &self.assignment.lab;
        match build::follow(launched, self.format, context)? {
            Some(event) => build::end(&event, lab, self.format, context),
            None => Err(Failure::failed(format!("the supervisor of `{}` died", lab.name))),
        }
    }

    /// The record names this command until the guest's owner is known: should it die before, the
    /// next one sees that nobody is in charge.
    fn in_guest(&self, interruption: &Interruption, context: &Context) -> Result<Exit, Failure> {
        let dir = &self.assignment.dir;
        let mut record = Record {
            lab: self.assignment.lab.name.clone(),
            provider: Provider::Uml,
            supervisor: Process::current().map_err(Failure::failed)?,
            source: self.assignment.source.clone(),
            since: SystemTime::now(),
        };
        record.write(dir).map_err(Failure::failed)?;
        let begun = Instant::now();
        let hello = guests::start(&self.assignment.lab, dir, interruption)?;
        self.booted(begun.elapsed(), context);
        for fault in &hello.failures {
            context.note(&format!("guest: {fault}"));
        }
        let owner = guests::owner(&dir.guest_socket()).and_then(Process::running);
        record.supervisor = owner.ok_or_else(|| Failure::failed("the guest died at once"))?;
        record.write(dir).map_err(Failure::failed)?;
        interruption.check()?;
        guests::run(&dir.guest_socket(), context, std::slice::from_ref(&self.named))
    }
}
