/// How many candidates a word is held against. A file with very many names and as many slips is
/// still told of them in time that grows with its size.
const MOST_COMPARED: usize = 1024;

/// The candidate that was probably meant: the nearest one, if it is near enough to be a slip.
pub fn did_you_mean<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let (lower, length) = (word.to_lowercase(), word.chars().count());
    let near = |candidate: &'c str| {
        let most = (length.max(candidate.len()) / 3).max(1);
        // As many letters as one is longer, it takes to make one into the other.
        let may_be_near = length.abs_diff(candidate.chars().count()) <= most;
        let distance =
            may_be_near.then(|| strsim::osa_distance(&lower, &candidate.to_lowercase()))?;
        (distance <= most).then_some((distance, candidate))
    };
    let near = candidates.into_iter().take(MOST_COMPARED).filter_map(near);
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// Help for a word that is none of the candidates.
pub fn help<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str, IntoIter: Clone>,
    noun: &str,
) -> String {
    let candidates = candidates.into_iter();
    let all = match listed(candidates.clone()) {
        names if names.is_empty() => format!("there are no {noun}"),
        names => format!("{noun}: {names}"),
    };
    match did_you_mean(word, candidates) {
        Some(meant) => format!("did you mean `{meant}`? {all}"),
        None => all,
    }
}

/// Names in backticks, the first ones of very many.
fn listed<'c>(mut names: impl Iterator<Item = &'c str>) -> String {
    const SHOWN: usize = 16;
    let shown: Vec<_> = names.by_ref().take(SHOWN).map(|n| format!("`{n}`")).collect();
    match names.count() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let keys = ["clients", "directors", "rr", "wrr"];
        assert_eq!(did_you_mean("clents", keys), Some("clients"));
        assert_eq!(did_you_mean("Directors", keys), Some("directors"));
        assert_eq!(did_you_mean("wrrr", keys), Some("wrr"));
        assert_eq!(did_you_mean("networks", keys), None);
    }

    #[test]
    fn help_names_all_candidates_unless_there_are_very_many() {
        assert_eq!(
            help("wr", ["rr", "wrr"], "schedulers"),
            "did you mean `rr`? schedulers: `rr`, `wrr`"
        );
        assert_eq!(help("x", [], "networks"), "there are no networks");
        let names: Vec<_> = (0..20).map(|n| format!("node-number-{n}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        assert!(
            help("zzz", names.iter().copied(), "nodes").ends_with("`node-number-15` and 4 more")
        );
    }
}
