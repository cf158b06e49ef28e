use crate::import::{Bare, Meaning};
use std::iter::{Enumerate, Peekable};
use std::str::Chars;

/// What a piece of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A word.
    Word,
    /// A word in quotes, which are not part of its text.
    Quoted,
    /// A word whose closing quote is missing.
    Unclosed,
    /// `{`.
    Open,
    /// `}`.
    Close,
    /// A backslash at the end, by which keepalived joins the next line to this one.
    Joined,
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub shape: Shape,
    /// What it says.
    pub text: String,
    /// Its first character, counted from 0.
    pub column: usize,
    /// Its length in characters, with its quotes.
    pub length: usize,
}

/// The pieces of a line up to its comment. As in keepalived, `!` and `#` begin a comment anywhere
/// but in quotes and behind a backslash.
pub fn pieces(line: &str) -> Vec<Piece> {
    let mut cutter = Cutter { rest: line.chars().enumerate().peekable(), end: 0 };
    let mut pieces = Vec::new();
    while let Some((column, first)) = cutter.begin() {
        let (shape, text) = match first {
            '{' => (Shape::Open, cutter.one()),
            '}' => (Shape::Close, cutter.one()),
            '"' | '\'' => cutter.quoted(first),
            _ => cutter.plain(),
        };
        pieces.push(Piece { shape, text, column, length: cutter.end - column });
    }
    pieces
}

struct Cutter<'l> {
    rest: Peekable<Enumerate<Chars<'l>>>,
    /// Behind the last character that was taken.
    end: usize,
}

impl Cutter<'_> {
    /// The first character of the next piece, which is still to be taken.
    fn begin(&mut self) -> Option<(usize, char)> {
        while self.rest.next_if(|(_, c)| is_space(*c)).is_some() {}
        self.rest.peek().copied().filter(|(_, c)| !is_comment(*c))
    }

    fn take(&mut self) -> Option<char> {
        let (column, taken) = self.rest.next()?;
        self.end = column + 1;
        Some(taken)
    }

    fn one(&mut self) -> String {
        self.take().into_iter().collect()
    }

    /// A text in quotes; escapes in it are left as they are, and do not end it.
    fn quoted(&mut self, quote: char) -> (Shape, String) {
        self.take();
        let mut text = String::new();
        while let Some(c) = self.take() {
            if c == quote {
                return (Shape::Quoted, text);
            }
            text.push(c);
            if c == '\\' {
                text.extend(self.take());
            }
        }
        (Shape::Unclosed, text)
    }

    fn plain(&mut self) -> (Shape, String) {
        let mut text = String::new();
        let ends = |c: char| is_space(c) || c == '{' || c == '}' || is_comment(c);
        while self.rest.peek().is_some_and(|(_, c)| !ends(*c)) {
            match self.take() {
                Some('\\') if self.rest.peek().is_none() => return (Shape::Joined, text),
                Some('\\') if self.rest.peek().is_some_and(|(_, c)| is_comment(*c)) => {
                    text.extend(self.take());
                }
                // A variable's name may be in braces.
                Some('$') if self.rest.peek().is_some_and(|(_, c)| *c == '{') => {
                    text.push('$');
                    self.name(&mut text);
                }
                taken => text.extend(taken),
            }
        }
        (Shape::Word, text)
    }

    fn name(&mut self, text: &mut String) {
        while let Some(c) = self.take() {
            text.push(c);
            if c == '}' {
                return;
            }
        }
    }
}

/// As isspace(3) has it where no locale is set; a letter of several bytes is no space.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\x0b' | '\x0c' | '\r')
}

fn is_comment(c: char) -> bool {
    c == '!' || c == '#'
}

/// Words whose arguments may be any text.
const FREE: [&str; 9] = [
    "auth_pass",
    "notification_email_from",
    "router_id",
    "script",
    "smtp_helo_name",
    "vrrp_instance",
    "vrrp_script",
    "vrrp_sync_group",
    "virtual_server_group",
];

/// The words of a line outside of quotes and comments.
pub fn bare(line: &str) -> Vec<Bare> {
    let pieces = pieces(line);
    let free = pieces.first().is_some_and(|first| FREE.contains(&first.text.as_str()));
    let offsets: Vec<_> = line.char_indices().map(|(at, _)| at).chain([line.len()]).collect();
    let words = pieces.iter().enumerate().filter(|(_, piece)| piece.shape == Shape::Word);
    let bare = |(number, piece): (usize, &Piece)| Bare {
        bytes: offsets[piece.column]..offsets[piece.column + piece.length],
        kind: if free && number > 0 { Meaning::Free } else { Meaning::Fixed },
    };
    words.map(bare).collect()
}

/// The text of a line from one of its pieces on, up to its comment.
pub fn slice(line: &str, pieces: &[Piece], from: usize) -> String {
    let begin = pieces.get(from).map_or(usize::MAX, |piece| piece.column);
    let end = pieces.last().map_or(0, |piece| piece.column + piece.length);
    line.chars().skip(begin).take(end.saturating_sub(begin)).collect()
}
