use super::chain::Chain;
use crate::kernel::Removable;
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

/// A rule where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// In which chain.
    pub(super) chain: Chain,
    /// What it does.
    pub(super) rule: Rule,
    /// What takes it away.
    pub(super) away: Vec<String>,
}

/// The rules that stand in a namespace.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::kernel) struct Rules {
    /// Those that are in every one of their chains.
    pub(in crate::kernel) whole: Vec<Removable<Rule>>,
    /// Those that are in some only, and so do half their work.
    pub(in crate::kernel) partial: Vec<Removable<Rule>>,
    /// The same without our sign, as they are typed.
    pub(in crate::kernel) typed: Vec<Removable<Rule>>,
}

impl Rules {
    /// Puts together what was found in each chain.
    pub(super) fn of(found: &[Standing]) -> Self {
        let mut rules = Self::default();
        for Standing { rule, away, .. } in found {
            let has = |chain: &Chain| found.iter().any(|s| s.chain == *chain && s.rule == *rule);
            let all = rule.chains().iter().all(has);
            let same = if all { &mut rules.whole } else { &mut rules.partial };
            match same.iter_mut().find(|there| there.what == *rule) {
                Some(there) => there.away.extend(away.iter().cloned()),
                None => same.push(Removable { what: rule.clone(), away: away.clone() }),
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
        let at = |chain, rule: &Rule, away: &str| Standing {
            chain,
            rule: rule.clone(),
            away: vec![away.to_owned()],
        };
        let whole = |rule: &Rule, away: &[&str]| {
            let away = away.iter().map(|line| (*line).to_owned()).collect();
            Removable { what: rule.clone(), away }
        };
        let half = vec![at(Chain::Prerouting, &mark, "a"), at(Chain::Postrouting, &nat, "b")];
        let (partial, typed) = (vec![whole(&mark, &["a"])], vec![]);
        assert_eq!(Rules::of(&half), Rules { whole: vec![whole(&nat, &["b"])], partial, typed });
        let rules = Rules::of(&[half, vec![at(Chain::Output, &mark, "c")]].concat());
        let both = vec![whole(&mark, &["a", "c"]), whole(&nat, &["b"])];
        assert_eq!(rules, Rules { whole: both, ..Rules::default() });
    }
}
