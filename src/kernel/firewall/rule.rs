use super::chain::Chain;
use crate::lab::Family;
use crate::plan::{PacketMark, ServiceKey};

/// One thing that a director's firewall does, in as many chains as it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::kernel) enum Rule {
    /// Replaces the client's address in connections of a virtual service.
    SourceNat(ServiceKey),
    /// Marks packets.
    Mark(PacketMark),
}

impl Rule {
    /// The family of the packets that it is for.
    pub(super) fn family(&self) -> Family {
        match self {
            Self::SourceNat(service) => service.family(),
            Self::Mark(mark) => mark.family(),
        }
    }

    /// The chains that it stands in.
    pub(super) fn chains(&self) -> &'static [Chain] {
        match self {
            Self::SourceNat(_) => &[Chain::Postrouting],
            Self::Mark(_) => &[Chain::Prerouting, Chain::Output],
        }
    }
}

/// The rules that stand in a namespace.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::kernel) struct Rules {
    /// Those that are in every one of their chains.
    pub(in crate::kernel) whole: Vec<Rule>,
    /// Those that are in some only, and so do half their work.
    pub(in crate::kernel) partial: Vec<Rule>,
    /// The same without our sign, as they are typed.
    pub(in crate::kernel) typed: Vec<Rule>,
}

impl Rules {
    /// Puts together what was found in each chain.
    pub(super) fn of(found: &[(Chain, Rule)]) -> Self {
        let mut rules = Self::default();
        for (_, rule) in found {
            let has = |chain: &Chain| found.iter().any(|(c, r)| c == chain && r == rule);
            let all = rule.chains().iter().all(has);
            let same = if all { &mut rules.whole } else { &mut rules.partial };
            if !same.contains(rule) {
                same.push(rule.clone());
            }
        }
        rules
    }

    /// Takes in those that another program knows of.
    pub(super) fn extend(&mut self, others: Self) {
        self.whole.extend(others.whole);
        self.partial.extend(others.partial);
        self.typed.extend(others.typed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::firewall::example::{mark, web};

    #[test]
    fn a_mark_that_misses_the_directors_own_requests_is_not_there() {
        let (mark, nat) = (Rule::Mark(mark()), Rule::SourceNat(web()));
        let half = vec![(Chain::Prerouting, mark.clone()), (Chain::Postrouting, nat.clone())];
        let rules = Rules::of(&half);
        assert_eq!(
            rules,
            Rules { whole: vec![nat.clone()], partial: vec![mark.clone()], typed: vec![] }
        );
        let rules = Rules::of(&[half, vec![(Chain::Output, mark.clone())]].concat());
        assert_eq!(rules, Rules { whole: vec![mark, nat], ..Rules::default() });
    }
}
