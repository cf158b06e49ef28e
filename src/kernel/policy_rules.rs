use super::netlink::Netlink;
use super::{Cause, ObservedPolicyRule};
use crate::lab::Family;
use rtnetlink::packet_route::rule::{
    RuleAction, RuleAttribute, RuleFlags, RuleMessage, RulePortRange,
};
use rtnetlink::packet_route::{AddressFamily, RouteNetlinkMessage as Message};

/// The rules that every namespace has (fib_default_rules_init in net/ipv4/fib_rules.c, and
/// fib6_rules_net_init in net/ipv6/fib6_rules.c): priority and words.
const DEFAULT: [(u32, &str); 3] = [
    (0, "from all lookup local"),
    (32766, "from all lookup main"),
    (32767, "from all lookup default"),
];

/// What the kernel has for no limit, and for every bit of a mark.
const ALL: u32 = u32::MAX;

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
    let (priority, words) = Told::of(rule).read();
    let is_default = DEFAULT.contains(&(priority, &words));
    (!is_default).then_some(ObservedPolicyRule { family, priority, words })
}

/// What the attributes of a rule say, in the words of ip-rule(8), which takes them in any order
/// behind `from`.
struct Told {
    priority: u32,
    table: u32,
    from: String,
    selector: String,
    mark: (u32, u32),
    goto: u32,
    is_of_vrf: bool,
    /// What follows on the action.
    limits: String,
    action: RuleAction,
    is_inverted: bool,
}

impl Told {
    fn of(rule: &RuleMessage) -> Self {
        let header = &rule.header;
        let mut told = Self {
            priority: 0,
            table: u32::from(header.table),
            from: "all".to_owned(),
            selector: String::new(),
            mark: (0, 0),
            goto: 0,
            is_of_vrf: false,
            limits: String::new(),
            action: header.action,
            is_inverted: header.flags.contains(RuleFlags::Invert),
        };
        if header.tos != 0 {
            told.selector += &format!(" tos {:#x}", header.tos);
        }
        rule.attributes.iter().for_each(|attribute| told.look_at(attribute, rule));
        told
    }

    fn look_at(&mut self, attribute: &RuleAttribute, rule: &RuleMessage) {
        let words = match attribute {
            RuleAttribute::Destination(to) => format!(" to {to}/{}", rule.header.dst_len),
            RuleAttribute::Iifname(name) => format!(" iif {name}"),
            RuleAttribute::Oifname(name) => format!(" oif {name}"),
            RuleAttribute::IpProtocol(number) => format!(" ipproto {}", u8::from(*number)),
            RuleAttribute::SourcePortRange(ports) => format!(" sport {}", range(ports)),
            RuleAttribute::DestinationPortRange(ports) => format!(" dport {}", range(ports)),
            RuleAttribute::UidRange(uids) => format!(" uidrange {}-{}", uids.start, uids.end),
            RuleAttribute::TunId(number) => format!(" tun_id {number}"),
            other => return self.look_further(other, rule),
        };
        self.selector += &words;
    }

    /// At what does not choose packets by itself.
    fn look_further(&mut self, attribute: &RuleAttribute, rule: &RuleMessage) {
        match attribute {
            RuleAttribute::Priority(number) => self.priority = *number,
            RuleAttribute::Table(number) => self.table = *number,
            RuleAttribute::Goto(priority) => self.goto = *priority,
            RuleAttribute::Source(from) => self.from = format!("{from}/{}", rule.header.src_len),
            RuleAttribute::FwMark(mark) => self.mark.0 = *mark,
            RuleAttribute::FwMask(mask) => self.mark.1 = *mask,
            RuleAttribute::L3MDev(is_of_vrf) => self.is_of_vrf = *is_of_vrf,
            RuleAttribute::SuppressPrefixLen(length) if *length != ALL => {
                self.limits += &format!(" suppress_prefixlength {length}");
            }
            RuleAttribute::SuppressIfGroup(group) if *group != ALL => {
                self.limits += &format!(" suppress_ifgroup {group}");
            }
            RuleAttribute::Realm(realm) => {
                self.limits += &format!(" realms {}/{}", realm.source, realm.destination);
            }
            _ => {}
        }
    }

    /// Its priority, and the rest.
    fn read(&self) -> (u32, String) {
        let not = if self.is_inverted { "not " } else { "" };
        let mark = match self.mark {
            (0, 0) => String::new(),
            (mark, ALL) => format!(" fwmark {mark:#x}"),
            (mark, mask) => format!(" fwmark {mark:#x}/{mask:#x}"),
        };
        let action = match self.action {
            RuleAction::ToTable if self.is_of_vrf => "l3mdev".to_owned(),
            RuleAction::ToTable => format!("lookup {}", name(self.table)),
            RuleAction::Goto => format!("goto {}", self.goto),
            RuleAction::Nop => "nop".to_owned(),
            RuleAction::Blackhole => "blackhole".to_owned(),
            RuleAction::Unreachable => "unreachable".to_owned(),
            RuleAction::Prohibit => "prohibit".to_owned(),
            _ => "of another kind".to_owned(),
        };
        let Self { from, selector, limits, .. } = self;
        (self.priority, format!("{not}from {from}{selector}{mark} {action}{limits}"))
    }
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

fn range(ports: &RulePortRange) -> String {
    match (ports.start, ports.end) {
        (one, last) if one == last => one.to_string(),
        (first, last) => format!("{first}-{last}"),
    }
}
