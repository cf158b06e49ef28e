use super::chain::Chain;
use super::rule::{Rule, Rules};
use crate::plan::PacketMark;

/// Rules without our sign that do what ours would, each in every one of its chains. Several marks
/// of one number for one VIP, as they are typed for each port, are one.
pub(super) fn rules(found: &[(Chain, Rule)]) -> Vec<Rule> {
    let mut together: Vec<(Chain, Rule)> = Vec::new();
    for (chain, rule) in found {
        let same = together.iter_mut().find(|(c, there)| c == chain && is_part(there, rule));
        match (same, rule) {
            (Some((_, Rule::Mark(there))), Rule::Mark(more)) => there.ports.extend(&more.ports),
            _ => together.push((*chain, rule.clone())),
        }
    }
    Rules::of(&together).whole
}

fn is_part(there: &Rule, rule: &Rule) -> bool {
    let key = |packets: &PacketMark| (packets.mark, packets.vip, packets.protocol);
    match (there, rule) {
        (Rule::Mark(there), Rule::Mark(rule)) => key(there) == key(rule),
        (Rule::Mark(_) | Rule::SourceNat(_), Rule::Mark(_) | Rule::SourceNat(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::firewall::example::mark;

    #[test]
    fn a_rule_for_each_port_marks_all_of_them() {
        let one = |port: u16| Rule::Mark(PacketMark { ports: [port].into(), ..mark() });
        let both = |chain| mark().ports.into_iter().map(move |port| (chain, one(port)));
        let found: Vec<_> = both(Chain::Prerouting).chain(both(Chain::Output)).collect();
        assert_eq!(rules(&found), [Rule::Mark(mark())]);
        // The director's own packets to the second port have no mark.
        assert_eq!(rules(&found[..3]), []);
    }
}
