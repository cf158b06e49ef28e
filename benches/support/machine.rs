use super::Result;
use std::fs;
use std::thread::available_parallelism;

/// What the figures were measured on, and how, in a few lines.
pub fn describe() -> Result<String> {
    let cpus = available_parallelism()?;
    let build = if cfg!(debug_assertions) { " (unoptimized build)" } else { "" };
    Ok(format!(
        "lvs-lab {}{build} on Linux {}, {cpus} x {}, {:.0} GiB",
        env!("CARGO_PKG_VERSION"),
        fs::read_to_string("/proc/sys/kernel/osrelease")?.trim(),
        field("/proc/cpuinfo", "model name")?,
        field("/proc/meminfo", "MemTotal")?.trim_end_matches(" kB").parse::<f64>()? / 1048576.0,
    ))
}

fn field(file: &str, name: &str) -> Result<String> {
    let text = fs::read_to_string(file)?;
    let line = text.lines().find(|line| line.starts_with(name));
    let value = line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim());
    Ok(value.unwrap_or("unknown").to_owned())
}
