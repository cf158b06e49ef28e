//! Debian's kernel: fetched, booted, and what was found on it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use tempfile::TempDir;

/// Names the release, as in 6.12.117+deb12-amd64; without it, what linux-image-amd64 stands for.
const RELEASE: &str = "LVS_LAB_TEST_KERNEL";

/// How long everything may take before it counts as hung, in seconds.
const LIMIT: &str = "3600";

/// One boot serves every test.
static FOUND: LazyLock<Found> = LazyLock::new(Found::look);

/// What came of everything that was tried on Debian's kernel.
pub fn found() -> &'static Found {
    &FOUND
}

/// What came of everything that was tried, by name.
pub struct Found {
    /// The kernel's release.
    pub release: String,
    tried: HashMap<String, Tried>,
    console: String,
}

/// What came of a command.
pub struct Tried {
    /// Its exit code.
    pub code: u8,
    /// All that it said.
    pub said: String,
}

impl Found {
    fn look() -> Self {
        let (kernel, job) = (fetch(), job());
        let release = kernel.file_name().unwrap().to_str().unwrap().to_owned();
        let booted = Command::new("timeout")
            .args(["--kill-after=10", LIMIT])
            .arg(here("boot.sh"))
            .args([&kernel, job.path()])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace('\r', "");
        let console = text(&booted.stdout) + &text(&booted.stderr);
        fs::write(target().join("real-kernel.log"), &console).unwrap();
        let results = text(&fs::read(job.path().join("results")).unwrap_or_default());
        let found = Self { release, tried: read(&results), console };
        assert!(booted.status.success(), "{}: {}", booted.status, found.console);
        assert_eq!(found.of("end").code, 0);
        found
    }

    /// What came of a trial.
    pub fn of(&self, name: &str) -> &Tried {
        let tried = self.tried.get(name);
        tried.unwrap_or_else(|| panic!("`{name}` was not tried:\n{}", self.console))
    }
}

impl Tried {
    /// Holds that it ended so, and said all of these.
    pub fn expect(&self, code: u8, words: &[&str]) -> &Self {
        assert_eq!(self.code, code, "{}", self.said);
        for words in words {
            assert!(self.said.contains(words), "it did not say `{words}`:\n{}", self.said);
        }
        self
    }
}

/// The files that the kernel sees under /mnt.
fn job() -> TempDir {
    let job = tempfile::Builder::new().prefix("real-kernel-").tempdir_in(target()).unwrap();
    let put = |name: &str, from: PathBuf| fs::copy(from, job.path().join(name)).unwrap();
    put("lvs-lab", env!("CARGO_BIN_EXE_lvs-lab").into());
    put("script.sh", here("labs.sh"));
    put("dr.yaml", Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies/dr.yaml"));
    fs::write(job.path().join("labs"), super::LABS.join("\n")).unwrap();
    fs::write(job.path().join("tunnels"), super::TUNNELS.join("\n")).unwrap();
    job
}

/// Gets the kernel's package unless it is there, and returns where it is unpacked.
fn fetch() -> PathBuf {
    let kernels = target().join("kernels");
    let mut command = Command::new(here("fetch.sh"));
    command.arg(&kernels).args(std::env::var(RELEASE).ok());
    let fetched = command.output().unwrap();
    let complaint = String::from_utf8_lossy(&fetched.stderr);
    assert!(fetched.status.success(), "the kernel could not be fetched: {complaint}");
    kernels.join(String::from_utf8(fetched.stdout).unwrap().trim())
}

fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn here(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real_kernel").join(file)
}

/// Takes the results apart: after each line `@ WHAT CODE` comes what was said.
fn read(results: &str) -> HashMap<String, Tried> {
    let mut tried = HashMap::new();
    let mut last = None;
    for line in results.lines() {
        if let Some((what, code)) = line.strip_prefix("@ ").and_then(|rest| rest.split_once(' ')) {
            let new = Tried { code: code.trim().parse().unwrap(), said: String::new() };
            tried.insert(what.to_owned(), new);
            last = Some(what.to_owned());
        } else if let Some(tried) = last.as_ref().and_then(|what| tried.get_mut(what)) {
            tried.said += line;
            tried.said.push('\n');
        }
    }
    tried
}
