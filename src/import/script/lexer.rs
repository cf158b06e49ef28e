use crate::import::Spot;

/// A piece of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Letters that stand for themselves.
    Text(String),
    /// A variable's value, which a shell splits into words.
    Variable(String),
    /// A variable's value in quotes.
    Kept(String),
    /// What only a shell can tell, as in `$(hostname)`.
    Unsure(String),
}

/// A word as a script has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    /// What it is put together from.
    pub pieces: Vec<Piece>,
    /// Where it begins.
    pub spot: Spot,
}

impl Raw {
    /// The word, if it is what it is without a shell.
    pub fn literal(&self) -> Option<String> {
        let texts = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => Some(text.as_str()),
            Piece::Variable(_) | Piece::Kept(_) | Piece::Unsure(_) => None,
        });
        texts.collect()
    }
}

/// A part of a line of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A word.
    Word(Raw),
    /// What ends a command: `;`, `&&` and the like.
    End,
    /// What sends output elsewhere, as in `>` or `2>`: the next word is no argument.
    Redirection,
}

/// A line of a script from a byte on, and whether it goes on in the next one.
pub fn tokens(number: usize, line: &str, begin: usize) -> (Vec<Token>, bool) {
    let mut lexer = Lexer { number, line, at: begin, tokens: Vec::new() };
    let goes_on = lexer.line();
    (lexer.tokens, goes_on)
}

/// The bytes up to what closes the first letter: what is opened in between is closed before it, and
/// letters in quotes close nothing.
fn enclosed(text: &str, open: char, close: char) -> usize {
    let (mut depth, mut quote, mut is_escaped) = (0_usize, None, false);
    for (at, letter) in text.char_indices() {
        match (letter, quote) {
            _ if is_escaped => is_escaped = false,
            ('\\', None | Some('"')) => is_escaped = true,
            (_, Some(opened)) => quote = quote.filter(|_| letter != opened),
            ('"' | '\'', None) if open == '(' => quote = Some(letter),
            (letter, None) if letter == open => depth += 1,
            (letter, None) if letter == close => depth = depth.saturating_sub(1),
            (_, None) => {}
        }
        if depth == 0 {
            return at + letter.len_utf8();
        }
    }
    text.len()
}

struct Lexer<'t> {
    number: usize,
    line: &'t str,
    at: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.line[self.at..]
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.rest().chars().next()?;
        self.at += letter.len_utf8();
        Some(letter)
    }

    fn line(&mut self) -> bool {
        loop {
            let blanks = self.rest().len() - self.rest().trim_ascii_start().len();
            self.at += blanks;
            let rest = self.rest();
            if rest == "\\" {
                return true;
            }
            if rest.is_empty() || rest.starts_with('#') {
                return false;
            }
            self.token();
        }
    }

    fn token(&mut self) {
        let digits =
            self.rest().len() - self.rest().trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let sends = self.rest()[digits..].starts_with(['<', '>']) || self.rest().starts_with("&>");
        if sends {
            self.at += digits;
            self.at += self.rest().len() - self.rest().trim_start_matches(['<', '>', '&']).len();
            self.tokens.push(Token::Redirection);
        } else if self.rest().starts_with([';', '&', '|', '(', ')']) {
            self.at += 1;
            self.tokens.push(Token::End);
        } else {
            self.word();
        }
    }

    /// A word: up to white space or an operator that stands in no quotes.
    fn word(&mut self) {
        let (mut pieces, spot) = (Vec::new(), self.spot());
        while let Some(letter) = self.rest().chars().next() {
            match letter {
                ' ' | '\t' | '\r' | ';' | '&' | '|' | '<' | '>' | ')' => break,
                '(' if self.rest().starts_with("()") => {
                    self.at += "()".len();
                    pieces.push(Piece::Text("()".to_owned()));
                    continue;
                }
                '(' => break,
                _ => {}
            }
            self.at += letter.len_utf8();
            match letter {
                '\'' => self.single(&mut pieces),
                '"' => self.double(&mut pieces),
                '\\' => pieces.extend(self.next().map(|c| Piece::Text(c.into()))),
                other => self.plain(other, &mut pieces),
            }
        }
        self.tokens.push(Token::Word(Raw { pieces, spot }));
    }

    /// Words are what white space parts.
    fn spot(&self) -> Spot {
        let before = self.line[..self.at].split_ascii_whitespace().count();
        let is_inside = self.line[..self.at].ends_with(|c: char| !c.is_ascii_whitespace());
        Spot { line: self.number, word: before - usize::from(is_inside) }
    }

    fn single(&mut self, pieces: &mut Vec<Piece>) {
        let end = self.rest().find('\'');
        let length = end.unwrap_or(self.rest().len());
        pieces.push(Piece::Text(self.rest()[..length].to_owned()));
        self.at += length + usize::from(end.is_some());
    }

    fn double(&mut self, pieces: &mut Vec<Piece>) {
        while let Some(letter) = self.next() {
            match letter {
                '"' => return,
                '\\' => pieces.extend(self.next().map(|c| Piece::Text(c.into()))),
                other => {
                    self.plain(other, pieces);
                    if let Some(last) = pieces.last_mut()
                        && let Piece::Variable(name) = last
                    {
                        *last = Piece::Kept(std::mem::take(name));
                    }
                }
            }
        }
    }

    fn plain(&mut self, letter: char, pieces: &mut Vec<Piece>) {
        match letter {
            '$' => {
                let piece = self.variable();
                pieces.push(piece);
            }
            '`' => {
                let length = self.rest().find('`').map_or(self.rest().len(), |end| end + 1);
                pieces.push(Piece::Unsure(format!("`{}", &self.rest()[..length])));
                self.at += length;
            }
            other => pieces.push(Piece::Text(other.into())),
        }
    }

    /// What stands behind a `$`.
    fn variable(&mut self) -> Piece {
        let rest = self.rest();
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let (open, close) = match rest.chars().next() {
            Some('{') => ('{', '}'),
            Some('(') => ('(', ')'),
            Some(c) if is_part(c) => {
                let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                let name = rest[..length].to_owned();
                self.at += length;
                return Piece::Variable(name);
            }
            Some(c @ ('@' | '*' | '#' | '?' | '!' | '$' | '-')) => {
                self.at += 1;
                return Piece::Unsure(format!("${c}"));
            }
            Some(_) | None => return Piece::Text("$".to_owned()),
        };
        let length = enclosed(rest, open, close);
        let inner = rest[..length].to_owned();
        self.at += length;
        let name = inner.trim_start_matches('{').trim_end_matches('}');
        if open == '{' && !name.is_empty() && name.chars().all(is_part) {
            return Piece::Variable(name.to_owned());
        }
        Piece::Unsure(format!("${inner}"))
    }
}
