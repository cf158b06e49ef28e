use super::block::Statement;
use super::configuration::{Check, Fate, Timing};
use super::environment::told;
use super::reading::{MOST, Reading, unescaped};
use super::server::Inherited;
use super::track;
use super::words::Block;
use crate::import::{Server, Spot};
use crate::lab::{HttpProbe, Probe, Protocol};

/// The checkers of keepalived 2.2.7.
pub const CHECKERS: [&str; 10] = [
    "BFD_CHECK",
    "DNS_CHECK",
    "FILE_CHECK",
    "HTTP_GET",
    "MISC_CHECK",
    "PING_CHECK",
    "SMTP_CHECK",
    "SSL_GET",
    "TCP_CHECK",
    "UDP_CHECK",
];

/// The statuses that are good unless the url says it.
const GOOD: (u16, u16) = (200, 299);

/// What a block says of times and attempts; false if the statement is about something else. Outside
/// of checkers keepalived takes no fewer retries than one, and knows `retry` only.
pub fn timed(
    statement: &Statement,
    (fewest, block): (i64, Block),
    timing: &mut Timing,
    reading: &mut Reading,
) -> bool {
    match statement.keyword() {
        "delay_loop" => timing.delay_loop = reading.positive_seconds(statement),
        "connect_timeout" if block != Block::Misc => {
            timing.connect_timeout = reading.positive_seconds(statement);
        }
        "retry" => timing.retry = retries(fewest, statement, reading),
        "nb_get_retry" if block == Block::Http => {
            timing.retry = retries(fewest, statement, reading);
        }
        "delay_before_retry" => timing.delay_before_retry = reading.seconds(statement),
        // What a lab does anyway.
        "warmup" if statement.arguments().iter().all(|word| word.text() == "0") => {}
        _ => return false,
    }
    true
}

fn retries(fewest: i64, statement: &Statement, reading: &mut Reading) -> Option<i64> {
    reading.number(statement, fewest..=i64::from(i32::MAX)).map(|said| said.value)
}

/// A checker of a real server; what labs cannot try, they do not.
pub fn checker(
    block: &Statement,
    server: &Server,
    inherited: &Inherited<'_>,
    reading: &mut Reading,
) -> Option<Check> {
    let kind = match block.keyword() {
        "HTTP_GET" | "SSL_GET" => Block::Http,
        "MISC_CHECK" => Block::Misc,
        _ => Block::Connect,
    };
    let (spot, asked) = (block.spot, asked(block));
    let mut draft = Draft { probe: None, timing: Timing::default(), port: None, kind };
    for statement in block.body() {
        draft.statement(statement, (server, inherited), reading);
    }
    let probe = probe(block, draft.probe, inherited, reading)?;
    let probe = match probe {
        Probe::Command { shell } => Probe::Command { shell: told(&shell, server) },
        other => other,
    };
    Some(Check { probe, timing: draft.timing, port: draft.port, inhibit: false, spot, asked })
}

/// Where a checker says what a good answer is, or else what it asks for.
fn asked(block: &Statement) -> Spot {
    let urls = block.body().iter().find(|statement| statement.keyword() == "url");
    let lines = || urls.into_iter().flat_map(Statement::body).chain(block.body());
    let words = ["digest", "regex", "status_code", "path", "misc_path"];
    let said = words.iter().find_map(|word| lines().find(|line| line.keyword() == *word));
    said.map_or(block.spot, |line| line.spot)
}

/// What a checker tries in a lab.
fn probe(
    block: &Statement,
    said: Option<Probe>,
    inherited: &Inherited<'_>,
    reading: &mut Reading,
) -> Option<Probe> {
    let connects = matches!(block.keyword(), "HTTP_GET" | "SSL_GET" | "TCP_CHECK" | "SMTP_CHECK");
    if connects && inherited.protocol != Protocol::Tcp {
        let protocol = inherited.protocol;
        let instead = format!("labs check services of {protocol} by commands only");
        reading.remark(block.spot, block.keyword().to_owned(), Fate::Replaced(instead));
        return None;
    }
    let unasked = "keepalived goes without it: it has no `url` with a `path`";
    match (block.keyword(), said) {
        ("HTTP_GET" | "SSL_GET", None) => {
            reading.taken_as(block, unasked);
            None
        }
        ("SSL_GET" | "SMTP_CHECK", _) => {
            let instead = "the lab tries a connect in its place".to_owned();
            let fate = Fate::Replaced(instead);
            reading.remark(block.spot, block.keyword().to_owned(), fate);
            Some(Probe::Tcp)
        }
        ("TCP_CHECK", _) => Some(Probe::Tcp),
        ("MISC_CHECK", None) => {
            reading.taken_as(block, "keepalived goes without it: it has no `misc_path`");
            None
        }
        ("MISC_CHECK", Some(Probe::Command { shell })) => {
            let program = shell.split_whitespace().next().unwrap_or_default();
            if inherited.machine.can_run(program) {
                return Some(Probe::Command { shell });
            }
            let how =
                "keepalived goes without it where there is no such program, as on this machine";
            reading.taken(block.spot, format!("MISC_CHECK {program}"), how);
            None
        }
        ("HTTP_GET", probe) => probe,
        _ => {
            reading.replaced(block, "the lab does not check these servers");
            None
        }
    }
}

struct Draft {
    probe: Option<Probe>,
    timing: Timing,
    port: Option<i64>,
    kind: Block,
}

impl Draft {
    fn statement(
        &mut self,
        statement: &Statement,
        (server, inherited): (&Server, &Inherited<'_>),
        reading: &mut Reading,
    ) {
        match (self.kind, statement.keyword()) {
            (Block::Http, "url") if self.probe.is_none() => {
                self.probe = url(statement, reading).map(Probe::Http);
            }
            (Block::Misc, "misc_path") => {
                self.probe = Some(Probe::Command { shell: track::command(statement) });
            }
            (Block::Misc, "misc_timeout") => {
                self.timing.connect_timeout = reading.positive_seconds(statement);
            }
            (Block::Http | Block::Connect, "connect_port") => {
                self.port(statement, (server, inherited), reading);
            }
            (kind, _) if timed(statement, (0, kind), &mut self.timing, reading) => {}
            (kind, _) => reading.other(statement, kind),
        }
    }

    /// Labs check the port that is forwarded to; behind a mark nothing else says which one that is.
    fn port(
        &mut self,
        statement: &Statement,
        (server, inherited): (&Server, &Inherited<'_>),
        reading: &mut Reading,
    ) {
        let Some(port) = reading.number(statement, 1..=MOST) else { return };
        match server.port.map(|port| port.value).or(inherited.port) {
            None => self.port = Some(port.value),
            Some(own) if own == port.value => {}
            Some(_) => reading.replaced(statement, "the lab tries the real server's own port"),
        }
    }
}

/// What a url asks for, and what is a good answer; none without a path, as in keepalived.
fn url(block: &Statement, reading: &mut Reading) -> Option<HttpProbe> {
    let mut path = None;
    let (mut status, mut digest, mut body) = (None, None, None);
    for statement in block.body() {
        match statement.keyword() {
            "path" => path = path_of(statement, reading),
            "status_code" => status = statuses(statement, reading),
            "digest" => {
                let said = reading.argument(statement).map(|word| word.text().to_ascii_lowercase());
                digest = said.filter(|digest| is_digest(digest));
                if digest.is_none() {
                    reading.taken_as(
                        statement,
                        "keepalived ignores it: it takes 32 hexadecimal digits",
                    );
                }
            }
            "regex" => {
                let text = statement.arguments().first().map(|word| unescaped(word.text()));
                body = text.as_deref().and_then(literal);
                if body.is_none() {
                    reading.lost(statement);
                }
            }
            _ => reading.other(statement, Block::Url),
        }
    }
    Some(HttpProbe { path: path?, status: status.unwrap_or(GOOD), digest, body })
}

/// A path as HTTP has it; keepalived sends what it is told.
fn path_of(statement: &Statement, reading: &mut Reading) -> Option<String> {
    let said = reading.argument(statement)?.text();
    let mut path = if said.starts_with('/') { String::new() } else { "/".to_owned() };
    for byte in said.bytes() {
        match byte {
            byte if byte.is_ascii_graphic() => path.push(char::from(byte)),
            byte => path.push_str(&format!("%{byte:02X}")),
        }
    }
    if path != said {
        reading.replaced(statement, format!("the lab asks for {path}"));
    }
    Some(path)
}

fn is_digest(text: &str) -> bool {
    text.len() == 32 && text.chars().all(|c| c.is_ascii_hexdigit())
}

/// The first and the last of the statuses that are good; labs have one range of them.
fn statuses(statement: &Statement, reading: &mut Reading) -> Option<(u16, u16)> {
    let mut all: Option<(u16, u16)> = None;
    for word in statement.arguments() {
        let (first, last) = word.text().split_once('-').unwrap_or((word.text(), word.text()));
        let parsed = first.parse().ok().zip(last.parse().ok());
        let sound = parsed.filter(|(first, last)| (100..=*last).contains(first) && *last <= 599);
        let Some((first, last)) = sound else {
            let how = "keepalived ignores it: it is no status of HTTP";
            reading.taken(word.said.spot, format!("status_code {}", word.text()), how);
            continue;
        };
        all = Some(all.map_or((first, last), |(f, l)| (f.min(first), l.max(last))));
    }
    if statement.arguments().len() > 1 {
        reading.replaced(statement, "labs have one range, from the first to the last of them");
    }
    all
}

/// The text that a regular expression matches, if it matches a single one.
fn literal(pattern: &str) -> Option<String> {
    let (mut text, mut rest) = (String::new(), pattern.chars());
    while let Some(c) = rest.next() {
        match c {
            '\\' => text.push(rest.next().filter(|c| !c.is_ascii_alphanumeric())?),
            '^' | '$' | '.' | '|' | '?' | '*' | '+' | '(' | ')' | '[' | ']' | '{' | '}' => {
                return None;
            }
            other => text.push(other),
        }
    }
    Some(text).filter(|text| !text.is_empty())
}
