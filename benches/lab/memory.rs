use super::Result;
use super::contender::Contender;
use super::timing::timed;
use super::{programs, sandbox};
use std::fs;
use std::path::Path;

const FEW: u32 = 2;
const MANY: u32 = 500;

/// Measures, in sandboxes, what a backend costs in the supervisor; says it in words.
pub fn measure() -> Result<String> {
    eprintln!("memory with {FEW} and {MANY} real servers");
    let (few, many) = (held_by(FEW)?, held_by(MANY)?);
    let each = (many - few) / f64::from(MANY - FEW);
    Ok(format!(
        "memory (proportional set size) of all `lvs-lab` processes: {few:.0} KiB with {FEW} real \
         servers, {many:.0} KiB with {MANY}: {each:.2} KiB for each backend"
    ))
}

fn held_by(size: u32) -> Result<f64> {
    sandbox::run(&["memory", &size.to_string()].map(str::to_owned), size)
}

/// Inside: what the processes of a lab hold, in KiB.
pub fn run(size: u32) -> Result<f64> {
    Contender::prepare(size)?;
    timed(Contender::ours().up(size))?;
    let mut kib = 0.0;
    for entry in fs::read_dir("/proc")? {
        kib += held(&entry?.path()).unwrap_or(0.0);
    }
    timed(Contender::ours().down(size))?;
    match kib > 0.0 {
        true => Ok(kib),
        false => Err("no process of `lvs-lab` is there after `up`".into()),
    }
}

/// What a process holds, in KiB, if it is one of `lvs-lab`.
fn held(process: &Path) -> Option<f64> {
    let program = fs::canonicalize(programs::LVS_LAB).ok()?;
    if fs::read_link(process.join("exe")).ok()? != program {
        return None;
    }
    let rollup = fs::read_to_string(process.join("smaps_rollup")).ok()?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.split_whitespace().next()?.parse().ok()
}
