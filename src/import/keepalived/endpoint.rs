use super::block::Word;
use super::reading::{MOST, brief};
use crate::import::{Said, Spot};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address and its port; none of every port.
pub type Endpoint = (Said<IpAddr>, Option<Said<i64>>);

/// A word that is no address or no port.
pub struct Misspelt {
    /// Where it is.
    pub spot: Spot,
    /// Why keepalived goes without its block.
    pub why: String,
    /// What mends it.
    pub help: String,
}

/// An address and a port in digits.
///
/// # Errors
///
/// The word that is none.
pub fn endpoint(address: &Word, port: Option<&Word>) -> Result<Endpoint, Misspelt> {
    let spot = address.said.spot;
    let value = address.text().parse().map_err(|_| misspelt(address, of_address))?;
    let address = Said { value, spot };
    let Some(word) = port.filter(|word| !is_zero(word)) else { return Ok((address, None)) };
    let port = word.text().parse().ok().filter(|port| (1..=MOST).contains(port));
    let value = port.ok_or_else(|| misspelt(word, of_port))?;
    Ok((address, Some(Said { value, spot: word.said.spot })))
}

/// Whether a word is a port of zeros, which is none.
pub fn is_zero(word: &Word) -> bool {
    !word.text().is_empty() && word.text().chars().all(|c| c == '0')
}

/// What is wrong with a word, and what mends it.
type Reason = (String, String);

fn misspelt(word: &Word, reason: fn(&str) -> Reason) -> Misspelt {
    let text = brief(word.text());
    let (why, help) = undefined(&text).unwrap_or_else(|| reason(&text));
    Misspelt { spot: word.said.spot, why, help }
}

/// A variable that no line above has set.
fn undefined(text: &str) -> Option<Reason> {
    let name = text.strip_prefix('$')?;
    let why = format!("`{text}` is not defined above");
    Some((why, format!("set it before this line, as in `${name}=VALUE`")))
}

fn of_address(text: &str) -> Reason {
    let none = format!("`{text}` is no address");
    let (bare, port) = parted(text);
    if bare.parse::<Ipv6Addr>().is_ok() && text.starts_with('[') {
        let instead = [bare, port.unwrap_or_default()].join(" ");
        return (none, format!("leave the brackets out: `{}`", instead.trim_end()));
    }
    if let Some(port) = port.filter(|_| bare.parse::<Ipv4Addr>().is_ok()) {
        return (none, format!("write a blank in place of the colon: `{bare} {port}`"));
    }
    if text.split_once('/').is_some_and(|(bare, _)| bare.parse::<IpAddr>().is_ok()) {
        return (none, "leave the length of the prefix out".to_owned());
    }
    if text.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return (none, "write four numbers of 0 to 255, without zeros before them".to_owned());
    }
    if text.contains(':') && text.chars().all(|c| c.is_ascii_hexdigit() || ".:".contains(c)) {
        return (none, "write an IPv6 address, as in `2001:db8::80`".to_owned());
    }
    let why = format!("it looks up no names of hosts, as in `{text}`");
    (why, "write the address, as in `192.168.150.100`".to_owned())
}

/// The address and the port, with a colon between them as in other programs.
fn parted(text: &str) -> (&str, Option<&str>) {
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    match bracketed {
        Some((bare, rest)) => (bare, rest.strip_prefix(':')),
        None => text.split_once(':').map_or((text, None), |(bare, port)| (bare, Some(port))),
    }
}

fn of_port(text: &str) -> Reason {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.chars().all(|c| c.is_ascii_digit()) {
        return (format!("`{text}` is no port"), format!("choose 1 to {MOST}"));
    }
    let why = format!("it looks up no names of ports, as in `{text}`");
    (why, "write the number of the port, as in `80`".to_owned())
}
