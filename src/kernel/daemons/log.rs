use crate::kernel::Cause;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// How many lines of a log an error repeats.
const LINES: usize = 8;

/// What a daemon says, in the file that its earlier lives have written to.
pub struct Log {
    path: PathBuf,
    /// Where this life's part begins, in bytes.
    begin: usize,
}

impl Log {
    /// Opens a log at its end; the file is for the daemon to write to.
    pub fn open(path: &Path) -> Result<(Self, File), Cause> {
        let opened = OpenOptions::new().append(true).create(true).mode(0o600).open(path);
        let file = opened.map_err(|e| Cause::io("open", e))?;
        let begin = file.metadata().map_or(0, |found| found.len() as usize);
        Ok((Self { path: path.to_owned(), begin }, file))
    }

    /// What was said in this life.
    pub fn said(&self) -> String {
        let text = fs::read(&self.path).unwrap_or_default();
        String::from_utf8_lossy(text.get(self.begin..).unwrap_or_default()).into_owned()
    }

    /// The last lines of that.
    pub fn last_words(&self) -> String {
        tail(&self.said())
    }
}

/// The daemons of a directory that have said something, each with its last lines, by name.
pub fn last_words(directory: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let said = entries.filter_map(|entry| {
        let daemon = entry.file_name().to_str()?.strip_suffix(".log")?.to_owned();
        let said = fs::read(entry.path()).ok()?;
        Some((daemon, tail(&String::from_utf8_lossy(&said))))
    });
    said.filter(|(_, words)| !words.is_empty()).collect()
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn last_words_are_of_this_life_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("speaker.log");
        let (first, mut file) = Log::open(&path).unwrap();
        assert_eq!(first.last_words(), "");
        file.write_all(b"one\n").unwrap();
        let (second, mut file) = Log::open(&path).unwrap();
        let lines: String = (0..20).map(|number| format!("{number}\n")).collect();
        file.write_all(lines.as_bytes()).unwrap();
        assert_eq!(second.last_words(), "12\n13\n14\n15\n16\n17\n18\n19");
        let said = BTreeMap::from([("speaker".to_owned(), second.last_words())]);
        assert_eq!(last_words(directory.path()), said);
    }
}
