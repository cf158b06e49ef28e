use super::args::KernelChoice;
use super::context::{Context, Setting};
use super::failure::Failure;
use super::furnish::{foresee, furnish, missing, modules};
use super::{guests, machine};
use crate::kernel::{Standing, may_use_ip_vs, standing};
use crate::lab::{Lab, Role};
use crate::plan::Ability;
use crate::state::Provider;
use std::collections::BTreeSet;
use std::fmt;

/// Which kernel a lab runs on, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The kernel.
    pub provider: Provider,
    /// Why, in a few words.
    pub why: String,
}

impl Choice {
    /// As a line for the user.
    pub fn line(&self, lab: &Lab) -> String {
        let kernel = match self.provider {
            Provider::Host => "on the running kernel",
            Provider::Uml => "in a User-Mode Linux guest",
        };
        format!("{}: {kernel} ({})", lab.name, self.why)
    }
}

/// Chooses as the user said, or what serves the lab best. The kernel that this program runs on has
/// what the lab needs then, if it was chosen.
pub fn choose(context: &Context, lab: &Lab, needs: &BTreeSet<Ability>) -> Result<Choice, Failure> {
    let chosen = |provider, why: &str| Ok(Choice { provider, why: why.to_owned() });
    if context.setting == Setting::Guest {
        furnish(lab, needs, context)?;
        return chosen(Provider::Host, "inside a guest");
    }
    match context.global.kernel {
        KernelChoice::Uml => {
            foresee(lab, needs, &guests::uml()?)?;
            chosen(Provider::Uml, "as you said")
        }
        KernelChoice::Host => {
            serve_here(lab, needs, context)?;
            chosen(Provider::Host, "as you said")
        }
        KernelChoice::Auto => match obstacle(needs, context) {
            None => match wish(lab, context) {
                Some(wish) if guests::uml().is_ok() => chosen(Provider::Uml, &wish),
                _ => chosen(Provider::Host, "it has all that the lab needs"),
            },
            Some(obstacle) => {
                let also = |missing: Failure| {
                    let message = format!("{obstacle}, and {}", missing.message);
                    let help = "`lvs-lab doctor` says what this machine can do";
                    Failure { message, ..missing }.help(help)
                };
                let guest = guests::uml().and_then(|uml| foresee(lab, needs, &uml));
                guest.map_err(also)?;
                chosen(Provider::Uml, &obstacle)
            }
        },
    }
}

/// Gets the running kernel what a lab needs, or says why it cannot serve it.
fn serve_here(lab: &Lab, needs: &BTreeSet<Ability>, context: &Context) -> Result<(), Failure> {
    match forbidden(needs) {
        None => furnish(lab, needs, context),
        Some(why) => {
            let name = &lab.name;
            Err(Failure::unable(format!("the running kernel cannot serve `{name}`: {why}"))
                .help("try --kernel uml; `lvs-lab doctor` says what this machine can do"))
        }
    }
}

/// Why a lab is better off in a guest, though the running kernel can serve it: one with a director
/// and without virtual services is for typing `ipvsadm`.
fn wish(lab: &Lab, context: &Context) -> Option<String> {
    let by_hand = lab.services.is_empty() && lab.with_role(Role::Director).next().is_some();
    let wanted = by_hand.then(|| obstacle(&BTreeSet::from([Ability::Ipvs]), context));
    wanted.flatten().map(|obstacle| format!("{obstacle}, to type commands for"))
}

/// What keeps a lab from the running kernel, in a few words: the first thing is enough for choosing
/// another. Modules are loaded only where there is hope that they are all there.
fn obstacle(needs: &BTreeSet<Ability>, context: &Context) -> Option<String> {
    if let Some(why) = forbidden(needs) {
        return Some(why.to_string());
    }
    let missed = || Some(missing(needs, context).first()?.ability);
    let first = lacking(needs, context).or_else(missed)?;
    Some(format!("the running kernel has no {}", first.module()))
}

/// The first ability that the running kernel has not, nor a module for it.
fn lacking(needs: &BTreeSet<Ability>, context: &Context) -> Option<Ability> {
    let modules = modules(context);
    needs.iter().copied().find(|ability| standing(*ability, &modules) == Standing::Lacking)
}

/// Why the user may not have a lab on the running kernel.
enum Forbidden {
    /// Only root makes namespaces.
    NeedsRoot,
    /// Root of a container may not use IPVS.
    InContainer,
}

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NeedsRoot => "the running kernel would need root",
            Self::InContainer => "ip_vs is not for root of a container",
        })
    }
}

fn forbidden(needs: &BTreeSet<Ability>) -> Option<Forbidden> {
    if !machine::is_root() {
        return Some(Forbidden::NeedsRoot);
    }
    (needs.contains(&Ability::Ipvs) && !may_use_ip_vs()).then_some(Forbidden::InContainer)
}
