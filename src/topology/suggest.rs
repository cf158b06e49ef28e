/// The candidate that was probably meant: the nearest one, if it is near enough to be a slip.
pub fn did_you_mean<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let lower = word.to_lowercase();
    let distance = |c: &str| strsim::damerau_levenshtein(&lower, &c.to_lowercase());
    let near = |c: &&str| distance(c) <= (word.chars().count().max(c.len()) / 3).max(1);
    candidates.into_iter().filter(near).min_by_key(|c| distance(c))
}

/// Help for a word that is none of the candidates.
pub fn help(word: &str, candidates: &[&str], noun: &str) -> String {
    let all = match candidates {
        [] => format!("there are no {noun}"),
        _ => format!("{noun}: {}", listed(candidates)),
    };
    match did_you_mean(word, candidates.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`? {all}"),
        None => all,
    }
}

/// Names in backticks, the first ones of very many.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 16;
    let shown: Vec<_> = names.iter().take(SHOWN).map(|n| format!("`{n}`")).collect();
    let more = names.len().saturating_sub(SHOWN);
    match more {
        0 => shown.join(", "),
        _ => format!("{} and {more} more", shown.join(", ")),
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
            help("wr", &["rr", "wrr"], "schedulers"),
            "did you mean `rr`? schedulers: `rr`, `wrr`"
        );
        assert_eq!(help("x", &[], "networks"), "there are no networks");
        let names: Vec<_> = (0..20).map(|n| format!("node-number-{n}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        assert!(help("zzz", &names, "nodes").ends_with("`node-number-15` and 4 more"));
    }
}
