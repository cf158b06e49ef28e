//! How values are written, in topology files and on the command line alike.

use super::{DurationRange, Endpoint, Protocol, SourcePorts};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// A day: longer than any step should last, and far from every overflow.
const LONGEST: u64 = 24 * 60 * 60 * 1000;

/// A duration above 0: a whole number and a unit, as in `300ms`, `2s` or `1m`.
pub fn duration(text: &str) -> Option<Duration> {
    delay(text).filter(|length| !length.is_zero())
}

/// Whether a duration is well written, and longer than a day.
pub fn is_too_long(text: &str) -> bool {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    unit != text && matches!(unit, "ms" | "s" | "m" | "h" | "d") && delay(text).is_none()
}

/// A duration that may be 0, as in `0s`; at most a day.
pub fn delay(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let factor = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60 * 1000,
        "h" => 60 * 60 * 1000,
        _ => return None,
    };
    let length = digits.parse::<u64>().ok()?.checked_mul(factor)?;
    (length <= LONGEST).then(|| Duration::from_millis(length))
}

/// The duration that was probably meant by a text that is none: with a space, a long unit, a
/// fraction, or several units.
pub fn close(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let (mut whole, mut smaller) = (Duration::ZERO, "");
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ','));
        let (digits, behind) = rest.split_at(number.unwrap_or(rest.len()));
        let behind = behind.trim_start();
        let word = behind.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(behind.len());
        let (unit, next) = behind.split_at(word);
        let count = number_of(digits)?;
        let unit = if unit.is_empty() { smaller } else { unit };
        let milliseconds = count * unit_of(unit)?;
        // `1m30` is a minute and 30 seconds.
        smaller = match unit_of(unit) {
            Some(60_000.0) => "s",
            Some(3_600_000.0) => "m",
            _ => "",
        };
        let part = Duration::try_from_secs_f64((milliseconds / 1000.0 * 1e3).round() / 1e3).ok()?;
        whole = whole.checked_add(part)?;
        rest = next.trim_start();
    }
    let length = u64::try_from(whole.as_millis()).ok()?;
    (length > 0 && length <= LONGEST).then_some(whole)
}

/// A number with a fraction, or with a comma before each three digits, as in `1,000`.
fn number_of(digits: &str) -> Option<f64> {
    let mut groups = digits.split(',');
    let first = groups.next()?;
    let is_whole = !first.is_empty() && !first.starts_with('0');
    let are_thousands = is_whole && groups.all(|group| group.len() == 3 && !group.contains('.'));
    let written = if are_thousands { digits.replace(',', "") } else { digits.replace(',', ".") };
    written.parse().ok()
}

/// The milliseconds of a unit as people write it.
fn unit_of(word: &str) -> Option<f64> {
    Some(match word.to_lowercase().as_str() {
        "ms" | "msec" | "msecs" | "millisecond" | "milliseconds" => 1.0,
        "s" | "sec" | "secs" | "second" | "seconds" => 1000.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60_000.0,
        "h" | "hour" | "hours" | "hr" | "hrs" => 3_600_000.0,
        _ => return None,
    })
}

/// A duration in the largest unit that has no fraction of it.
pub fn in_words(length: Duration) -> String {
    match u64::try_from(length.as_millis()).unwrap_or(u64::MAX) {
        ms if ms % 3_600_000 == 0 => format!("{}h", ms / 3_600_000),
        ms if ms % 60_000 == 0 => format!("{}m", ms / 60_000),
        ms if ms % 1000 == 0 => format!("{}s", ms / 1000),
        ms => format!("{ms}ms"),
    }
}

/// A range of durations, both ends included: `3s..5s`, `..4s` or `2s..`.
pub fn duration_range(text: &str) -> Option<DurationRange> {
    let bound = |text: &str, open| match text.trim() {
        "" => Some(open),
        text => delay(text),
    };
    let (min, max) = text.trim().split_once("..").filter(|ends| *ends != ("", ""))?;
    let (min, max) = (bound(min, Duration::ZERO)?, bound(max, Duration::MAX)?);
    (min <= max).then_some(DurationRange { min, max })
}

/// Source ports: `40000`, or `40000..` for this one and the next ones.
pub fn source_ports(text: &str) -> Option<SourcePorts> {
    let port = |digits: &str| digits.parse::<u16>().ok().filter(|port| *port > 0);
    match text.strip_suffix("..") {
        Some(digits) => port(digits).map(SourcePorts::From),
        None => port(text).map(SourcePorts::Fixed),
    }
}

/// Where `http://ADDRESS[:PORT][/PATH]` goes, and its path; with `udp` or `sctp` in the place of
/// `http` over that protocol. Names are none of it: a lab has nobody who could resolve them.
pub fn url(text: &str) -> Option<(Endpoint, String)> {
    let (scheme, rest) = text.split_once("://")?;
    let protocol = match scheme {
        "http" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        "sctp" => Protocol::Sctp,
        _ => return None,
    };
    let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let address = host_and_port(host)?;
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    is_path(&path).then_some((Endpoint { protocol, address }, path))
}

/// `ADDRESS[:PORT]`; an IPv6 address is in brackets (RFC 3986, section 3.2.2).
fn host_and_port(text: &str) -> Option<SocketAddr> {
    let bare = || match text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inside) => inside.parse().ok().map(IpAddr::V6),
        None => text.parse().ok().map(IpAddr::V4),
    };
    let whole: Option<SocketAddr> = text.parse().ok();
    whole.or_else(|| Some(SocketAddr::new(bare()?, 80))).filter(|address| address.port() > 0)
}

/// Whether a request can ask for this path.
pub fn is_path(text: &str) -> bool {
    text.starts_with('/') && text.chars().all(|c| c.is_ascii_graphic() && c != '#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nearly_a_duration_is_understood() {
        let meant = |text| close(text).map(in_words);
        for (text, wanted) in [
            ("5 s", "5s"),
            ("1m30s", "90s"),
            ("1 min 30 sec", "90s"),
            (".5s", "500ms"),
            ("1,5s", "1500ms"),
            ("1,000ms", "1s"),
            ("0,500s", "500ms"),
            ("5 seconds", "5s"),
            ("2M", "2m"),
            ("60m", "1h"),
            ("1m30", "90s"),
        ] {
            assert_eq!(meant(text).as_deref(), Some(wanted), "{text}");
        }
        let too_long = ["30h", "5000000000000000h 1000000000000000000s", "1e400s"];
        let strange = ["", "5", "s", "1s30", "-1s", "0s", "1us", "5s ms", "1..2s"];
        for text in strange.into_iter().chain(too_long) {
            assert_eq!(meant(text), None, "{text}");
        }
    }

    #[test]
    fn a_duration_has_a_unit() {
        assert_eq!(duration("300ms"), Some(Duration::from_millis(300)));
        assert_eq!(duration("2s"), Some(Duration::from_secs(2)));
        assert_eq!(duration("1m"), Some(Duration::from_secs(60)));
        for bad in ["", "2", "s", "-1s", "1.5s", "2 s", "0s", "99999999999999999999s", "25000m"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_duration_of_more_than_a_day_is_too_long() {
        for long in ["86401s", "90000s", "1441m", "99999999999999999999s"] {
            assert!(is_too_long(long), "{long}");
        }
        for other in ["", "2", "s", "2h", "-1s", "1440m", "0s", "1.5s"] {
            assert!(!is_too_long(other), "{other}");
        }
    }

    #[test]
    fn a_range_of_durations_has_one_or_two_ends() {
        let range = |min, max| Some(DurationRange { min, max });
        let seconds = Duration::from_secs;
        assert_eq!(duration_range("3s..5s"), range(seconds(3), seconds(5)));
        assert_eq!(duration_range("..4s"), range(Duration::ZERO, seconds(4)));
        assert_eq!(duration_range("2s.."), range(seconds(2), Duration::MAX));
        assert_eq!(duration_range("0s..10ms"), range(Duration::ZERO, Duration::from_millis(10)));
        for bad in ["", "..", " .. ", "3s", "5s..3s", "3..5", "3s..5", "-1s..2s", "1s..2s..3s"] {
            assert_eq!(duration_range(bad), None, "{bad}");
        }
    }

    #[test]
    fn two_dots_count_source_ports_up() {
        assert_eq!(source_ports("40000"), Some(SourcePorts::Fixed(40000)));
        assert_eq!(source_ports("40000.."), Some(SourcePorts::From(40000)));
        for bad in ["", "0", "0..", "..", "65536", "-1", "1..2"] {
            assert_eq!(source_ports(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_url_is_split_into_address_port_and_path() {
        let split = |text| url(text).map(|(address, path)| (address.to_string(), path));
        let is = |address: &str, path: &str| Some((address.to_owned(), path.to_owned()));
        assert_eq!(split("http://10.0.0.1"), is("10.0.0.1:80", "/"));
        assert_eq!(split("http://10.0.0.1:8080/a?b=c"), is("10.0.0.1:8080", "/a?b=c"));
        assert_eq!(split("udp://10.0.0.1:53"), is("udp 10.0.0.1:53", "/"));
        assert_eq!(split("sctp://10.0.0.1/a"), is("sctp 10.0.0.1:80", "/a"));
        assert_eq!(split("http://[fd00::1]"), is("[fd00::1]:80", "/"));
        assert_eq!(split("http://[fd00::1]:8080/a"), is("[fd00::1]:8080", "/a"));
        let bad = ["10.0.0.1", "https://10.0.0.1", "http://rs1", "http://10.0.0.1:0", "udp://"];
        let bare = ["http://fd00::1", "http://[10.0.0.1]", "http://[fd00::1", "http://[fd00::1]:0"];
        for bad in bad.into_iter().chain(bare) {
            assert_eq!(split(bad), None, "{bad}");
        }
    }
}
