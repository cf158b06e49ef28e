use super::block::Statement;
use super::configuration::{Check, Timing};
use super::reading::{MOST, Reading, unescaped};
use super::track;
use crate::import::Server;
use crate::lab::{HttpProbe, Probe, Protocol};

/// The statuses that are good unless the url says it.
const GOOD: (u16, u16) = (200, 299);

/// What a block says of times and attempts; false if the statement is about something else.
pub fn timed(statement: &Statement, timing: &mut Timing, reading: &mut Reading) -> bool {
    match statement.keyword() {
        "delay_loop" => timing.delay_loop = reading.seconds(statement),
        "connect_timeout" => timing.connect_timeout = reading.seconds(statement),
        "retry" | "nb_get_retry" => {
            let number = reading.number(statement, 0..=i64::from(i32::MAX));
            timing.retry = number.map(|said| said.value);
        }
        "delay_before_retry" => timing.delay_before_retry = reading.seconds(statement),
        // What a lab does anyway.
        "warmup" if statement.arguments().iter().all(|word| word.text() == "0") => {}
        _ => return false,
    }
    true
}

/// A checker of a real server; what labs cannot try, they do not.
pub fn checker(
    block: &Statement,
    server: &Server,
    protocol: Protocol,
    reading: &mut Reading,
) -> Option<Check> {
    let mut draft = Draft { probe: None, timing: Timing::default(), port: None };
    match block.keyword() {
        "TCP_CHECK" => draft.probe = Some(Probe::Tcp),
        "HTTP_GET" => {}
        "MISC_CHECK" => {}
        "SSL_GET" | "SMTP_CHECK" if protocol == Protocol::Tcp => {
            let instead = "the lab tries a connect in its place";
            reading.remark(block.spot, block.keyword().to_owned(), Some(instead));
            draft.probe = Some(Probe::Tcp);
        }
        _ => {
            reading.replaced(block, "the lab does not check these servers");
            return None;
        }
    }
    for statement in block.body() {
        draft.statement((block, statement), server, reading);
    }
    if block.keyword() == "HTTP_GET" && draft.probe.is_none() {
        draft.probe = Some(Probe::Http(plain()));
    }
    let Some(probe) = draft.probe else {
        reading.lacking(block, "has no `misc_path`", "add the command that it runs");
        return None;
    };
    let probe = match probe {
        Probe::Command { shell } => Probe::Command { shell: told(&shell, server) },
        other => other,
    };
    Some(Check { probe, timing: draft.timing, port: draft.port, inhibit: false })
}

/// A checker, and a statement in it.
type Pair<'s> = (&'s Statement, &'s Statement);

struct Draft {
    probe: Option<Probe>,
    timing: Timing,
    port: Option<i64>,
}

impl Draft {
    fn statement(&mut self, (block, statement): Pair<'_>, server: &Server, reading: &mut Reading) {
        match (block.keyword(), statement.keyword()) {
            ("HTTP_GET", "url") if self.probe.is_none() => {
                self.probe = Some(Probe::Http(url(statement, reading)));
            }
            ("MISC_CHECK", "misc_path") => {
                self.probe = Some(Probe::Command { shell: track::command(statement) });
            }
            ("MISC_CHECK", "misc_timeout") => {
                self.timing.connect_timeout = reading.seconds(statement);
            }
            (_, "connect_port") => self.port(statement, server, reading),
            _ if timed(statement, &mut self.timing, reading) => {}
            _ => reading.lost(statement),
        }
    }

    /// Labs check the port that is forwarded to; behind a mark nothing else says which one that is.
    fn port(&mut self, statement: &Statement, server: &Server, reading: &mut Reading) {
        let Some(port) = reading.number(statement, 1..=MOST) else { return };
        match server.port {
            None => self.port = Some(port.value),
            Some(own) if own == port => {}
            Some(_) => reading.replaced(statement, "the lab tries the real server's own port"),
        }
    }
}

fn plain() -> HttpProbe {
    HttpProbe { path: "/".to_owned(), status: GOOD, digest: None, body: None }
}

fn url(block: &Statement, reading: &mut Reading) -> HttpProbe {
    let mut probe = plain();
    for statement in block.body() {
        match statement.keyword() {
            "path" => {
                let path = reading.argument(statement).map(|word| word.text().to_owned());
                probe.path = path.unwrap_or(probe.path);
            }
            "status_code" => probe.status = status(statement, reading).unwrap_or(GOOD),
            "digest" => {
                let digest = reading.argument(statement);
                probe.digest = digest.map(|word| word.text().to_ascii_lowercase());
            }
            "regex" => {
                let text = statement.arguments().first().map(|word| unescaped(word.text()));
                probe.body = text.as_deref().and_then(literal);
                if probe.body.is_none() {
                    reading.lost(statement);
                }
            }
            _ => reading.lost(statement),
        }
    }
    probe
}

/// One status, or the first and the last one.
fn status(statement: &Statement, reading: &mut Reading) -> Option<(u16, u16)> {
    let (word, rest) = statement.arguments().split_first()?;
    reading.rest(rest);
    let (first, last) = word.text().split_once('-').unwrap_or((word.text(), word.text()));
    let parsed = first.parse().ok().zip(last.parse().ok());
    let sound = parsed.filter(|(first, last)| (100..=*last).contains(first) && *last <= 599);
    if sound.is_none() {
        let help = "write `200`, or a range such as `200-299`";
        reading.lacking(statement, "is no status of HTTP", help);
    }
    sound
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

/// A command with `$RIP` and `$RPORT` where it says the real server's address and port, so that it
/// is the same for all of them.
fn told(shell: &str, server: &Server) -> String {
    let (rip, port) = (server.address.value.to_string(), server.port.map(|port| port.value));
    let rport = port.map(|port| port.to_string());
    let environment = format!("/usr/bin/env RIP={rip} RPORT={} /bin/sh -c '", port.unwrap_or(0));
    if let Some(own) = shell.strip_prefix(&environment).and_then(|own| own.strip_suffix('\'')) {
        return own.replace(r#"'"'"'"#, "'");
    }
    let word = |word: &str| match word {
        word if word == rip => "$RIP".to_owned(),
        word if Some(word) == rport.as_deref() => "$RPORT".to_owned(),
        other => other.to_owned(),
    };
    shell.split(' ').map(word).collect::<Vec<_>>().join(" ")
}
