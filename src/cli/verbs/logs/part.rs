use crate::text::visible;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

/// One log of a lab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Whose: `supervisor`, or a node and a daemon or a process.
    pub log: String,
    /// Its file.
    pub path: PathBuf,
}

impl Part {
    /// What was written so far.
    pub fn read(&self) -> Vec<u8> {
        fs::read(&self.path).unwrap_or_default()
    }

    /// The last lines of what was written, or all of them, below a head; nothing if there are none.
    pub fn text(&self, written: &[u8], most: Option<usize>) -> String {
        let lines = last(written, most);
        if lines.is_empty() {
            return String::new();
        }
        let lines = lines.iter().map(|line| format!("{line}\n"));
        format!("{}{}", self.head(), lines.collect::<String>())
    }

    /// What stands above its lines, as in tail(1).
    pub fn head(&self) -> String {
        format!("==> {} <==\n", self.log)
    }

    /// Its last lines, or all of them.
    pub fn json(&self, most: Option<usize>) -> Value {
        json!({ "log": self.log, "lines": last(&self.read(), most) })
    }
}

fn last(written: &[u8], most: Option<usize>) -> Vec<String> {
    let mut lines = told(written);
    lines.split_off(lines.len().saturating_sub(most.unwrap_or(usize::MAX)))
}

/// How long the whole lines of what was written are, in bytes.
pub fn whole(written: &[u8]) -> usize {
    written.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1)
}

/// The lines of what was written, without anything that moves a terminal's cursor.
pub fn told(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    text.lines().map(|line| visible(line.replace('\t', "    ").trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_its_head_and_its_last_lines() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "one\ntwo\tmore\nthree\x1b[2J\n").unwrap();
        let part = Part { log: "rs1 nginx".to_owned(), path: file.path().to_owned() };
        let last = "==> rs1 nginx <==\ntwo    more\nthree\\u{1b}[2J\n";
        assert_eq!(part.text(&part.read(), Some(2)), last);
        assert_eq!(part.json(None)["lines"].as_array().unwrap().len(), 3);
        assert_eq!(part.text(&part.read(), Some(0)), "");
    }
}
