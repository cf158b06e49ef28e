use super::netlink::Netlink;
use super::{Cause, ObservedPolicyRule};
use crate::lab::Family;
use rtnetlink::packet_route::rule::{RuleAction, RuleAttribute, RuleMessage};
use rtnetlink::packet_route::{AddressFamily, RouteNetlinkMessage as Message};

/// The rules that every namespace has (fib_default_rules_init in net/ipv4/fib_rules.c, and
/// fib6_rules_net_init in net/ipv6/fib6_rules.c): priority and table.
const DEFAULT: [(u32, u32); 3] = [(0, 255), (32766, 254), (32767, 253)];

/// The policy rules of a namespace, but for those that every one has.
pub(super) fn strange(node: &Netlink) -> Result<Vec<ObservedPolicyRule>, Cause> {
    let answers = node.dump(Message::GetRule(RuleMessage::default()))?;
    let rules = answers.into_iter().filter_map(|answer| match answer {
        Message::NewRule(rule) => observed(&rule),
        _ => None,
    });
    Ok(rules.collect())
}

fn observed(rule: &RuleMessage) -> Option<ObservedPolicyRule> {
    let family = match rule.header.family {
        AddressFamily::Inet => Family::Inet,
        AddressFamily::Inet6 => Family::Inet6,
        _ => return None,
    };
    let Selector { priority, table, words } = Selector::of(rule);
    let is_default = words == "from all" && DEFAULT.contains(&(priority, table));
    let action = match rule.header.action {
        RuleAction::ToTable => format!("lookup {}", name(table)),
        RuleAction::Goto => "goto".to_owned(),
        RuleAction::Nop => "nop".to_owned(),
        RuleAction::Blackhole => "blackhole".to_owned(),
        RuleAction::Unreachable => "unreachable".to_owned(),
        RuleAction::Prohibit => "prohibit".to_owned(),
        _ => "of another kind".to_owned(),
    };
    let words = format!("{words} {action}");
    (!is_default).then_some(ObservedPolicyRule { family, priority, words })
}

/// A table as ip(8) names it.
fn name(table: u32) -> String {
    match table {
        255 => "local".to_owned(),
        254 => "main".to_owned(),
        253 => "default".to_owned(),
        number => number.to_string(),
    }
}

/// Which packets a rule is for, in the words of ip-rule(8).
struct Selector {
    priority: u32,
    table: u32,
    words: String,
}

impl Selector {
    fn of(rule: &RuleMessage) -> Self {
        let (header, mut from) = (&rule.header, "all".to_owned());
        let (mut priority, mut table, mut words) = (0, u32::from(header.table), String::new());
        for attribute in &rule.attributes {
            match attribute {
                RuleAttribute::Priority(number) => priority = *number,
                RuleAttribute::Table(number) => table = *number,
                RuleAttribute::Source(address) => from = format!("{address}/{}", header.src_len),
                RuleAttribute::Destination(to) => words += &format!(" to {to}/{}", header.dst_len),
                RuleAttribute::FwMark(mark) => words += &format!(" fwmark {mark:#x}"),
                RuleAttribute::Iifname(name) => words += &format!(" iif {name}"),
                RuleAttribute::Oifname(name) => words += &format!(" oif {name}"),
                RuleAttribute::IpProtocol(number) => {
                    words += &format!(" ipproto {}", u8::from(*number));
                }
                RuleAttribute::L3MDev(true) => words += " l3mdev",
                _ => {}
            }
        }
        Self { priority, table, words: format!("from {from}{words}") }
    }
}
