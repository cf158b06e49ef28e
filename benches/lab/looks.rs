use super::Result;
use super::contender::{Contender, FILE};
use super::table::{Aim, Row, Table};
use super::timing::timed;
use super::{sandbox, topology};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// The size at which `status --watch` must renew each second.
const WATCHED: u32 = 100;

/// How many renewals are timed.
const RENEWALS: usize = 3;

/// What looking is held against: the whole command that made the lab, and the making alone.
const UP: &str = "its up";
const BUILDING: &str = "its building";

/// The kernel that a lab is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kernel {
    /// The running one.
    Host,
    /// That of a User-Mode Linux guest.
    Uml,
}

/// What looking at one lab took, against what making it took; in microseconds.
#[derive(Serialize, Deserialize)]
pub struct Look {
    /// The whole command `up`, with the start of a guest.
    up: f64,
    /// What `up` says that making took.
    building: f64,
    /// The whole command `status`.
    status: f64,
    /// The whole command `up` for a lab that is up as its file says.
    again: f64,
    /// From each view of `status --watch` to the next.
    renewals: Vec<f64>,
}

impl Kernel {
    fn word(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Uml => "uml",
        }
    }

    fn place(self) -> &'static str {
        match self {
            Self::Host => "running kernel",
            Self::Uml => "guest",
        }
    }

    fn lvs_lab(self, program: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(["--kernel", self.word(), "--quiet"]).args(words);
        command
    }
}

/// Measures in sandboxes, a lab each time; other builds of `lvs-lab` take turns.
pub fn measure(
    kernels: &[Kernel],
    (sizes, rounds): (&[u32], usize),
    builds: &[Contender],
    table: &mut Table,
) -> Result<()> {
    for kernel in kernels {
        for size in sizes {
            let mut ours = Vec::new();
            let mut theirs: Vec<Vec<Look>> = builds.iter().map(|_| Vec::new()).collect();
            for round in 1..=if *size < 500 { rounds } else { rounds.min(3) } {
                eprintln!("{size} real servers, {}, round {round}", kernel.place());
                ours.push(look(&Contender::ours(), *kernel, *size)?);
                for (build, looks) in builds.iter().zip(&mut theirs) {
                    looks.push(look(build, *kernel, *size)?);
                }
            }
            rows(*kernel, *size, &ours).into_iter().for_each(|row| table.add(row));
            for (build, looks) in builds.iter().zip(&theirs) {
                let place = format!("{size}, {}", kernel.place());
                against(build, &place, (&ours, looks)).into_iter().for_each(|row| table.add(row));
            }
        }
    }
    Ok(())
}

fn look(contender: &Contender, kernel: Kernel, size: u32) -> Result<Look> {
    let words = ["look", &contender.word(), kernel.word(), &size.to_string()].map(str::to_owned);
    sandbox::run(&words, size)
}

/// The same looks by another build.
fn against(build: &Contender, place: &str, (ours, theirs): (&[Look], &[Look])) -> [Row; 2] {
    let row = |what: &str, time: fn(&Look) -> f64| Row {
        what: format!("{what}, {place}"),
        rival: build.to_string(),
        ours: ours.iter().map(time).collect(),
        theirs: theirs.iter().map(time).collect(),
        aim: Aim::Faster,
    };
    [row("status", |look| look.status), row("up again", |look| look.again)]
}

fn rows(kernel: Kernel, size: u32, looks: &[Look]) -> Vec<Row> {
    let each = |time: fn(&Look) -> f64| looks.iter().map(time).collect::<Vec<_>>();
    let row = |what: &str, ours: fn(&Look) -> f64, (rival, theirs): (&str, fn(&Look) -> f64)| Row {
        what: format!("{what}, {size}, {}", kernel.place()),
        rival: rival.to_owned(),
        ours: each(ours),
        theirs: each(theirs),
        aim: if rival == UP { Aim::AtMost(1.0) } else { Aim::Faster },
    };
    let renewals: Vec<f64> = looks.iter().flat_map(|look| look.renewals.clone()).collect();
    let watch = Row {
        what: format!("status --watch, {size}, {}", kernel.place()),
        rival: "a second".to_owned(),
        theirs: vec![1e6; renewals.len()],
        ours: renewals,
        aim: Aim::AtMost(1.1),
    };
    let mut rows = vec![
        row("status", |look| look.status, (UP, |look| look.up)),
        row("status", |look| look.status, (BUILDING, |look| look.building)),
        row("up again", |look| look.again, (UP, |look| look.up)),
    ];
    rows.extend((size == WATCHED).then_some(watch));
    rows
}

/// Inside: makes a lab, looks at it, removes it.
pub fn run(contender: &Contender, kernel: Kernel, size: u32) -> Result<Look> {
    Contender::prepare(size)?;
    let program = contender.program()?;
    let command = |words: &[&str]| kernel.lvs_lab(program, words);
    let (up, output) = timed(command(&["up", FILE, "--format", "json"]))?;
    let building = contender.own_time(&output).ok_or("`up` told no time")?;
    let (status, told) = timed(command(&["status", topology::NAME]))?;
    if !told.contains("as the file says") {
        return Err(format!("the lab is not as its file says:\n{told}").into());
    }
    let (again, _) = timed(command(&["up", FILE]))?;
    let watch = command(&["status", topology::NAME, "--watch", "--format", "json"]);
    let renewals = if size == WATCHED { renewals(watch)? } else { Vec::new() };
    timed(command(&["down", topology::NAME]))?;
    Ok(Look { up, building, status, again, renewals })
}

/// When each view is complete tells how far they are apart.
fn renewals(mut watch: Command) -> Result<Vec<f64>> {
    let mut watch = watch.stdout(Stdio::piped()).spawn()?;
    let pipe = watch.stdout.take().ok_or("no pipe")?;
    let views = serde_json::Deserializer::from_reader(pipe).into_iter::<serde_json::Value>();
    let seen: std::result::Result<Vec<_>, _> =
        views.take(RENEWALS + 1).map(|view| view.map(|_| Instant::now())).collect();
    watch.kill()?;
    watch.wait()?;
    let seen = seen?;
    let apart = |pair: &[Instant]| (pair[1] - pair[0]).as_secs_f64() * 1e6;
    Ok(seen.windows(2).map(apart).collect())
}
