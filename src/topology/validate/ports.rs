use super::super::{
    rule,
    wire::{List, VirtualService},
};
use super::{Draft, number::Bounds, scenario};
use crate::lab::{FirewallMark, Marked, Place};
use std::num::NonZeroU32;

/// How many ports one rule of iptables(8) takes (XT_MULTI_PORTS in linux/netfilter/xt_multiport.h).
const MOST: usize = 15;

/// The virtual ports of a service, at least one, and the mark that its packets get.
pub struct Ports {
    /// The first.
    pub first: u16,
    /// All of them with the mark, where there is one.
    pub marked: Option<Marked>,
}

impl Ports {
    /// Stands for ports that are unknown: no entry of a table has this one.
    pub const UNKNOWN: Self = Self { first: 0, marked: None };
}

/// Builds what a service says of its ports.
pub fn build(wire: &VirtualService, at: &Place, draft: &mut Draft<'_>) -> Option<Ports> {
    let given = [("port", wire.port.is_some()), ("ports", wire.ports.is_some())];
    let lone = scenario::only_one(&given, &at.as_key(), "virtual service", draft.faults);
    let port = wire.port.map(|port| Bounds::port().check(port, &at.key("port"), draft.faults));
    let ports = wire.ports.as_ref().map(|ports| several(ports, &at.key("ports"), draft));
    let mark = wire.firewall_mark.map(|mark| self::mark(mark, &at.key("firewall_mark"), draft));
    let ports = lone.then(|| port.map_or(ports.flatten(), |port| Some(vec![port?])))??;
    let first = *ports.first()?;
    match mark {
        Some(mark) => Some(Ports { first, marked: Some(Marked { mark: mark?, ports }) }),
        None if ports.len() > 1 => {
            if draft.faults.sure(&at.key("firewall_mark")) {
                unmarked(at, draft);
            }
            None
        }
        None => Some(Ports { first, marked: None }),
    }
}

/// A firewall mark.
fn mark(number: i64, at: &Place, draft: &mut Draft<'_>) -> Option<FirewallMark> {
    let why = "a mark has 32 bits, and packets without one have 0";
    let range = 1..=i64::from(u32::MAX);
    let bounds = Bounds { rule: rule::FIREWALL_MARK, noun: "firewall mark", range, why };
    let number: u32 = bounds.check(number, at, draft.faults)?;
    NonZeroU32::new(number).map(FirewallMark)
}

fn several(list: &List<i64>, at: &Place, draft: &mut Draft<'_>) -> Option<Vec<u16>> {
    let mut ports = Vec::new();
    let mut faulty = 0;
    for (index, port) in list.0.iter().enumerate() {
        let at = at.index(index);
        match port.and_then(|port| Bounds::port().check(port, &at, draft.faults)) {
            None => faulty += 1,
            Some(port) if ports.contains(&port) => {
                let message = format!("the port `{port}` is there already");
                draft.faults.push(rule::PORT.at(&at, message, "name each port once"));
            }
            Some(port) => ports.push(port),
        }
    }
    if faulty > 0 {
        return None;
    }
    let message = match ports.len() {
        0 => "there are no ports".to_owned(),
        1..=MOST => return Some(ports),
        many => format!("these are {many} ports"),
    };
    let help = format!("name 1 to {MOST} ports: one rule of the firewall takes no more");
    draft.faults.push(rule::PORT.at(&at.as_key(), message, help));
    None
}

fn unmarked(at: &Place, draft: &mut Draft<'_>) {
    draft.faults.push(rule::UNMARKED.at(
        &at.key("ports").as_key(),
        "several ports are one virtual service only by a firewall mark",
        "add `firewall_mark: 1`, or write a virtual service for each port",
    ));
}
