use super::context::{Context, Setting};
use super::failure::Failure;
use crate::guest::{Uml, agent};
use crate::kernel::{self, Lack, Modules};
use crate::lab::{Lab, StepAction};
use crate::plan::{Ability, build, disturbing, needs};
use std::collections::BTreeSet;

/// What is typed in labs with IPv6, beside what every guest has. On a machine without kmod nothing
/// loads a module on demand in a guest.
const BY_HAND: [&str; 3] = ["ip6table_filter", "ip6table_nat", "ip6table_mangle"];

/// What a kernel must be able to do for a lab.
pub fn of_lab(lab: &Lab) -> BTreeSet<Ability> {
    needs(build(lab).steps.iter().map(|step| &step.op))
}

/// The same, with what the faults of its scenarios take.
pub fn of_test(lab: &Lab) -> BTreeSet<Ability> {
    let steps = lab.scenarios.iter().flat_map(|scenario| &scenario.steps);
    let faults = steps.filter_map(|step| match &step.action {
        StepAction::Fault(fault) => Some(fault),
        StepAction::Request(_)
        | StepAction::Run(_)
        | StepAction::Wait(_)
        | StepAction::Load(_)
        | StepAction::StopLoad
        | StepAction::Release
        | StepAction::Heal(_) => None,
    });
    faults.flat_map(|fault| disturbing(lab, fault)).chain(of_lab(lab)).collect()
}

/// Gets this program's kernel what a lab needs, or says all that it lacks.
pub fn furnish(lab: &Lab, needs: &BTreeSet<Ability>, context: &Context) -> Result<(), Failure> {
    let lacks = missing(needs, context);
    if context.setting == Setting::Guest && needs.contains(&Ability::Ipv6) {
        agent::load(&BY_HAND).iter().for_each(|fault| context.note(&format!("guest: {fault}")));
    }
    if lacks.is_empty() { Ok(()) } else { Err(unable(lab, &lacks, context.setting)) }
}

/// Says what a guest's kernel will lack, as far as its modules tell.
pub fn foresee(lab: &Lab, needs: &BTreeSet<Ability>, uml: &Uml) -> Result<(), Failure> {
    let modules = uml.modules().map(Modules::of_another_kernel);
    let lacks = modules.map(|modules| kernel::foreseen(needs.iter().copied(), &modules));
    match lacks.filter(|lacks| !lacks.is_empty()) {
        Some(lacks) => Err(unable(lab, &lacks, Setting::Guest)),
        None => Ok(()),
    }
}

/// Loads what is missing of some abilities, and returns what this program's kernel lacks.
pub fn missing(needs: &BTreeSet<Ability>, context: &Context) -> Vec<Lack> {
    kernel::furnish(needs.iter().copied(), &modules(context))
}

/// The modules of the kernel that this program runs on.
pub fn modules(context: &Context) -> Modules {
    match context.setting {
        Setting::Machine => Modules::of_running_kernel(),
        Setting::Guest => Modules::at(agent::modules_directory().unwrap_or_default(), agent::load),
    }
}

/// Says everything that a kernel lacks, and what helps.
fn unable(lab: &Lab, lacks: &[Lack], setting: Setting) -> Failure {
    let (kernel, package, other) = match setting {
        Setting::Machine => ("the running kernel", "linux-image-amd64", "try --kernel uml"),
        Setting::Guest => ("the guest's kernel", "user-mode-linux", "try --kernel host"),
    };
    let lines: String = lacks.iter().map(|lack| format!("\n  {lack}")).collect();
    let debian = match lacks.iter().all(|lack| lack.ability.is_in_debian()) {
        true => format!("the Debian package `{package}` has what is missing"),
        false => "not all of it is in Debian's kernels: build one with these options".to_owned(),
    };
    Failure::unable(format!("{kernel} cannot serve `{}`, it lacks{lines}", lab.name))
        .help(format!("{debian}; {other}; `lvs-lab doctor` says what this machine can do"))
}
