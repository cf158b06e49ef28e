use super::lexer::{Piece, Raw};
use super::{base, is_ipvsadm};

/// Programs that run another one as it stands behind their own words.
const RUNNERS: [&str; 16] = [
    "sudo", "doas", "env", "nice", "ionice", "nohup", "time", "timeout", "setsid", "taskset",
    "chrt", "ip", "nsenter", "unshare", "chroot", "stdbuf",
];

/// Programs that run a text as a shell does.
const SHELLS: [&str; 11] =
    ["sh", "bash", "dash", "ash", "ksh", "zsh", "eval", "ssh", "su", "runuser", "watch"];

/// Programs that only look at words, or show them.
const READERS: [&str; 13] = [
    "echo", "printf", "logger", "test", "[", "[[", "which", "type", "man", "ls", "grep",
    "modprobe", "cat",
];

/// How a command that begins with another program's name adds to the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// As it does alone: ipvsadm's name is this word.
    Plain(usize),
    /// In a way that the other program knows: this word says so.
    Unsure(usize),
}

/// How another program's command adds to the table, if it does; the texts are those of the words,
/// variables as they are set.
pub fn run(words: &[Raw], texts: &[String]) -> Option<Run> {
    let program = base(texts.first()?);
    let name = texts.iter().position(|text| is_ipvsadm(text)).filter(|at| *at > 0);
    if let Some(at) = name.filter(|at| adds(&texts[at + 1..]) && !READERS.contains(&program)) {
        let is_runner = RUNNERS.contains(&program);
        return Some(if is_runner { Run::Plain(at) } else { Run::Unsure(at) });
    }
    let is_said = |word: &Raw| is_added_in(&shown(word));
    let said = words.iter().position(is_said).filter(|_| SHELLS.contains(&program));
    said.map(Run::Unsure)
}

/// The word of a command that a shell puts together by adding to the table.
pub fn put_in(words: &[Raw]) -> Option<&Raw> {
    let adds = |piece: &Piece| match piece {
        Piece::Unsure(text) => is_added_in(text),
        Piece::Text(_) | Piece::Variable(_) | Piece::Kept(_) => false,
    };
    words.iter().find(|word| word.pieces.iter().any(adds))
}

/// Whether words add a service or a real server, as ipvsadm's words do and those of iptables do
/// not.
pub fn adds<T: AsRef<str>>(words: &[T]) -> bool {
    let verbs = ["-A", "-a", "--add-service", "--add-server"];
    let kinds =
        ["-t", "-u", "-f", "--tcp-service", "--udp-service", "--sctp-service", "--fwmark-service"];
    let is_kind = |word: &str| {
        // What is not known may be one.
        kinds.contains(&word.split('=').next().unwrap_or_default()) || word.is_empty()
    };
    let is_joined = |word: &str| {
        let rest = word.strip_prefix("-A").or_else(|| word.strip_prefix("-a"));
        rest.is_some_and(|rest| rest.starts_with(['t', 'u', 'f']))
    };
    let pairs = words.windows(2).map(|pair| (pair[0].as_ref(), pair[1].as_ref()));
    words.iter().any(|word| is_joined(word.as_ref()))
        || pairs.into_iter().any(|(verb, kind)| verbs.contains(&verb) && is_kind(kind))
}

/// The program that a text for a shell looks for, as `$(which ipvsadm)` does.
pub fn looked_up(text: &str) -> Option<String> {
    let inner = text.trim_start_matches(['$', '(', '`']).trim_end_matches([')', '`']);
    let words: Vec<_> = inner.split_ascii_whitespace().collect();
    let program = match words.as_slice() {
        [.., last] if is_ipvsadm(last) => last,
        ["which", program, ..] | ["command", "-v", program, ..] => program,
        ["type", "-p" | "-P", program, ..] => program,
        _ => return None,
    };
    Some(base(program).to_owned())
}

/// Whether a text for a shell adds to the table.
fn is_added_in(text: &str) -> bool {
    let words: Vec<_> = text
        .split([' ', '\t', '(', ')', '`', '"', '\'', ';', '&', '|'])
        .filter(|word| !word.is_empty())
        .collect();
    let name = words.iter().position(|word| is_ipvsadm(word));
    name.is_some_and(|at| adds(&words[at + 1..]))
}

/// A word as it stands in the script, without its quotes.
pub fn shown(word: &Raw) -> String {
    let texts = word.pieces.iter().map(|piece| match piece {
        Piece::Text(text) | Piece::Unsure(text) => text.clone(),
        Piece::Variable(name) | Piece::Kept(name) => format!("${name}"),
    });
    texts.collect()
}

/// What may stand before a program's name.
pub fn is_before(word: &Raw) -> bool {
    let words = ["sudo", "doas", "exec", "command", "export", "local", "readonly"];
    word.literal().is_some_and(|text| words.contains(&text.as_str()))
}
