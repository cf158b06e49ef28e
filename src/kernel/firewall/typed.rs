use super::rule::{Rule, Rules, Standing};
use crate::kernel::Removable;
use crate::plan::PacketMark;

/// Rules without our sign that do what ours would, each in every one of its chains. Several marks
/// of one number for one VIP, as they are typed for each port, are one.
pub(super) fn rules(found: Vec<Standing>) -> Vec<Removable<Rule>> {
    let mut together: Vec<Standing> = Vec::new();
    for more in found {
        let mut same = together.iter_mut().filter(|there| there.chain == more.chain);
        match same.find_map(|there| takes_in(&mut there.rule, &more.rule).then_some(there)) {
            Some(there) => there.away.extend(more.away),
            None => together.push(more),
        }
    }
    Rules::of(&together).whole
}

/// Adds the ports of another mark to a rule, if they are for the same packets.
fn takes_in(there: &mut Rule, more: &Rule) -> bool {
    let key = |packets: &PacketMark| (packets.mark, packets.vip, packets.protocol);
    match (there, more) {
        (Rule::Mark(there), Rule::Mark(more)) => {
            let is_same = key(there) == key(more);
            if is_same {
                there.ports.extend(&more.ports);
            }
            is_same
        }
        (Rule::Mark(_) | Rule::SourceNat(_), Rule::Mark(_) | Rule::SourceNat(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::firewall::chain::Chain;
    use crate::kernel::firewall::example::mark;

    #[test]
    fn a_rule_for_each_port_marks_all_of_them_and_each_goes_by_itself() {
        let one = |chain, port: u16| {
            let rule = Rule::Mark(PacketMark { ports: [port].into(), ..mark() });
            Standing { chain, rule, away: vec![format!("{} {port}", chain.keyword())] }
        };
        let both = |chain| mark().ports.into_iter().map(move |port| one(chain, port));
        let found: Vec<_> = both(Chain::Prerouting).chain(both(Chain::Output)).collect();
        let away = ["prerouting 80", "prerouting 443", "output 80", "output 443"];
        let whole = Removable { what: Rule::Mark(mark()), away: away.map(str::to_owned).into() };
        assert_eq!(rules(found.clone()), [whole]);
        // The director's own packets to the second port have no mark.
        assert_eq!(rules(found[..3].to_vec()), []);
    }
}
