use super::Result;
use std::fs::{self, File};
use std::process::Command;
use std::time::Instant;

/// Where a command's output goes: a file, since a pipe would stay open as long as a server that
/// the command left behind.
const OUTPUT: &str = "/run/bench-output";

/// Runs a command; gives its time in microseconds from start to end, and its standard output. Any
/// exit code but 0 is an error.
pub fn timed(mut command: Command) -> Result<(f64, String)> {
    command.stdout(File::create(OUTPUT)?);
    let begun = Instant::now();
    let status = command.status();
    let micros = begun.elapsed().as_secs_f64() * 1e6;
    let name = command.get_program().to_string_lossy();
    let status = status.map_err(|error| format!("{name}: {error}"))?;
    let output = fs::read_to_string(OUTPUT)?;
    match status.success() {
        true => Ok((micros, output)),
        false => Err(format!("{name}: {status}\n{output}").into()),
    }
}

/// The middle value; of an even number of values the upper middle one.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The smallest value.
pub fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

/// The largest value, of values that are not negative.
pub fn most(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}
