/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Bytes that are no text.
    Binary,
    /// A page of the web.
    Html,
    /// Lines for a shell, or for another interpreter.
    Script,
    /// keepalived.conf(5)
    Keepalived,
    /// What `ipvsadm -S` prints.
    SavedTable,
    /// What `ipvsadm -L` prints.
    ListedTable,
    /// What iptables-save(8) prints.
    Iptables,
    /// A topology file of a lab.
    Topology,
    /// ldirectord.cf
    Ldirectord,
    /// nginx.conf
    Nginx,
    /// haproxy.cfg
    Haproxy,
    /// JSON of anything.
    Json,
    /// YAML of anything else.
    Yaml,
}

/// How a line tells of its format.
type Sign = fn(&str) -> bool;

/// Lines that only one format has, those that others may quote last.
const SIGNS: &[(Format, Sign)] = &[
    (Format::Keepalived, is_of_keepalived),
    (Format::ListedTable, |line| {
        line.starts_with("IP Virtual Server version") || line.starts_with("Prot LocalAddress:Port")
    }),
    (Format::SavedTable, is_saved),
    (Format::Iptables, |line| {
        ["*filter", "*nat", "*mangle", "*raw"].contains(&line) || line.starts_with("-A INPUT ")
    }),
    (Format::Topology, |line| {
        let keys = ["virtual_services:", "real_servers:", "networks:", "directors:"];
        keys.iter().any(|key| line.starts_with(key))
    }),
    (Format::Ldirectord, |line| {
        let set = line.split_once('=').map(|(key, _)| key.trim());
        let keys = ["virtual", "virtual6", "checktimeout", "checkinterval", "quiescent"];
        set.is_some_and(|key| keys.contains(&key))
    }),
    (Format::Nginx, |line| {
        let words: Vec<_> = line.split_whitespace().collect();
        matches!(
            words.as_slice(),
            ["http" | "events" | "server", "{"] | ["upstream" | "location", _, .., "{"]
        )
    }),
    (Format::Haproxy, |line| {
        let first = line.split_whitespace().next();
        ["defaults", "global"].contains(&line)
            || first.is_some_and(|word| ["frontend", "backend", "listen"].contains(&word))
    }),
    (Format::Json, |line| {
        line.trim_start_matches(['{', '[', ' ']).starts_with('"') && line.contains("\":")
    }),
    (Format::Yaml, |line| {
        let key =
            line.split_once(':').filter(|(_, value)| value.is_empty() || value.starts_with(' '));
        let is_key = |key: &str| key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        line == "---" || key.is_some_and(|(key, _)| !key.is_empty() && is_key(key))
    }),
];

/// The blocks that a keepalived.conf may begin with, and the words that it includes files by.
const BLOCKS: [&str; 8] = [
    "global_defs",
    "include",
    "virtual_server",
    "virtual_server_group",
    "vrrp_instance",
    "vrrp_script",
    "vrrp_sync_group",
    "static_ipaddress",
];

fn is_of_keepalived(line: &str) -> bool {
    let word = line.split([' ', '\t', '{']).next().unwrap_or_default();
    BLOCKS.contains(&word)
}

fn is_saved(line: &str) -> bool {
    let mut words = line.split_whitespace().skip_while(|word| word.ends_with("ipvsadm"));
    let (verb, kind) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    ["-A", "-a", "--add-service", "--add-server"].contains(&verb)
        && [
            "-t",
            "-u",
            "-f",
            "--tcp-service",
            "--udp-service",
            "--fwmark-service",
            "--sctp-service",
        ]
        .contains(&kind)
}

impl Format {
    /// With its article.
    pub fn words(self) -> &'static str {
        match self {
            Self::Binary => "a binary file",
            Self::Html => "a page of the web (HTML)",
            Self::Script => "a script",
            Self::Keepalived => "a keepalived.conf",
            Self::SavedTable => "a table that `ipvsadm -S` printed",
            Self::ListedTable => "a table that `ipvsadm -L` printed",
            Self::Iptables => "a list of rules of iptables",
            Self::Topology => "a topology file of a lab",
            Self::Ldirectord => "an ldirectord.cf",
            Self::Nginx => "an nginx.conf",
            Self::Haproxy => "a haproxy.cfg",
            Self::Json => "a JSON file",
            Self::Yaml => "a YAML file",
        }
    }

    /// What can be done with such a file, if there is something.
    pub fn use_of_it(self) -> Option<&'static str> {
        match self {
            Self::Keepalived => Some("name it behind `--from-keepalived`"),
            Self::SavedTable => Some("name it behind `--from-ipvsadm`"),
            Self::ListedTable => {
                Some("save the table with `ipvsadm -S -n`, and name that behind `--from-ipvsadm`")
            }
            Self::Topology => Some("use it as it is: `lvs-lab check FILE`"),
            Self::Ldirectord => Some("name it behind `--from-ldirectord`"),
            Self::Binary
            | Self::Html
            | Self::Script
            | Self::Iptables
            | Self::Nginx
            | Self::Haproxy
            | Self::Json
            | Self::Yaml => None,
        }
    }
}

/// What a text looks like, and the line that tells it, counted from 0; nothing where no line does.
pub fn looks_like(text: &str) -> Option<(Format, usize)> {
    if is_binary(text) {
        return Some((Format::Binary, 0));
    }
    let head = text.trim_start().get(..9).unwrap_or_default().to_ascii_lowercase();
    if head.starts_with("<!doctype") || head.starts_with("<html") || head.starts_with("<?xml") {
        return Some((Format::Html, 0));
    }
    let is_shell = text.lines().next().is_some_and(|first| first.starts_with("#!/"));
    if is_shell {
        return Some((Format::Script, 0));
    }
    SIGNS.iter().find_map(|(format, sign)| {
        let line = text
            .lines()
            .position(|line| sign(line.trim_end()) || indented(*format, line, *sign))?;
        Some((*format, line))
    })
}

/// Blocks may be indented where braces or quotes tell them apart.
fn indented(format: Format, line: &str, sign: Sign) -> bool {
    let is_free = matches!(format, Format::Keepalived | Format::SavedTable | Format::Json);
    is_free && sign(line.trim())
}

/// Whether one of ten letters at the beginning is of no text.
fn is_binary(text: &str) -> bool {
    let is_none = |c: &char| {
        *c == char::REPLACEMENT_CHARACTER
            || (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{1b}'))
    };
    let begin: Vec<_> = text.chars().take(4096).collect();
    begin.iter().filter(|c| is_none(c)).count() * 10 > begin.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Option<(Format, usize)> {
        looks_like(text)
    }

    #[test]
    fn each_format_is_told_by_a_line_that_no_other_has() {
        let all = [
            ("\u{7f}ELF\u{2}\u{1}\u{1}\0\0\0\0", Format::Binary, 0),
            ("<!DOCTYPE html>\n<html>\n", Format::Html, 0),
            ("#!/bin/sh\nipvsadm -A -t 10.0.0.1:80\n", Format::Script, 0),
            ("! x\n  vrrp_instance VI_1 {\n", Format::Keepalived, 1),
            ("include conf.d/*.conf\n", Format::Keepalived, 0),
            ("# x\n-A -t 10.0.0.1:80 -s rr\n", Format::SavedTable, 1),
            ("ipvsadm -A -t 10.0.0.1:80\n", Format::SavedTable, 0),
            ("IP Virtual Server version 1.2.1 (size=4096)\n", Format::ListedTable, 0),
            ("*nat\n:OUTPUT ACCEPT [0:0]\n", Format::Iptables, 0),
            ("name: a\nnetworks:\n  lan: 10.0.0.0/24\n", Format::Topology, 1),
            ("checktimeout=3\nvirtual=10.0.0.1:80\n", Format::Ldirectord, 0),
            ("user www;\nhttp {\n", Format::Nginx, 1),
            ("defaults\n  mode http\nfrontend a\n", Format::Haproxy, 0),
            ("{\n  \"a\": 1\n}\n", Format::Json, 1),
            ("[{\"a\": 1}]\n", Format::Json, 0),
            ("services:\n  web:\n", Format::Yaml, 0),
        ];
        for (text, format, line) in all {
            assert_eq!(told(text), Some((format, line)), "{text}");
        }
    }

    #[test]
    fn what_no_line_tells_is_nothing() {
        for text in ["", "# comments\n", "root:x:0:0:root:/root:/bin/bash\n", "hello world\n"] {
            assert_eq!(told(text), None, "{text}");
        }
    }
}
