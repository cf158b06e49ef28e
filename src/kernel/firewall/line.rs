use crate::plan::quoted;

/// The words of a line of iptables-save(8), which puts quotes around one that needs them, and a
/// backslash before quotes and backslashes in it (xtables_save_string in libxtables).
pub(super) fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut is_open) = (Vec::new(), None::<String>, false);
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                is_open = !is_open;
                word.get_or_insert_default();
            }
            '\\' if is_open => word.get_or_insert_default().extend(letters.next()),
            ' ' if !is_open => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    words
}

/// What takes away a rule, or lets a policy accept, that a program of iptables(8) saved so.
pub(super) fn away(program: &str, table: &str, line: &str) -> Option<String> {
    let words = words(line);
    let (verb, rest) = words.split_first()?;
    let undone = match (verb.as_str(), rest) {
        ("-A", _) => {
            let rest: Vec<_> = rest.iter().map(|word| quoted(word)).collect();
            format!("-D {}", rest.join(" "))
        }
        ("-P", [chain, ..]) => format!("-P {chain} ACCEPT"),
        _ => return None,
    };
    Some(format!("{program} -t {table} {undone}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_one_word() {
        let line = r#"-A INPUT ! -s 10.0.0.1/32 -m comment --comment "it\'s \"$HOME\" " -j DROP"#;
        let comment = "it's \"$HOME\" ";
        let front = ["-A", "INPUT", "!", "-s", "10.0.0.1/32", "-m", "comment", "--comment"];
        assert_eq!(words(line), [&front[..], &[comment, "-j", "DROP"]].concat());
        assert_eq!(words(r#"--comment """#), ["--comment", ""]);
    }

    #[test]
    fn a_rule_goes_as_it_was_written_and_a_policy_accepts() {
        let away = |line| away("iptables-legacy", "filter", line);
        assert_eq!(
            away(r#"-A INPUT -m comment --comment "my \$ own" -j DROP"#).unwrap(),
            "iptables-legacy -t filter -D INPUT -m comment --comment 'my $ own' -j DROP"
        );
        assert_eq!(away("-P INPUT DROP").unwrap(), "iptables-legacy -t filter -P INPUT ACCEPT");
        assert_eq!(away("-N MINE"), None);
    }
}
