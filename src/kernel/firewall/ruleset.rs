use super::chain::Chain;
use super::nft::{TABLE, keyword};
use super::rule::Rule;
use crate::lab::Family;
use crate::plan::ServiceKey;
use std::fmt::Write;

/// The table with these rules and no others, in one transaction.
pub(super) fn ruleset(family: Family, rules: &[Rule]) -> String {
    let keyword = keyword(family);
    let mut text = format!("add table {keyword} {TABLE}\ndelete table {keyword} {TABLE}\n");
    if rules.is_empty() {
        return text;
    }
    let _ = writeln!(text, "table {keyword} {TABLE} {{");
    for chain in Chain::ALL {
        text += &block(chain, rules);
    }
    text.push_str("}\n");
    text
}

/// A chain with those of the rules that stand in it; nothing if there are none.
fn block(chain: Chain, rules: &[Rule]) -> String {
    let mut inside = rules.iter().filter(|rule| rule.chains().contains(&chain)).peekable();
    if inside.peek().is_none() {
        return String::new();
    }
    let mut text = format!("  chain {} {{\n    {}\n", chain.keyword(), chain.hook());
    for rule in inside {
        let _ = writeln!(text, "    {}", line(rule));
    }
    text.push_str("  }\n");
    text
}

fn line(rule: &Rule) -> String {
    let ip = keyword(rule.family());
    match rule {
        Rule::SourceNat(ServiceKey::Address(protocol, address)) => format!(
            "ct original {ip} daddr {} meta l4proto {protocol} ct original proto-dst {} masquerade",
            address.ip(),
            address.port()
        ),
        Rule::SourceNat(ServiceKey::Mark(mark, _)) => format!("meta mark {mark} masquerade"),
        Rule::Mark(packets) => format!(
            "{ip} daddr {} {} dport {{ {} }} meta mark set {}",
            packets.vip,
            packets.protocol,
            packets.port_list(),
            packets.mark
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::firewall::example::{mark, web};
    use crate::lab::Protocol;

    #[test]
    fn a_ruleset_replaces_the_table_as_a_whole() {
        let dns = ServiceKey::Address(Protocol::Udp, "10.0.0.1:53".parse().unwrap());
        let marked = ServiceKey::Mark(mark().mark, Family::Inet);
        let rules = [web(), dns, marked].map(Rule::SourceNat);
        let rules = [&rules[..], &[Rule::Mark(mark())]].concat();
        insta::assert_snapshot!(ruleset(Family::Inet, &rules));
    }

    #[test]
    fn without_rules_the_table_goes() {
        let text = ruleset(Family::Inet6, &[]);
        assert_eq!(text, "add table ip6 lvs-lab\ndelete table ip6 lvs-lab\n");
    }
}
