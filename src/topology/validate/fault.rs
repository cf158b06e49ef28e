use super::super::{
    rule,
    wire::{self, NumberOrText},
};
use super::{
    Draft, destination, fault_settings, network, number::Bounds, request, scenario, value,
};
use crate::lab::{Fault, FaultKind, Healing, NetworkName, Node, NodeName, Place, ServiceName};
use std::time::Duration;

/// The word that means every fault.
pub const ALL: &str = "all";

/// A setting that a kind of fault cannot do without.
struct Need {
    kind: &'static str,
    key: &'static str,
    help: &'static str,
}

const BY: Need =
    Need { kind: "slow", key: "by", help: "say how much later answers come, as in `by: 2s`" };
const TO: Need =
    Need { kind: "weight", key: "to", help: "say the new weight, as in `to: 0` to quiesce" };
const CABLE: Need =
    Need { kind: "cut", key: "network", help: "say which cable is pulled, as in `network: lan`" };
const IMPAIRMENT: Need =
    Need { kind: "impair", key: "delay", help: "add `delay: 50ms`, `loss: 10` or both" };

/// Builds a heal step's healing.
pub fn healing(word: &str, at: &Place, draft: &mut Draft<'_>) -> Option<Healing> {
    match word {
        ALL => Some(Healing::All),
        word => scenario::node(word, at, draft).map(Healing::Node),
    }
}

/// Builds a fault step's fault.
pub fn build(mut wire: wire::Fault, at: &Place, draft: &mut Draft<'_>) -> Option<Fault> {
    let kinds = wire.kinds();
    let given: Vec<_> = kinds.iter().map(|(key, node)| (*key, node.is_some())).collect();
    let lone = scenario::only_one(&given, &at.as_key(), "fault", draft.faults);
    let chosen = kinds.into_iter().find_map(|(key, node)| Some((key, node?.to_owned())));
    let (key, word) = chosen.filter(|_| lone)?;
    let node = scenario::node(&word, &at.key(key), draft);
    fault_settings::check(key, &wire, at, draft);
    let mut making = Making { wire: &mut wire, at, draft };
    let kind = making.kind(key, node.as_ref());
    Some(Fault { node: node?, kind: kind? })
}

/// A fault in the making.
struct Making<'m, 'f> {
    wire: &'m mut wire::Fault,
    at: &'m Place,
    draft: &'m mut Draft<'f>,
}

impl Making<'_, '_> {
    fn kind(&mut self, key: &str, node: Option<&NodeName>) -> Option<FaultKind> {
        let kind = match key {
            "stop" => FaultKind::Stop,
            "hang" => FaultKind::Hang,
            "fail" => FaultKind::Fail { status: self.status()? },
            "slow" => FaultKind::Slow { by: self.by()? },
            "cut" => FaultKind::Cut { network: self.cut(node)? },
            "isolate" => FaultKind::Isolate,
            "kill" => FaultKind::Kill,
            "kill_daemons" => FaultKind::KillDaemons,
            "weight" => {
                let service = self.service();
                FaultKind::Weight { to: self.to()?, service: service? }
            }
            "remove" => FaultKind::Remove { service: self.service()? },
            _ => self.impair()?,
        };
        Some(kind)
    }

    fn status(&mut self) -> Option<u16> {
        let (number, at) = (self.wire.status.unwrap_or(500), self.at.key("status"));
        Bounds::plain("status", 200..=599).check(number, &at, self.draft.faults)
    }

    fn by(&mut self) -> Option<Duration> {
        let text = self.wire.by.take();
        let text = self.needed(text, &BY)?;
        value::duration(&text, &self.at.key("by"), self.draft.faults)
    }

    fn to(&mut self) -> Option<u32> {
        let number = self.needed(self.wire.to, &TO)?;
        destination::weight_bounds().check(number, &self.at.key("to"), self.draft.faults)
    }

    /// A setting without which the fault would be a guess.
    fn needed<T>(&mut self, setting: Option<T>, need: &Need) -> Option<T> {
        if setting.is_none() && self.draft.faults.sure(&self.at.key(need.key)) {
            let message = format!("the fault `{}` has no `{}`", need.kind, need.key);
            self.draft.faults.push(rule::MISSING_KEY.at(&self.at.as_key(), message, need.help));
        }
        setting
    }

    /// The virtual service, or none for all of them; nothing if it is faulty.
    fn service(&mut self) -> Option<Option<ServiceName>> {
        let Some(word) = self.wire.service.take() else { return Some(None) };
        request::service(&word, &self.at.key("service"), self.draft).map(Some)
    }

    /// The network that the fault names; nothing if it is faulty.
    fn network(&mut self) -> Option<Option<NetworkName>> {
        let Some(word) = self.wire.network.take() else { return Some(None) };
        network::find(&word, &self.at.key("network"), self.draft).map(|(name, _)| Some(name))
    }

    /// The network that is cut off: the node's only one, if none is named.
    fn cut(&mut self, node: Option<&NodeName>) -> Option<NetworkName> {
        if let Some(network) = self.network()? {
            return Some(network);
        }
        let node: &Node = self.draft.lab.node(node?)?;
        let only = match node.interfaces.as_slice() {
            [only] => Some(only.network.clone()),
            _ => None,
        };
        self.needed(only, &CABLE)
    }

    fn impair(&mut self) -> Option<FaultKind> {
        let delay_at = self.at.key("delay");
        let delay = self.wire.delay.take();
        let nothing = delay.is_none() && self.wire.loss.is_none();
        let delay = delay.map(|text| value::duration(&text, &delay_at, self.draft.faults));
        let loss = self.wire.loss.take().map(|loss| self.loss(&loss));
        let network = self.network();
        if nothing {
            self.needed(None::<()>, &IMPAIRMENT);
            return None;
        }
        Some(FaultKind::Impair {
            network: network?,
            delay: delay.unwrap_or(Some(Duration::ZERO))?,
            loss: loss.unwrap_or(Some(0))?,
        })
    }

    /// Packets of a hundred: `10`, or `10%`.
    fn loss(&mut self, wire: &NumberOrText) -> Option<u8> {
        let text = wire.to_string();
        let number = text.trim_end_matches('%').trim().parse().unwrap_or(-1);
        if (1..=100).contains(&number) {
            return u8::try_from(number).ok();
        }
        self.draft.faults.push(rule::OUT_OF_RANGE.at(
            &self.at.key("loss"),
            format!("`{text}` is no share of packets that can be lost"),
            "choose 1 to 100 per cent, in whole numbers",
        ));
        None
    }
}
