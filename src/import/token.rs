use super::fault::{Fault, Said, Spot};
use super::option::{self, Argument, Known, Meaning};
use super::script::Word;
use std::iter::Peekable;
use std::slice::Iter;

/// An option as a line says it.
#[derive(Debug)]
pub struct Token<'t> {
    /// The option as it is written, as in `-w`.
    pub written: Said<String>,
    /// What it means.
    pub meaning: Meaning,
    /// Its argument.
    pub argument: Option<Said<&'t str>>,
}

/// The options of a command that a table may have, and a fault for everything else.
pub fn tokens<'t>(words: &'t [Word], faults: &mut Vec<Fault>) -> Vec<Token<'t>> {
    let words = words.iter().peekable();
    let mut reader = Reader { words, is_glued: false, tokens: Vec::new(), faults };
    while let Some(word) = reader.words.next() {
        reader.word(&word.text, word.spot);
    }
    reader.tokens
}

struct Reader<'t, 'f> {
    words: Peekable<Iter<'t, Word>>,
    /// Whether the last option has its argument in its own word, as in `-w3`.
    is_glued: bool,
    tokens: Vec<Token<'t>>,
    faults: &'f mut Vec<Fault>,
}

impl<'t> Reader<'t, '_> {
    fn word(&mut self, word: &'t str, spot: Spot) {
        if let Some(long) = word.strip_prefix("--") {
            let (name, value) = long.split_once('=').map_or((long, None), |(n, v)| (n, Some(v)));
            let written = Said { value: format!("--{name}"), spot };
            self.option(option::long(name), written, value);
        } else if let Some(letters) = word.strip_prefix('-').filter(|rest| !rest.is_empty()) {
            self.letters(letters, spot);
        } else {
            self.faults.push(Fault::wrong(
                spot,
                format!("`{word}` belongs to no option"),
                "take it out, or write the option that it belongs to before it, as in `-w 3`",
            ));
            if self.is_glued {
                // As in `-tx ADDRESS`: what hangs on the option should not be there.
                self.tokens.pop();
            }
            // What follows probably belongs to it.
            while self.words.next_if(|next| !next.text.starts_with('-')).is_some() {}
        }
    }

    /// Letters in one word, as in `-At`; behind one with an argument the rest is that argument.
    fn letters(&mut self, letters: &'t str, spot: Spot) {
        let mut rest = letters.chars();
        while let Some(letter) = rest.next() {
            let known = option::short(letter);
            let takes = known.is_none_or(|option| option.argument != Argument::None);
            let value = Some(rest.as_str()).filter(|rest| takes && !rest.is_empty());
            let written = Said { value: format!("-{letter}"), spot };
            self.option(known, written, value.map(|value| value.trim_start_matches('=')));
            let is_command = known.is_some_and(|known| known.meaning == Meaning::Command);
            if takes || is_command {
                return;
            }
        }
    }

    fn option(&mut self, known: Option<&Known>, written: Said<String>, value: Option<&'t str>) {
        let Said { value: name, spot } = &written;
        let Some(known) = known else {
            // What follows was probably meant for it.
            while self.argument(Argument::May).is_some() {}
            self.faults.push(Fault::wrong(
                *spot,
                format!("ipvsadm has no option `{name}`"),
                "look it up in ipvsadm(8), or take it out",
            ));
            return;
        };
        let argument = match value {
            Some(value) => Some(Said { value, spot: *spot }),
            None => self.argument(known.argument),
        };
        match known.meaning {
            Meaning::NotYet(what) => self.faults.push(Fault::not_yet(
                *spot,
                format!("`{name}`: labs do not have {what} yet"),
                "take this out to try the rest of the table",
            )),
            Meaning::Command => {
                self.faults.push(Fault::wrong(
                    *spot,
                    format!("`{name}` is in no saved table"),
                    "keep the lines with `-A` and `-a`, as `ipvsadm -S -n` prints them",
                ));
                // The rest of the command is about it.
                while self.words.next().is_some() {}
            }
            _ if argument.is_none() && known.argument == Argument::Must => {
                self.faults.push(Fault::wrong(
                    *spot,
                    format!("`{name}` has no argument"),
                    format!("write it behind `{name}`, see ipvsadm(8)"),
                ));
            }
            meaning => {
                self.is_glued = argument.is_some_and(|argument| argument.spot == written.spot);
                self.tokens.push(Token { written, meaning, argument });
            }
        }
    }

    fn argument(&mut self, wanted: Argument) -> Option<Said<&'t str>> {
        if wanted == Argument::None {
            return None;
        }
        let negative = |word: &str| wanted == Argument::Must && word.parse::<i64>().is_ok();
        let belongs = |word: &str| !word.starts_with('-') || negative(word);
        let word = self.words.next_if(|word| belongs(&word.text))?;
        Some(Said { value: word.text.as_str(), spot: word.spot })
    }
}
