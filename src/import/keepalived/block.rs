use super::definitions::Placed;
use super::piece::{Piece, Shape};
use super::reading::Reading;
use crate::import::{Fault, Said, Spot};

/// Blocks inside blocks, at most; keepalived needs four.
const DEEPEST: usize = 16;

/// The blocks that stand in no other one.
const OUTERMOST: [&str; 7] = [
    "global_defs",
    "static_ipaddress",
    "static_routes",
    "virtual_server",
    "virtual_server_group",
    "vrrp_instance",
    "vrrp_sync_group",
];

/// Blocks inside of these that keepalived takes in braces only.
const INNER: [&str; 16] = [
    "DNS_CHECK",
    "HTTP_GET",
    "MISC_CHECK",
    "PING_CHECK",
    "SMTP_CHECK",
    "SSL_GET",
    "TCP_CHECK",
    "UDP_CHECK",
    "authentication",
    "real_server",
    "track_interface",
    "track_script",
    "unicast_peer",
    "url",
    "virtual_ipaddress",
    "virtual_ipaddress_excluded",
];

/// A word, as it is when variables are replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// What it says, and where.
    pub said: Said<String>,
    /// Whether it is in quotes or not.
    pub shape: Shape,
}

impl Word {
    /// What it says.
    pub fn text(&self) -> &str {
        &self.said.value
    }
}

/// A line of words, and the block behind it, if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The words; the first one is the keyword. None, if a brace stands alone by mistake.
    pub words: Vec<Word>,
    /// Where it begins.
    pub spot: Spot,
    /// What is in its braces.
    pub block: Option<Vec<Statement>>,
}

impl Statement {
    /// The first word.
    pub fn keyword(&self) -> &str {
        self.words.first().map_or("", Word::text)
    }

    /// The words behind the first one.
    pub fn arguments(&self) -> &[Word] {
        self.words.get(1..).unwrap_or_default()
    }

    /// The statements in its braces.
    pub fn body(&self) -> &[Statement] {
        self.block.as_deref().unwrap_or_default()
    }

    /// Its words with single blanks between them.
    pub fn line(&self) -> String {
        self.words.iter().map(Word::text).collect::<Vec<_>>().join(" ")
    }
}

/// A block that is not closed yet.
struct Open {
    head: Vec<Word>,
    brace: Spot,
    body: Vec<Statement>,
}

/// Makes statements of lines.
#[derive(Default)]
pub struct Parser {
    open: Vec<Open>,
    outer: Vec<Statement>,
    /// The words since the last brace or line.
    words: Vec<Word>,
    faults: Vec<Fault>,
    too_deep: bool,
}

impl Parser {
    /// Takes a line; what cannot be told apart is a fault.
    pub fn line(&mut self, pieces: Vec<Placed>, reading: &mut Reading) {
        for Placed { piece, spot } in pieces {
            self.piece(piece, spot, reading);
        }
        self.statement(None);
    }

    /// The statements; what is still open is a fault.
    pub fn end(mut self, faults: &mut Vec<Fault>) -> Vec<Statement> {
        self.unclosed("at the end of the file, or further up, where a block ends");
        faults.append(&mut self.faults);
        self.outer
    }

    fn piece(&mut self, piece: Piece, spot: Spot, reading: &mut Reading) {
        match piece.shape {
            Shape::Open => self.opened(spot),
            Shape::Close => self.closed(spot),
            Shape::Joined => {
                let words = format!("{}\\", piece.text);
                reading.taken(spot, words, "keepalived joins no lines here, and reads each alone");
                if !piece.text.is_empty() {
                    let said = Said { value: piece.text, spot };
                    self.words.push(Word { said, shape: Shape::Word });
                }
            }
            Shape::Word | Shape::Quoted => {
                let said = Said { value: piece.text, spot };
                self.words.push(Word { said, shape: piece.shape });
            }
            Shape::Unclosed => self.unquoted(piece, spot),
        }
    }

    /// A word whose quote is never closed. A brace at its end was meant to open the block, whose
    /// inside would be misread without it.
    fn unquoted(&mut self, piece: Piece, spot: Spot) {
        let message = "the quote that begins here is never closed";
        self.faults.push(Fault::wrong(spot, message, "add a quote at its end"));
        let opens = piece.text.trim_end().strip_suffix('{').map(str::trim_end);
        let value = opens.unwrap_or(&piece.text).to_owned();
        let opens = opens.is_some();
        self.words.push(Word { said: Said { value, spot }, shape: piece.shape });
        if opens {
            self.opened(spot);
        }
    }

    /// Ends the statement whose words were read, if there are any.
    fn statement(&mut self, block: Option<Vec<Statement>>) {
        let words = std::mem::take(&mut self.words);
        if let Some(spot) = words.first().map(|word| word.said.spot) {
            self.body().push(Statement { words, spot, block });
        }
    }

    fn body(&mut self) -> &mut Vec<Statement> {
        self.open.last_mut().map_or(&mut self.outer, |open| &mut open.body)
    }

    fn opened(&mut self, brace: Spot) {
        let mut head = std::mem::take(&mut self.words);
        if head.is_empty() {
            // The brace may stand in the line below.
            let headed = self.body().pop_if(|last| last.block.is_none());
            head = headed.map(|last| last.words).unwrap_or_default();
        }
        let keyword = head.first().map_or("", Word::text);
        if keyword.is_empty() {
            let help = "write what the block is before it, as in `vrrp_instance VI_1 {`";
            self.faults.push(Fault::wrong(brace, "this `{` has nothing before it", help));
        }
        if OUTERMOST.contains(&keyword) && !self.open.is_empty() {
            let before = format!("before `{keyword}` in line {}", brace.line + 1);
            self.unclosed(&before);
        }
        if self.open.len() == DEEPEST && !self.too_deep {
            self.too_deep = true;
            let help = "look for a brace too many: keepalived's blocks are four deep at most";
            self.faults.push(Fault::wrong(brace, "no block is that deep", help));
        }
        self.open.push(Open { head, brace, body: Vec::new() });
    }

    fn closed(&mut self, brace: Spot) {
        self.statement(None);
        match self.open.pop() {
            Some(open) => self.close(open),
            None => {
                let help = "take it out, or look above for a `}` too many or a `{` too few";
                let alone = || Fault::wrong(brace, "this `}` closes nothing", help);
                let fault = reopened(&mut self.outer).unwrap_or_else(alone);
                self.faults.push(fault);
            }
        }
    }

    fn close(&mut self, open: Open) {
        let Open { head, brace, body } = open;
        // What is deeper than any configuration is forgotten.
        let body = if self.open.len() < DEEPEST { body } else { Vec::new() };
        let spot = head.first().map_or(brace, |word| word.said.spot);
        self.body().push(Statement { words: head, spot, block: Some(body) });
    }

    /// Says that the outermost open block is not closed, and closes all.
    fn unclosed(&mut self, before: &str) {
        if let Some(Open { head, brace, .. }) = self.open.first() {
            let head: Vec<_> = head.iter().map(Word::text).collect();
            let message = format!("the `{{` of `{}` is never closed", head.join(" "));
            let help = format!("add the missing `}}` {before}");
            self.faults.push(Fault::wrong(*brace, message, help));
        }
        while let Some(open) = self.open.pop() {
            self.close(open);
        }
    }
}

/// Gives the last block whose `{` is missing what stands behind it, as the `}` that is left over
/// ends it or a block around it. Each block around it gets what its own `}` left out.
fn reopened(body: &mut Vec<Statement>) -> Option<Fault> {
    let at = body.iter().rposition(lacks_brace)?;
    let behind = body.split_off(at + 1);
    let head = body.last_mut()?;
    if let Some(block) = &mut head.block {
        let fault = reopened(block);
        block.extend(behind);
        return fault;
    }
    head.block = Some(behind);
    let message = format!("`{}` has no `{{`", head.line());
    Some(Fault::wrong(head.spot, message, "add it at the end of the line"))
}

/// Whether a block, or one inside of it, must have braces and has none.
fn lacks_brace(statement: &Statement) -> bool {
    let keyword = statement.keyword();
    match &statement.block {
        Some(body) => body.iter().any(lacks_brace),
        None => OUTERMOST.contains(&keyword) || INNER.contains(&keyword),
    }
}
