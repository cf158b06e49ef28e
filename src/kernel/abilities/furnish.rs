use super::Modules;
use super::trial::Trial;
use crate::plan::{Ability, Proof, Way};
use std::fmt;

/// How an ability stands with the running kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is there.
    There,
    /// It is not there yet; its modules are at hand.
    Loadable,
    /// It is not there, and there are no modules for it.
    Lacking,
    /// It has no module that is known, and an ordinary user cannot try it.
    Unseen,
}

/// An ability that the running kernel lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// The ability.
    pub ability: Ability,
    /// Why its module cannot be loaded.
    pub why: String,
}

/// As in "module fou (kernel option CONFIG_NET_FOU), for TUN, packets in GUE envelopes: it is not
/// in /lib/modules/6.1.0".
impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ability, why) = (self.ability, &self.why);
        let (module, option) = (ability.module(), ability.option());
        write!(f, "module {module} (kernel option {option}), for {ability}: {why}")
    }
}

/// How an ability stands. Nothing is loaded by that: the kernel loads some modules where they are
/// asked for, so that only what has no module at hand is tried.
pub fn standing(ability: Ability, modules: &Modules) -> Standing {
    let is_there = |name: &&str| modules.is_there(name);
    let is_at_hand = |name: &&str| modules.is_there(name) || modules.is_at_hand(name);
    let loadable =
        |way: &Way| way.modules.iter().all(is_at_hand) && !way.modules.iter().all(is_there);
    if is_proven(ability, modules) {
        return Standing::There;
    }
    if ability.ways().iter().any(loadable) {
        return Standing::Loadable;
    }
    match Trial::default().of(ability) {
        Some(true) => Standing::There,
        Some(false) => Standing::Lacking,
        None => Standing::Unseen,
    }
}

/// What a kernel that does not run here will lack of some abilities, by its modules.
pub fn foreseen(abilities: impl IntoIterator<Item = Ability>, modules: &Modules) -> Vec<Lack> {
    let has = |name: &&str| modules.is_there(name) || modules.is_at_hand(name);
    // What depends on more than modules shows when it runs.
    let can = |ability: &Ability| ability.ways().iter().any(|way| way.modules.iter().all(has));
    let missing = abilities.into_iter().filter(|ability| !can(ability));
    let why = format!("it is not in {}", modules.directory().display());
    missing.map(|ability| Lack { ability, why: why.clone() }).collect()
}

/// Loads what is missing of some abilities, and returns those that the kernel lacks all the same.
/// What was loaded stays loaded.
pub fn furnish(abilities: impl IntoIterator<Item = Ability>, modules: &Modules) -> Vec<Lack> {
    let mut trial = Trial::default();
    let unproven = abilities.into_iter().filter(|ability| !is_proven(*ability, modules));
    let unproven: Vec<_> = unproven.collect();
    // One call for all: on some machines a call costs more than a module.
    let preferred = unproven.iter().filter_map(|ability| ability.ways().into_iter().next());
    load(preferred, modules);
    let mut lacks = Vec::new();
    for ability in unproven {
        if !is_there(ability, modules, &mut trial) {
            load(ability.ways().into_iter().skip(1), modules);
            if !is_there(ability, modules, &mut trial) {
                lacks.push(Lack { ability, why: modules.obstacle(ability.module()) });
            }
        }
    }
    lacks
}

/// Loads what is not there. What goes wrong shows where an ability is missed.
fn load(ways: impl Iterator<Item = Way>, modules: &Modules) {
    let names = ways.flat_map(|way| way.modules);
    let missing: Vec<_> = names.filter(|name| !modules.is_there(name)).collect();
    if !missing.is_empty() {
        modules.load(&missing);
    }
}

/// Whether the modules alone prove that an ability is there.
fn is_proven(ability: Ability, modules: &Modules) -> bool {
    ability.ways().iter().any(|way| match way.proof {
        Proof::Enough => way.modules.iter().all(|name| modules.is_there(name)),
        Proof::ToBeTried => false,
    })
}

fn is_there(ability: Ability, modules: &Modules, trial: &mut Trial) -> bool {
    is_proven(ability, modules) || trial.of(ability) == Some(true)
}
