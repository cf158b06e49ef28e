//! What labs leave on a machine, counted by reading /proc and /run.

use std::fs;
use std::path::Path;

/// Everything on the machine that belongs to labs under a state directory.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Traces {
    /// Names in /run/netns that begin with a lab's name.
    pub names: Vec<String>,
    /// Mount points under the state directory.
    pub mounts: Vec<String>,
    /// Processes whose command line or environment names the state directory.
    pub processes: Vec<String>,
    /// Files in the state directory.
    pub files: Vec<String>,
}

impl Traces {
    /// Looks at the machine.
    pub fn of(state: &Path, labs: &[&str]) -> Self {
        Self {
            names: names(labs),
            mounts: mounts(state),
            processes: processes(state),
            files: files(state),
        }
    }

    /// Panics unless nothing is there.
    pub fn assert_none(&self) {
        assert_eq!(*self, Self::default(), "something is left");
    }
}

fn names(labs: &[&str]) -> Vec<String> {
    let ours = |name: &String| labs.iter().any(|lab| name.starts_with(&format!("{lab}-")));
    entries(Path::new("/run/netns")).into_iter().filter(ours).collect()
}

fn mounts(state: &Path) -> Vec<String> {
    let table = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let points = table.lines().filter_map(|line| line.split(' ').nth(4));
    points.filter(|point| Path::new(point).starts_with(state)).map(str::to_owned).collect()
}

/// Every process but the test itself; a process may end while it is looked at.
fn processes(state: &Path) -> Vec<String> {
    let state = state.to_str().unwrap().as_bytes();
    let mut found = Vec::new();
    for pid in entries(Path::new("/proc")).iter().filter_map(|name| name.parse::<u32>().ok()) {
        let read = |name| fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default();
        let texts = [read("cmdline"), read("environ")];
        let named = texts.iter().any(|text| text.windows(state.len()).any(|part| part == state));
        let alive = !String::from_utf8_lossy(&read("stat")).contains(") Z ");
        if named && alive && pid != std::process::id() {
            found.push(String::from_utf8_lossy(&texts[0]).replace('\0', " "));
        }
    }
    found
}

/// Files in the state directory; a lab's lock stays by design, as removing it would break it.
fn files(state: &Path) -> Vec<String> {
    entries(state).into_iter().filter(|name| !name.ends_with(".lock")).collect()
}

fn entries(folder: &Path) -> Vec<String> {
    let list = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> = list.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
