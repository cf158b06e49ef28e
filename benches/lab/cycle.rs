use super::Result;
use super::contender::Contender;
use super::table::{Aim, Row, Table};
use super::timing::timed;
use super::{sandbox, topology};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::process::Command;

/// One lab, up and down; all times in microseconds.
#[derive(Clone, Serialize, Deserialize)]
pub struct Cycle {
    /// What the program says that making took, without its start and the reading of files. The
    /// floor's has no servers in it, that of `lvs-lab` has.
    own: Option<f64>,
    /// The whole command, until the lab serves.
    up: f64,
    /// The whole command, until it returned.
    down: f64,
}

/// Inside a sandbox: makes a lab, looks whether it is there, removes it, looks whether it is gone.
pub fn run(contender: &Contender, size: u32) -> Result<Cycle> {
    Contender::prepare(size)?;
    let (up, output) = timed(contender.up(size))?;
    let names = names()?;
    if names < size as usize + 2 {
        return Err(format!("{contender} made {names} namespaces for {size} real servers").into());
    }
    if let Some(client) = contender.client() {
        ask(client, size)?;
    }
    let (down, _) = timed(contender.down(size))?;
    match self::names()? {
        0 => Ok(Cycle { own: contender.own_time(&output), up, down }),
        left => Err(format!("{contender} left {left} namespaces").into()),
    }
}

fn names() -> Result<usize> {
    Ok(std::fs::read_dir("/run/netns")?.count())
}

/// The last real server must answer with its name.
fn ask(client: &str, size: u32) -> Result<()> {
    let mut curl = Command::new("ip");
    let url = format!("http://{}/", topology::real_server(size));
    curl.args(["netns", "exec", client, "curl", "-sS", "--max-time", "5", &url]);
    let (_, answer) = timed(curl)?;
    match answer.trim().ends_with(&format!("r{size}")) {
        true => Ok(()),
        false => Err(format!("{url} answered `{answer}`").into()),
    }
}

/// Every cycle that was measured, by contender and size, in the order of the rounds.
#[derive(Default)]
pub struct Cycles {
    measured: HashMap<(Contender, u32), Vec<Cycle>>,
    sizes: Vec<u32>,
    rivals: Vec<Contender>,
}

impl Cycles {
    /// Lets `lvs-lab` and its rivals take turns.
    pub fn measure(sizes: &[u32], against: &[Contender], rounds: usize) -> Result<Self> {
        let (sizes_of_all, rivals) = (sizes.to_vec(), against.to_vec());
        let mut cycles = Self { sizes: sizes_of_all, rivals, ..Self::default() };
        for &size in sizes {
            let rounds = if size < 500 { rounds } else { rounds.min(3) };
            for round in 1..=rounds {
                eprintln!("{size} real servers, round {round} of {rounds}");
                for contender in [Contender::ours()].iter().chain(against) {
                    cycles.add(contender, size)?;
                }
            }
        }
        Ok(cycles)
    }

    fn add(&mut self, contender: &Contender, size: u32) -> Result<()> {
        let words = ["cycle".to_owned(), contender.word(), size.to_string()];
        let cycle = sandbox::run(&words, size)?;
        self.measured.entry((contender.clone(), size)).or_default().push(cycle);
        Ok(())
    }

    /// The rows of the table.
    pub fn rows(&self, table: &mut Table) {
        for comparison in &COMPARISONS {
            for rival in self.rivals.iter().filter(|rival| (comparison.with)(rival)) {
                let rows = self.sizes.iter().filter_map(|size| self.row(comparison, rival, *size));
                rows.for_each(|row| table.add(row));
            }
        }
    }

    /// A comparison at one size, if both were measured.
    fn row(&self, comparison: &Comparison, rival: &Contender, size: u32) -> Option<Row> {
        let times = |contender| -> Option<Vec<f64>> {
            self.measured.get(&(contender, size))?.iter().map(comparison.time).collect()
        };
        Some(Row {
            what: format!("{}, {size} real servers", comparison.what),
            rival: rival.to_string(),
            ours: times(Contender::ours())?,
            theirs: times(rival.clone())?,
            aim: (comparison.aim)(size),
        })
    }
}

/// What is held against whom.
struct Comparison {
    what: &'static str,
    with: fn(&Contender) -> bool,
    time: fn(&Cycle) -> Option<f64>,
    aim: fn(u32) -> Aim,
}

const BUILDING: Comparison = Comparison {
    what: "building",
    with: |rival| *rival == Contender::Floor,
    time: |cycle| cycle.own,
    aim: |_| Aim::AtMost(1.1),
};
const UP: Comparison = Comparison {
    what: "up, serving",
    with: |rival| *rival != Contender::Floor,
    time: |cycle| Some(cycle.up),
    aim: |_| Aim::Faster,
};
const DOWN: Comparison = Comparison {
    what: "down",
    with: |rival| *rival != Contender::Floor && *rival != Contender::Parallel,
    time: |cycle| Some(cycle.down),
    aim: |_| Aim::Faster,
};
const COMPARISONS: [Comparison; 6] = [
    BUILDING,
    Comparison { with: Contender::is_build, aim: |_| Aim::Faster, ..BUILDING },
    Comparison {
        with: |rival| *rival == Contender::Batch,
        aim: |size| if size == 100 { Aim::AtLeast(18.0) } else { Aim::Faster },
        ..UP
    },
    Comparison { with: |rival| !matches!(rival, Contender::Floor | Contender::Batch), ..UP },
    Comparison { with: |rival| *rival == Contender::Floor, aim: |_| Aim::AtMost(1.5), ..DOWN },
    DOWN,
];
