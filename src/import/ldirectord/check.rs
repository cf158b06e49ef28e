use super::regex::literal;
use super::section::{Section, Timing};
use crate::import::director::{Check, Remark};
use crate::import::{Fault, Said, Spot};
use crate::lab::{HttpProbe, Probe, Protocol};

/// What ldirectord takes for a good answer (LWP's `is_success`).
const SUCCESS: (u16, u16) = (200, 299);

/// How real servers are checked (checktype).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CheckType {
    /// A question, and what the answer must be like.
    #[default]
    Negotiate,
    /// A connect; a ping where there are no connections.
    Connect,
    /// An ICMP echo.
    Ping,
    /// A program.
    External,
    /// A program in Perl, which is run within.
    ExternalPerl,
    /// They always serve.
    On,
    /// They never serve.
    Off,
    /// So many connects, and then a question.
    Combined,
}

impl CheckType {
    /// The type of that word, which ldirectord looks for anywhere in the value.
    pub fn of(word: &str) -> Option<Self> {
        if word.contains(|c: char| c.is_ascii_digit()) {
            return Some(Self::Combined);
        }
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let begin = word.find(is_part)?;
        let end = word[begin..].find(|c| !is_part(c)).map_or(word.len(), |end| begin + end);
        match &word[begin..end] {
            "negotiate" => Some(Self::Negotiate),
            "connect" => Some(Self::Connect),
            "ping" => Some(Self::Ping),
            "external" => Some(Self::External),
            "external-perl" => Some(Self::ExternalPerl),
            "on" => Some(Self::On),
            "off" => Some(Self::Off),
            _ => None,
        }
    }
}

/// The words that may be spoken in a check (service).
pub const SERVICES: [&str; 21] = [
    "dns",
    "ftp",
    "http",
    "https",
    "http_proxy",
    "imap",
    "imaps",
    "ldap",
    "ldaps",
    "nntp",
    "mysql",
    "none",
    "oracle",
    "pop",
    "pops",
    "radius",
    "pgsql",
    "sip",
    "smtp",
    "submission",
    "simpletcp",
];

/// What is spoken at a port where nothing is said (ldirectord's `ld_port_to_service`).
pub fn spoken_at(port: i64) -> &'static str {
    match port {
        21 => "ftp",
        25 => "smtp",
        53 => "dns",
        80 => "http",
        110 => "pop",
        119 => "nntp",
        143 => "imap",
        389 => "ldap",
        443 => "https",
        587 => "submission",
        636 => "ldaps",
        993 => "imaps",
        995 => "pops",
        1521 => "oracle",
        1812 => "radius",
        3128 => "http_proxy",
        3306 => "mysql",
        5060 => "sip",
        5432 => "pgsql",
        _ => "none",
    }
}

/// What the file says of a check, and where.
pub struct Asked<'s> {
    /// The virtual service.
    pub section: &'s Section,
    /// Its protocol; none of a mark.
    pub protocol: Option<Protocol>,
    /// What is spoken.
    pub service: &'s str,
    /// What an external program is told of the virtual service.
    pub virtual_service: String,
}

impl Asked<'_> {
    /// The check of a virtual service's real servers; none where they always serve. What becomes
    /// of other words goes to `remarks`.
    pub fn check(&self, timing: &Timing, remarks: &mut Vec<Remark>) -> Option<Check> {
        let kind = self.section.check_type.map_or(CheckType::default(), |said| said.value);
        let said = self.section.check_type.map(|said| said.spot);
        let spot = said.unwrap_or(self.section.at);
        let (probe, timeout) = match kind {
            CheckType::On | CheckType::Off => return None,
            CheckType::Negotiate => (self.question(remarks)?, timing.negotiate),
            CheckType::Combined => {
                let words = "each check asks, and none only connects".to_owned();
                remarks.push(Remark { spot, words });
                (self.question(remarks)?, timing.negotiate)
            }
            CheckType::Connect => (self.connect(spot, "connect", remarks)?, timing.check),
            CheckType::Ping => (self.connect(spot, "ping", remarks)?, timing.check),
            CheckType::External | CheckType::ExternalPerl => (self.program(), timing.check),
        };
        Some(Check {
            probe,
            interval: timing.interval,
            timeout,
            failures: timing.failures,
            on_failure: timing.on_failure,
            spot,
            asked: self.asked().unwrap_or(spot),
        })
    }

    /// Where the file says what is tried.
    fn asked(&self) -> Option<Spot> {
        let words = [&self.section.request, &self.section.command];
        words.into_iter().flatten().map(|said| said.spot).next()
    }

    /// A connect stands for a ping too; to what has no connections nothing does.
    fn connect(&self, spot: Spot, what: &str, remarks: &mut Vec<Remark>) -> Option<Probe> {
        if self.protocol == Some(Protocol::Udp) {
            let words = "labs have no check by ping: its real servers always serve".to_owned();
            remarks.push(Remark { spot, words });
            return None;
        }
        if what == "ping" {
            let words = "labs have no check by ping: a connect stands for it".to_owned();
            remarks.push(Remark { spot, words });
        }
        Some(Probe::Tcp)
    }

    fn question(&self, remarks: &mut Vec<Remark>) -> Option<Probe> {
        let spot = self.section.spoken.as_ref().map_or(self.section.at, |said| said.spot);
        match (self.service, self.protocol) {
            ("none", _) => None,
            (other, Some(Protocol::Udp)) => {
                let words =
                    format!("labs have no check of `{other}`: its real servers always serve");
                remarks.push(Remark { spot, words });
                None
            }
            ("http", _) => Some(self.http(remarks)),
            (other, _) => {
                let words = format!("labs have no check of `{other}`: a connect stands for it");
                remarks.push(Remark { spot, words });
                Some(Probe::Tcp)
            }
        }
    }

    fn http(&self, remarks: &mut Vec<Remark>) -> Probe {
        let section = self.section;
        if let Some(Said { value: method, spot }) = &section.method
            && method == "HEAD"
        {
            let words = "labs ask by GET".to_owned();
            remarks.push(Remark { spot: *spot, words });
        }
        let body = section.receive.as_ref().and_then(|receive| {
            let text = literal(&receive.value);
            if text.is_none() {
                let words = format!(
                    "labs compare no patterns: any answer is as good as one with `{}`",
                    receive.value
                );
                remarks.push(Remark { spot: receive.spot, words });
            }
            text
        });
        let path = section.request.as_ref().map_or("/", |said| said.value.as_str());
        let begins = path.starts_with('/');
        let path = if begins { path.to_owned() } else { format!("/{path}") };
        Probe::Http(HttpProbe { path, status: SUCCESS, digest: None, body })
    }

    /// The program with what ldirectord tells it.
    fn program(&self) -> Probe {
        let default = "/bin/true";
        let command = self.section.command.as_ref().map_or(default, |said| said.value.as_str());
        let shell = format!("{command} {} \"$RIP\" \"$RPORT\"", self.virtual_service);
        Probe::Command { shell }
    }
}

/// Whether no real server ever serves.
pub fn is_off(section: &Section) -> bool {
    section.check_type.is_some_and(|said| said.value == CheckType::Off)
}

/// A fault of a word that is none of several.
pub fn none_of(spot: Spot, key: &str, word: &str, words: &[&str]) -> Fault {
    let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    let message = format!("`{}` is nothing that `{key}` can be", word.trim());
    Fault::wrong(spot, message, format!("choose one of {}", words.join(", ")))
}
