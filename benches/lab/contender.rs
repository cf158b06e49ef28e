use super::Result;
use super::{programs, topology};
use clap::ValueEnum;
use std::fmt;
use std::path::Path;
use std::process::Command;

/// Where the topology file lies, in the sandbox's own /run.
pub const FILE: &str = "/run/bench.yaml";

/// A program that makes and removes a lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub enum Contender {
    /// `lvs-lab up`, `lvs-lab down`.
    LvsLab,
    /// `floor.c`: no servers.
    Floor,
    /// `up-parallel.sh` with busybox.
    Parallel,
    /// `up-batch.sh` with busybox.
    Batch,
    /// `up-lecture.sh` with busybox.
    Lecture,
}

impl Contender {
    /// Writes what `up` will read.
    pub fn prepare(self, size: u32) -> Result<()> {
        Ok(std::fs::write(FILE, topology::text(size))?)
    }

    /// The command that makes the lab, and returns when it serves.
    pub fn up(self, size: u32) -> Command {
        match self {
            Self::LvsLab => lvs_lab(&["up", FILE, "--format", "json"]),
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
    pub fn down(self, size: u32) -> Command {
        match self {
            Self::LvsLab => lvs_lab(&["down", topology::NAME]),
            Self::Floor => with_size(&programs::floor(), "down", size),
            Self::Parallel | Self::Batch => script("down-batch.sh", size),
            Self::Lecture => script("down-lecture.sh", size),
        }
    }

    /// How long making took by the program's own clock, in microseconds, if it says so.
    pub fn own_time(self, output: &str) -> Option<f64> {
        match self {
            Self::LvsLab => output.lines().find_map(up_micros),
            Self::Floor => output.trim().parse().ok(),
            Self::Parallel | Self::Batch | Self::Lecture => None,
        }
    }

    /// The namespace of the client, if the lab has servers that it can ask.
    pub fn client(self) -> Option<&'static str> {
        match self {
            Self::LvsLab => Some("bench-client"),
            Self::Floor => None,
            Self::Parallel | Self::Batch | Self::Lecture => Some("rival-client"),
        }
    }
}

impl fmt::Display for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::LvsLab => "lvs-lab",
            Self::Floor => "floor",
            Self::Parallel => "parallel shell",
            Self::Batch => "batch shell",
            Self::Lecture => "lecture shell",
        })
    }
}

/// `lvs-lab` on the running kernel, as the rivals are.
pub fn lvs_lab(arguments: &[&str]) -> Command {
    let mut command = Command::new(programs::LVS_LAB);
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
