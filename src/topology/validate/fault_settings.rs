use super::super::{rule, wire};
use super::Draft;
use crate::lab::Place;

/// The settings that a kind of fault takes.
fn of_kind(kind: &str) -> &'static [&'static str] {
    match kind {
        "fail" => &["status"],
        "slow" => &["by"],
        "cut" => &["network"],
        "weight" => &["to", "service"],
        "remove" => &["service"],
        "impair" => &["network", "delay", "loss"],
        _ => &[],
    }
}

/// Whether a fault has no settings but those of its kind.
pub fn check(kind: &str, wire: &wire::Fault, at: &Place, draft: &mut Draft<'_>) {
    let takes = of_kind(kind);
    let strange = wire.settings().into_iter().filter(|(key, given)| *given && !takes.contains(key));
    for (key, _) in strange {
        let quoted: Vec<_> = takes.iter().map(|key| format!("`{key}`")).collect();
        let help = match quoted.as_slice() {
            [] => format!("leave it out: `{kind}` needs no more than its node"),
            quoted => format!("`{kind}` takes {}", quoted.join(", ")),
        };
        let message = format!("`{key}` is no setting of the fault `{kind}`");
        draft.faults.push(rule::FAULT_SETTING.at(&at.key(key).as_key(), message, help));
    }
}
