use super::{GuestError, LogTail};
use nix::fcntl::OFlag;
use nix::sys::memfd::{MFdFlags, memfd_create};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Child;

/// A kernel that can be booted as a process. The seam for every kind of guest.
pub trait Provider {
    /// Its name on the command line.
    fn name(&self) -> &'static str;

    /// Starts a guest. It is not up before it has said [`super::Hello`].
    fn boot(&self, boot: &Boot) -> Result<Machine, GuestError>;
}

/// How a guest is to be booted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boot {
    /// The program that becomes the guest's first process and calls [`super::agent::run`] there.
    pub init: PathBuf,
    /// How much memory the guest has.
    pub memory: Mebibytes,
    /// The guest's host name.
    pub hostname: String,
    /// Where the console is written to; without a path it is kept in memory.
    pub log: Option<PathBuf>,
}

/// An amount of memory in units of 2^20 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mebibytes(pub u32);

impl Default for Mebibytes {
    /// Enough for a lab of some hundred nodes.
    fn default() -> Self {
        Self(512)
    }
}

/// A booted guest, seen from outside.
#[derive(Debug)]
pub struct Machine {
    /// The process that leads the guest's session and process group.
    pub process: Child,
    /// Where the guest's frames come from.
    pub from: OwnedFd,
    /// Where frames for the guest go.
    pub to: OwnedFd,
    /// How many bytes may be on their way to the guest before it has read them.
    pub window: usize,
    /// What the guest says to its console.
    pub console: Console,
}

/// A guest's console.
#[derive(Debug)]
pub struct Console(File);

impl Console {
    /// A console in this file, or in memory.
    pub fn open(path: Option<&Path>) -> io::Result<Self> {
        let Some(path) = path else {
            return Ok(Self(memfd_create(c"console", MFdFlags::MFD_CLOEXEC)?.into()));
        };
        OpenOptions::new().read(true).append(true).create(true).open(path).map(Self)
    }

    /// The file, for the guest to write to.
    pub fn file(&self) -> &File {
        &self.0
    }

    /// The last lines, at most twenty. Indented ones are left out: they are a stack's addresses.
    pub fn tail(&self) -> LogTail {
        let length = self.0.metadata().map_or(0, |data| data.len());
        let mut bytes = vec![0; usize::try_from(length.min(8 << 10)).unwrap_or(0)];
        let start = length - bytes.len() as u64;
        let read = self.0.read_at(&mut bytes, start).unwrap_or(0);
        let text = String::from_utf8_lossy(&bytes[..read]);
        let said = |line: &&str| !line.is_empty() && !line.starts_with([' ', '\t']);
        let lines: Vec<_> = text.lines().map(str::trim_end).filter(said).collect();
        let last = lines.iter().rev().take(20).rev();
        LogTail(last.map(|&line| line.to_owned()).collect())
    }
}

/// A pipe of which no child gets a copy by accident.
pub(super) fn pipe() -> nix::Result<(OwnedFd, OwnedFd)> {
    nix::unistd::pipe2(OFlag::O_CLOEXEC)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_tail_is_the_last_twenty_lines_without_a_stack() {
        let console = Console::open(None).unwrap();
        (0..2000).for_each(|n| writeln!(console.file(), "line {n}\n  [<60029>] dump").unwrap());
        let tail = console.tail();
        assert_eq!(tail.0.len(), 20);
        assert_eq!(tail.0.first().map(String::as_str), Some("line 1980"));
        assert_eq!(tail.0.last().map(String::as_str), Some("line 1999"));
    }
}
