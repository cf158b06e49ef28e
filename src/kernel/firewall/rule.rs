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

/// The rules that are in every one of their chains; one that is in some only does half its work.
pub(super) fn whole(found: Vec<(Chain, Rule)>) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for (_, rule) in &found {
        let has = |chain: &Chain| found.iter().any(|(c, r)| c == chain && r == rule);
        if !rules.contains(rule) && rule.chains().iter().all(has) {
            rules.push(rule.clone());
        }
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::firewall::example::{mark, web};

    #[test]
    fn a_mark_that_misses_the_directors_own_requests_is_not_there() {
        let (mark, nat) = (Rule::Mark(mark()), Rule::SourceNat(web()));
        let half = vec![(Chain::Prerouting, mark.clone()), (Chain::Postrouting, nat.clone())];
        assert_eq!(whole(half.clone()), std::slice::from_ref(&nat));
        assert_eq!(whole([half, vec![(Chain::Output, mark.clone())]].concat()), [mark, nat]);
    }
}
