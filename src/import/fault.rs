/// A word of a text; both count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The line.
    pub line: usize,
    /// The word of that line; words are what white space parts.
    pub word: usize,
}

/// What a text says, and where. Two are equal if they say the same, wherever they do.
#[derive(Clone, Copy, Debug)]
pub struct Said<T> {
    /// What.
    pub value: T,
    /// Where.
    pub spot: Spot,
}

impl<T: PartialEq> PartialEq for Said<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Said<T> {}

impl<T> Said<T> {
    /// Another value, said by the same word.
    pub fn map<U>(self, other: impl FnOnce(T) -> U) -> Said<U> {
        Said { value: other(self.value), spot: self.spot }
    }
}

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The tool itself would not take it either.
    Wrong,
    /// The tool would take it, and labs have nothing of the kind yet.
    NotYet,
}

/// One fault of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Whose fault it is.
    pub kind: Kind,
    /// Where.
    pub spot: Spot,
    /// What is wrong: subject first, lower case, no full stop, the user's words in backticks.
    pub message: String,
    /// What mends it: an imperative.
    pub help: String,
}

impl Fault {
    /// Something that the tool itself would not take.
    pub fn wrong(spot: Spot, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { kind: Kind::Wrong, spot, message: message.into(), help: help.into() }
    }

    /// Something that labs do not have.
    pub fn not_yet(spot: Spot, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { kind: Kind::NotYet, spot, message: message.into(), help: help.into() }
    }
}

/// The most lines that a fault names besides its own.
const NAMED: usize = 4;

/// Faults that say the same as one: at the first place, with the other lines.
pub fn once(faults: Vec<Fault>) -> Vec<Fault> {
    let mut all: Vec<(Fault, Vec<usize>)> = Vec::new();
    for fault in faults {
        let line = fault.spot.line;
        let is_same = |(known, _): &&mut (Fault, Vec<usize>)| {
            (&known.message, &known.help) == (&fault.message, &fault.help)
        };
        match all.iter_mut().find(is_same) {
            Some((known, lines)) if known.spot.line != line && lines.last() != Some(&line) => {
                lines.push(line);
            }
            Some(_) => {}
            None => all.push((fault, Vec::new())),
        }
    }
    let told = |(mut fault, lines): (Fault, Vec<usize>)| {
        fault.message += &others(&lines);
        fault
    };
    all.into_iter().map(told).collect()
}

/// As in " (line 3 has it too)".
pub fn others(lines: &[usize]) -> String {
    let named: Vec<_> = lines.iter().take(NAMED).map(|line| (line + 1).to_string()).collect();
    match (lines.len(), lines.len().saturating_sub(NAMED)) {
        (0, _) => String::new(),
        (1, _) => format!(" (line {} has it too)", named[0]),
        (_, 0) => format!(" (lines {} have it too)", named.join(", ")),
        (_, more) => format!(" (lines {} and {more} more have it too)", named.join(", ")),
    }
}
