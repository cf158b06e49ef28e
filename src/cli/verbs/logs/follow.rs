use super::part::{Part, told, whole};
use crate::cli::terminal::print;
use crate::state::LabDir;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::time::Duration;

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// How far logs were read.
#[derive(Debug, Default)]
pub struct Followed {
    /// In bytes, by file.
    read: HashMap<PathBuf, u64>,
    /// Whose lines were printed last.
    last: Option<String>,
}

impl Followed {
    /// Notes how much of a log was printed, in bytes.
    pub fn has_read(&mut self, part: &Part, bytes: usize) {
        self.read.insert(part.path.clone(), bytes as u64);
    }

    /// Prints what is written into logs from now on, those too that begin meanwhile, until the lab
    /// is down.
    pub fn go_on(&mut self, dir: &LabDir, parts: impl Fn() -> Vec<Part>) {
        while dir.exists() {
            parts().iter().for_each(|part| print(&self.news(part)));
            std::thread::sleep(PAUSE);
        }
    }

    /// The whole lines that a log has got since it was last looked at, below its head if another's
    /// were before.
    fn news(&mut self, part: &Part) -> String {
        let bytes = self.more(part).unwrap_or_default();
        let whole = whole(&bytes);
        if whole == 0 {
            return String::new();
        }
        *self.read.entry(part.path.clone()).or_default() += whole as u64;
        let head = self.last.replace(part.log.clone()).as_ref() != Some(&part.log);
        let head = if head { part.head() } else { String::new() };
        let lines = told(&bytes[..whole]).into_iter().map(|line| line + "\n");
        head + &lines.collect::<String>()
    }

    /// What was not read yet; a file that has become shorter is a new one.
    fn more(&mut self, part: &Part) -> io::Result<Vec<u8>> {
        let mut file = File::open(&part.path)?;
        let read = self.read.entry(part.path.clone()).or_default();
        if file.metadata()?.len() < *read {
            *read = 0;
        }
        file.seek(SeekFrom::Start(*read))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn only_whole_new_lines_are_news() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let part = Part { log: "d1 speaker".to_owned(), path: file.path().to_owned() };
        let mut followed = Followed::default();
        let mut news = |text: &str| {
            fs::write(file.path(), text).unwrap();
            followed.news(&part)
        };
        assert_eq!(news("one\ntw"), "==> d1 speaker <==\none\n");
        assert_eq!(news("one\ntw"), "");
        assert_eq!(news("one\ntwo\n"), "two\n");
        assert_eq!(news("new\n"), "new\n");
    }
}
