use crate::lab::SourcePorts;
use std::time::Duration;

/// A duration of the command line: `300ms`, `2s`, `1m`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let unit = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(unit);
    let number: u64 = digits.parse().map_err(|_| wrong(text))?;
    match unit {
        "ms" => Ok(Duration::from_millis(number)),
        "s" => Ok(Duration::from_secs(number)),
        "m" => Ok(Duration::from_secs(number.saturating_mul(60))),
        _ => Err(wrong(text)),
    }
}

fn wrong(text: &str) -> String {
    format!("`{text}` is no duration; write 300ms, 2s or 1m")
}

/// Source ports of the command line: `40000`, or `40000..` to count up.
pub fn source_ports(text: &str) -> Result<SourcePorts, String> {
    let wrong = || format!("`{text}` is no source port; write 40000, or 40000.. to count up");
    match text.strip_suffix("..") {
        Some(first) => first.parse().map(SourcePorts::From).map_err(|_| wrong()),
        None => text.parse().map(SourcePorts::Fixed).map_err(|_| wrong()),
    }
}
