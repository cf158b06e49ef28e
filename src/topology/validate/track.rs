use super::super::{
    rule,
    wire::{self, List},
};
use super::{Draft, network, number::Bounds, scenario, value};
use crate::lab::{Place, Track, Tracked};
use std::time::Duration;

/// The time between two runs of a command where the file does not say.
const INTERVAL: Duration = Duration::from_secs(1);

/// Builds what a virtual router watches.
pub fn build(tracks: List<wire::Track>, at: &Place, draft: &mut Draft<'_>) -> Vec<Track> {
    let tracks = tracks.0.into_iter().enumerate();
    tracks.filter_map(|(index, track)| one(track?, &at.index(index), draft)).collect()
}

fn one(wire: wire::Track, at: &Place, draft: &mut Draft<'_>) -> Option<Track> {
    let given = [("network", wire.network.is_some()), ("command", wire.command.is_some())];
    let lone = scenario::only_one(&given, at, "tracked thing", draft.faults);
    let why = "keepalived.conf(5) takes no other weight, as priorities are 1 to 254";
    let bounds = Bounds { rule: rule::TRACK, noun: "tracking weight", range: -253..=253, why };
    let weight = bounds.check(wire.weight.unwrap_or(0), &at.key("weight"), draft.faults);
    let subject = match wire {
        _ if !lone => return None,
        wire::Track { network: Some(ref word), .. } => {
            idle_settings(&wire, at, draft);
            Tracked::Network(network::find(word, &at.key("network"), draft)?.0)
        }
        wire => command(wire, at, draft)?,
    };
    Some(Track { subject, weight: weight? })
}

/// Settings of commands do nothing for a network.
fn idle_settings(wire: &wire::Track, at: &Place, draft: &mut Draft<'_>) {
    let settings = [
        ("interval", wire.interval.is_some()),
        ("rise", wire.rise.is_some()),
        ("fall", wire.fall.is_some()),
    ];
    for (key, _) in settings.into_iter().filter(|(_, given)| *given) {
        draft.faults.push(rule::NO_EFFECT.at(
            &at.key(key).as_key(),
            format!("`{key}` has no effect on a tracked network"),
            "leave it out: the kernel tells at once when an interface goes down or up",
        ));
    }
}

fn command(wire: wire::Track, at: &Place, draft: &mut Draft<'_>) -> Option<Tracked> {
    let interval = wire.interval.map(|t| value::duration(&t, &at.key("interval"), draft.faults));
    let mut times = |number: Option<i64>, key| {
        let bounds = Bounds::plain("number of times", 1..=1_000_000);
        bounds.check(number.unwrap_or(1), &at.key(key), draft.faults)
    };
    let (rise, fall) = (times(wire.rise, "rise"), times(wire.fall, "fall"));
    let interval = interval.unwrap_or(Some(INTERVAL));
    let shell = value::shell(wire.command?, &at.key("command"), draft.faults);
    Some(Tracked::Command { shell: shell?, interval: interval?, rise: rise?, fall: fall? })
}
