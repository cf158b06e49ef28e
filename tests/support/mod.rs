//! Calls of the real program for black-box tests.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(dead_code, reason = "each test program uses its own part")]

pub mod lab;
pub mod listings;
mod patience;
pub mod ran;
pub mod traces;

pub use patience::PATIENCE;
pub use ran::Ran;

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use traces::Traces;

/// The user and the group `nobody`.
const NOBODY: u32 = 65534;

/// Who calls the program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum User {
    /// Whoever runs the tests.
    Own,
    /// A user without any rights.
    Nobody,
}

/// A place of a test's own: a directory for its files, and one for the state of its labs. What is
/// still up when it goes is taken down.
pub struct Place {
    root: TempDir,
    user: User,
}

impl Place {
    /// A place of the user who runs the tests.
    pub fn new() -> Self {
        Self::of(User::Own)
    }

    /// A place of this user.
    pub fn of(user: User) -> Self {
        let root = tempfile::Builder::new().prefix("lvs-lab-").tempdir_in("/tmp").unwrap();
        fs::set_permissions(root.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let place = Self { root, user };
        if user == User::Nobody {
            // The program may lie where nobody may look.
            fs::copy(env!("CARGO_BIN_EXE_lvs-lab"), place.file("lvs-lab")).unwrap();
            chown(place.root.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        place
    }

    /// Where the state is.
    pub fn state(&self) -> PathBuf {
        self.root.path().join("state")
    }

    /// The path of a file of this name.
    pub fn file(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Writes a file and returns its path as a word for a command line.
    pub fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.file(name), text).unwrap();
        self.file(name).to_str().unwrap().to_owned()
    }

    /// The program with a plain environment.
    pub fn program(&self, words: &[&str]) -> Command {
        let mut command = match self.user {
            User::Own => program(&self.state()),
            User::Nobody => {
                let mut command = plain(&self.file("lvs-lab"), &self.state());
                command.uid(NOBODY).gid(NOBODY).env("HOME", self.root.path());
                command.env("PATH", ordinary_path());
                command
            }
        };
        command.args(words);
        command
    }

    /// Calls the program and waits for it.
    pub fn run(&self, words: &[&str]) -> Ran {
        self.program(words).output().unwrap().into()
    }

    /// Calls the program, gives it input, and waits for it.
    pub fn run_with(&self, words: &[&str], input: &[u8]) -> Ran {
        let mut command = self.program(words);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        std::thread::scope(|scope| {
            scope.spawn(move || stdin.write_all(input));
            child.wait_with_output().unwrap().into()
        })
    }

    /// Runs a command in a node.
    pub fn exec(&self, lab: &str, node: &str, command: &[&str]) -> Ran {
        self.run(&[&["exec", lab, node, "--"], command].concat())
    }

    /// What the labs of these names have left on the machine. The names must be this place's only.
    pub fn traces(&self, labs: &[&str]) -> Traces {
        Traces::of(&self.state(), labs)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = self.program(&["down", "--all"]).output();
    }
}

/// The program with a plain environment and its state in this directory.
pub fn program(state: &Path) -> Command {
    plain(Path::new(env!("CARGO_BIN_EXE_lvs-lab")), state)
}

/// Calls the program and waits for it.
pub fn run(state: &Path, words: &[&str]) -> Ran {
    program(state).args(words).output().unwrap().into()
}

fn plain(program: &Path, state: &Path) -> Command {
    let mut command = Command::new(program);
    for name in ["LVS_LAB_KERNEL", "LVS_LAB_COLOR", "LVS_LAB_QUIET", "NO_COLOR", "COLUMNS"] {
        command.env_remove(name);
    }
    command.env("LVS_LAB_STATE_DIR", state).stdin(Stdio::null());
    command
}

/// Where an ordinary user looks for programs: PATH without those of system administration
/// (login.defs(5), ENV_PATH).
fn ordinary_path() -> String {
    let path = std::env::var("PATH").unwrap();
    let ordinary = path.split(':').filter(|directory| !directory.ends_with("sbin"));
    ordinary.collect::<Vec<_>>().join(":")
}

/// A lab's name that no other run of the tests has at this time.
pub fn unique(name: &str) -> String {
    format!("{name}-{}", std::process::id())
}

/// The text of a built-in topology.
pub fn topology(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies");
    fs::read_to_string(folder.join(name).with_extension("yaml")).unwrap()
}

/// The text with another in place of a part of it that must be there.
pub fn replaced(text: &str, part: &str, by: &str) -> String {
    assert!(text.contains(part), "no `{part}` in\n{text}");
    text.replace(part, by)
}

/// Waits for a condition; `otherwise` says what is so instead.
pub fn eventually(mut condition: impl FnMut() -> bool, otherwise: impl Fn() -> String) {
    let end = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < end, "{}", otherwise());
        std::thread::sleep(Duration::from_millis(5));
    }
}
