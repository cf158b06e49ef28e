use super::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program that is measured.
pub const LVS_LAB: &str = env!("CARGO_BIN_EXE_lvs-lab");

/// A file of `benches/rivals`.
pub fn rival(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/rivals").join(name)
}

/// The compiled floor.
pub fn floor() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("floor")
}

/// Compiles the floor.
pub fn compile_floor() -> Result<()> {
    let mut gcc = Command::new("gcc");
    let status = gcc.args(["-O2", "-o"]).arg(floor()).arg(rival("floor.c")).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("gcc floor.c: {status}").into()),
        Err(error) => Err(format!("gcc: {error}").into()),
    }
}
