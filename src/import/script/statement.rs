use super::lexer::{Piece, Raw, Token, tokens};
use super::program::{self, Run};
use super::splitting::{assigned, split};
use super::{Aside, Item, Word, base, is_ipvsadm, words};
use crate::import::{Fault, Spot};
use std::collections::HashMap;

/// What saves a table, whatever made it.
const SAVE: &str = "run it, and save what it made: `ipvsadm -S -n`";

/// What a text holds, or the first thing that keeps its meaning from being sure.
pub fn read(text: &str) -> Result<Vec<Item>, Fault> {
    if !is_script(text) {
        return Ok(text.lines().enumerate().filter_map(|(line, text)| saved(line, text)).collect());
    }
    let is_prompt = text.lines().any(is_behind_hash) && !text.lines().any(is_bare);
    let mut script = Script { is_prompt, ..Script::default() };
    for (number, line) in text.lines().enumerate() {
        script.line(number, line)?;
    }
    script.end()?;
    Ok(script.items)
}

/// A line of a saved table.
fn saved(line: usize, text: &str) -> Option<Item> {
    let words = words(line, text);
    let first = words.first()?;
    Some(if first.text.starts_with('#') { Item::Comment } else { Item::Command(words) })
}

/// Whether a shell would read a text: it begins as a script does, names the program, or has lines
/// that are joined or end in a comment.
fn is_script(text: &str) -> bool {
    let names = |line: &str| {
        let mut words = line.split([' ', '\t', '=', '"', '\'', ';', '&', '|', '(', ')']);
        let is_one = |word: &str| base(word).starts_with("ipvsadm");
        let is_joined = line.ends_with(" \\") || line.contains(" #");
        !line.trim_start().starts_with('#') && (is_joined || words.any(is_one))
    };
    text.starts_with("#!") || text.lines().any(|line| names(line) || is_behind_hash(line))
}

/// Whether a command of ipvsadm stands behind a `#`: root's prompt, or a comment.
fn is_behind_hash(line: &str) -> bool {
    let mut words = line.split_ascii_whitespace();
    let is_first = words.next() == Some("#");
    is_first && words.find(|word| *word != "sudo").is_some_and(is_ipvsadm)
}

/// Whether a line adds something without a `#` before it.
fn is_bare(line: &str) -> bool {
    let adds = ["-A", "-a", "--add-service", "--add-server"];
    !line.trim_start().starts_with('#')
        && line.split_ascii_whitespace().any(|word| adds.contains(&word))
}

#[derive(Default)]
struct Script {
    /// Whether a `#` before ipvsadm is root's prompt.
    is_prompt: bool,
    /// How many loops, conditions and functions are open.
    depth: usize,
    /// What variables are set to; none where only a shell can tell.
    variables: HashMap<String, Option<String>>,
    /// The words of the command that is read.
    command: Vec<Raw>,
    /// Whether the next word is where output goes.
    is_redirected: bool,
    has_service: bool,
    items: Vec<Item>,
}

impl Script {
    fn line(&mut self, number: usize, line: &str) -> Result<(), Fault> {
        let begin = self.prompt(line);
        if self.command.is_empty() && line[begin..].trim_start().starts_with('#') {
            self.items.push(Item::Comment);
            return Ok(());
        }
        let (tokens, goes_on) = tokens(number, line, begin);
        for token in tokens {
            match token {
                Token::Word(_) if std::mem::take(&mut self.is_redirected) => {}
                Token::Word(word) => self.command.push(word),
                Token::Redirection => self.is_redirected = true,
                Token::End => self.end()?,
            }
        }
        if goes_on { Ok(()) } else { self.end() }
    }

    /// The bytes of a prompt: `$`, `root@lb1:~#`, `[root@lb1 ~]#`.
    fn prompt(&self, line: &str) -> usize {
        let mut seen = String::new();
        for word in line.split_ascii_whitespace().take(3) {
            let end = word.as_ptr() as usize - line.as_ptr() as usize + word.len();
            seen += word;
            let is_one = seen == "$" || seen == "%" || seen == "#" && self.is_prompt;
            let has_user = seen.contains('@') && seen.ends_with(['$', '#', '%', '>']);
            if is_one || has_user {
                return end;
            }
        }
        0
    }

    /// Ends a command.
    fn end(&mut self) -> Result<(), Fault> {
        self.is_redirected = false;
        let command = std::mem::take(&mut self.command).into_iter();
        let command: Vec<_> = command.flat_map(|word| split(word, &self.variables)).collect();
        let mut words: &[Raw] = &command;
        if let Some(word) = program::put_in(words) {
            return Err(unsure(&program::shown(word), word.spot));
        }
        // The name of a function; its body is what follows.
        if let [first, _, rest @ ..] = words
            && first.literal().as_deref() == Some("function")
        {
            words = rest;
        }
        while let [first, rest @ ..] = words
            && self.started(words).is_none()
            && (self.opens(first) || self.assigns(first) || program::is_before(first))
        {
            let is_option = |word: &&Raw| word.literal().is_some_and(|text| text.starts_with('-'));
            let options = rest.iter().take_while(is_option).count();
            words = if program::is_before(first) { &rest[options..] } else { rest };
        }
        self.run(&words[self.started(words).unwrap_or_default()..])
    }

    /// Which word is ipvsadm's name, where another program runs it as it stands.
    fn started(&self, words: &[Raw]) -> Option<usize> {
        match program::run(words, &self.texts(words))? {
            Run::Plain(at) => Some(at),
            Run::Unsure(_) => None,
        }
    }

    /// Words with what their variables are set to; an empty text where that is not known.
    fn texts(&self, words: &[Raw]) -> Vec<String> {
        let text = |word| self.expanded(word).map(|word| word.text).unwrap_or_default();
        words.iter().map(text).collect()
    }

    /// Takes a command that begins with its program's name.
    fn run(&mut self, words: &[Raw]) -> Result<(), Fault> {
        let [first, rest @ ..] = words else { return Ok(()) };
        if first.literal().is_some_and(|text| is_bare(&text)) {
            return self.ipvsadm(words);
        }
        let word = match self.expanded(first) {
            Ok(program) if is_ipvsadm(&program.text) => {
                let is_name = |word: &&Raw| word.literal().is_some_and(|text| is_ipvsadm(&text));
                let names = rest.iter().take_while(is_name).count();
                return self.ipvsadm(&rest[names..]);
            }
            Ok(program) => Word { text: base(&program.text).to_owned(), spot: program.spot },
            // A variable that may be ipvsadm itself.
            Err(fault) if program::adds(&self.texts(rest)) => return Err(fault),
            Err(_) => Word { text: program::shown(first), spot: first.spot },
        };
        if let Some(Run::Unsure(at)) = program::run(words, &self.texts(words)) {
            let message = format!(
                "what `{}` does with this command of ipvsadm, only a run of this script can tell",
                word.text
            );
            return Err(Fault::wrong(words[at].spot, message, SAVE));
        }
        self.items.push(Item::Other(word));
        Ok(())
    }

    /// Counts what the shell may run several times or not at all.
    fn opens(&mut self, word: &Raw) -> bool {
        let Some(text) = word.literal() else { return false };
        match text.as_str() {
            "if" | "for" | "while" | "until" | "case" | "select" | "{" => self.depth += 1,
            "fi" | "done" | "esac" | "}" => self.depth = self.depth.saturating_sub(1),
            "then" | "else" | "elif" | "do" | "!" => {}
            _ => return text.ends_with("()"),
        }
        true
    }

    /// `NAME=VALUE`.
    fn assigns(&mut self, word: &Raw) -> bool {
        let Some((name, word)) = assigned(word) else { return false };
        let value = self.value(word);
        self.variables.insert(name, value);
        true
    }

    /// What a variable is set to. A program that is looked for is known by its name.
    fn value(&self, word: Raw) -> Option<String> {
        let mut found = word.pieces.iter().filter_map(|piece| match piece {
            Piece::Unsure(text) => program::looked_up(text),
            Piece::Text(_) | Piece::Variable(_) | Piece::Kept(_) => None,
        });
        if let Some(program) = found.next() {
            return Some(program);
        }
        let value = self.expanded(&word).ok().filter(|_| self.depth == 0);
        value.map(|value| value.text)
    }

    /// A word with what its variables are set to.
    fn expanded(&self, word: &Raw) -> Result<Word, Fault> {
        let mut all = String::new();
        for piece in &word.pieces {
            all += match piece {
                Piece::Text(text) => text,
                Piece::Unsure(text) => return Err(unsure(text, word.spot)),
                Piece::Variable(name) | Piece::Kept(name) => match self.variables.get(name) {
                    Some(Some(value)) => value,
                    Some(None) => return Err(unsure(&format!("${name}"), word.spot)),
                    None => return Err(unset(name, word.spot)),
                },
            };
        }
        Ok(Word { text: all, spot: word.spot })
    }

    /// A command of ipvsadm.
    fn ipvsadm(&mut self, words: &[Raw]) -> Result<(), Fault> {
        let Some(first) = words.first() else { return Ok(()) };
        let command = first.literal().unwrap_or_default();
        let clears = matches!(command.as_str(), "-C" | "--clear");
        if let Some(aside) = Aside::of(&command) {
            self.items.push(Item::Aside(aside, first.spot));
            return Ok(());
        }
        if is_aside(&command) || (clears && !self.has_service) {
            return Ok(());
        }
        if self.depth > 0 {
            let message = "this command of ipvsadm stands in a loop, a condition or a function of \
                           a script";
            return Err(Fault::wrong(first.spot, message, SAVE));
        }
        self.has_service = true;
        let words: Result<_, _> = words.iter().map(|word| self.expanded(word)).collect();
        self.items.push(Item::Command(words?));
        Ok(())
    }
}

/// Whether a command of ipvsadm leaves the services as they are.
fn is_aside(command: &str) -> bool {
    let long = ["--list", "--save", "--zero", "--stop-daemon", "--help"];
    let letters = command.strip_prefix('-').filter(|letters| !letters.starts_with('-'));
    long.contains(&command) || letters.is_some_and(|l| l.starts_with(['L', 'l', 'S', 'Z', 'h']))
}

fn unset(name: &str, spot: Spot) -> Fault {
    let is_argument = name.chars().all(|c| c.is_ascii_digit());
    if is_argument {
        return unsure(&format!("${name}"), spot);
    }
    let message = format!("`${name}` is set nowhere above");
    let help = format!(
        "set it in a line before, as in `{name}=192.168.6.2`, or run the script and \
                        save what it made: `ipvsadm -S -n`"
    );
    Fault::wrong(spot, message, help)
}

fn unsure(text: &str, spot: Spot) -> Fault {
    Fault::wrong(spot, format!("what `{text}` is, only a run of this script can tell"), SAVE)
}
