use super::Result;
use super::{programs, topology};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;

/// Where the topology file lies, in the sandbox's own /run.
pub const FILE: &str = "/run/bench.yaml";

/// A program that makes and removes a lab.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Contender {
    /// `lvs-lab up`, `lvs-lab down`: the build that is measured, or another one.
    LvsLab(PathBuf),
    /// `floor.c`: no servers.
    Floor,
    /// `up-parallel.sh` with busybox.
    Parallel,
    /// `up-batch.sh` with busybox.
    Batch,
    /// `up-lecture.sh` with busybox.
    Lecture,
}

/// The words for those that are no `lvs-lab`.
const WORDS: [(&str, Contender); 4] = [
    ("floor", Contender::Floor),
    ("parallel", Contender::Parallel),
    ("batch", Contender::Batch),
    ("lecture", Contender::Lecture),
];

impl Contender {
    /// The build that is measured.
    pub fn ours() -> Self {
        Self::LvsLab(programs::LVS_LAB.into())
    }

    /// Whether it is another build of `lvs-lab`.
    pub fn is_build(&self) -> bool {
        matches!(self, Self::LvsLab(_)) && *self != Self::ours()
    }

    /// What it is read from: a word, or the path of an `lvs-lab`.
    pub fn word(&self) -> String {
        match self {
            Self::LvsLab(program) => program.display().to_string(),
            Self::Floor | Self::Parallel | Self::Batch | Self::Lecture => {
                let word = WORDS.iter().find(|(_, contender)| contender == self);
                word.map(|(word, _)| *word).unwrap_or_default().to_owned()
            }
        }
    }

    /// The program, if it is an `lvs-lab`.
    pub fn program(&self) -> Result<&Path> {
        match self {
            Self::LvsLab(program) => Ok(program),
            Self::Floor | Self::Parallel | Self::Batch | Self::Lecture => {
                Err(format!("{self} is no lvs-lab").into())
            }
        }
    }

    /// Writes what `up` will read.
    pub fn prepare(size: u32) -> Result<()> {
        Ok(std::fs::write(FILE, topology::text(size))?)
    }

    /// The command that makes the lab, and returns when it serves.
    pub fn up(&self, size: u32) -> Command {
        match self {
            Self::LvsLab(program) => on_host(program, &["up", FILE, "--format", "json"]),
            Self::Floor => {
                let mut floor = with_size(&programs::floor(), "up", size);
                floor.args(topology::has_ipvs().then(|| topology::VIP.to_string()));
                floor
            }
            Self::Parallel => script("up-parallel.sh", size),
            Self::Batch => script("up-batch.sh", size),
            Self::Lecture => script("up-lecture.sh", size),
        }
    }

    /// The command that removes it.
    pub fn down(&self, size: u32) -> Command {
        match self {
            Self::LvsLab(program) => on_host(program, &["down", topology::NAME]),
            Self::Floor => with_size(&programs::floor(), "down", size),
            Self::Parallel | Self::Batch => script("down-batch.sh", size),
            Self::Lecture => script("down-lecture.sh", size),
        }
    }

    /// How long making took by the program's own clock, in microseconds, if it says so.
    pub fn own_time(&self, output: &str) -> Option<f64> {
        match self {
            Self::LvsLab(_) => output.lines().find_map(up_micros),
            Self::Floor => output.trim().parse().ok(),
            Self::Parallel | Self::Batch | Self::Lecture => None,
        }
    }

    /// The namespace of the client, if the lab has servers that it can ask.
    pub fn client(&self) -> Option<&'static str> {
        match self {
            Self::LvsLab(_) => Some("bench-client"),
            Self::Floor => None,
            Self::Parallel | Self::Batch | Self::Lecture => Some("rival-client"),
        }
    }
}

impl fmt::Display for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::LvsLab(program) => {
                program.file_name().and_then(|name| name.to_str()).unwrap_or("lvs-lab")
            }
            Self::Floor => "floor",
            Self::Parallel => "parallel shell",
            Self::Batch => "batch shell",
            Self::Lecture => "lecture shell",
        })
    }
}

impl FromStr for Contender {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        if text.contains('/') {
            return Ok(Self::LvsLab(text.into()));
        }
        let known = WORDS.into_iter().find(|(word, _)| *word == text);
        known
            .map(|(_, contender)| contender)
            .ok_or("say floor, parallel, batch or lecture, or the path of another lvs-lab")
    }
}

/// An `lvs-lab` on the running kernel, as the rivals are.
pub fn on_host(program: impl AsRef<Path>, arguments: &[&str]) -> Command {
    let mut command = Command::new(program.as_ref());
    command.args(arguments).env("LVS_LAB_KERNEL", "host");
    command
}

fn with_size(program: &Path, verb: &str, size: u32) -> Command {
    let mut command = Command::new(program);
    command.arg(verb).arg(size.to_string());
    command
}

fn script(name: &str, size: u32) -> Command {
    let mut command = Command::new(programs::rival(name));
    command.arg(size.to_string());
    command.envs(topology::has_ipvs().then(|| ("VIP", topology::VIP.to_string())));
    command
}

fn up_micros(line: &str) -> Option<f64> {
    let event: serde_json::Value = serde_json::from_str(line).ok()?;
    (event["event"] == "up").then(|| event["micros"].as_f64())?
}
