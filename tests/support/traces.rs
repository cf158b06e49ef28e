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
    /// Processes that work for the state directory, or are a guest of one of the labs.
    pub processes: Vec<String>,
    /// Whatever is in the state directory: records, journals, sockets, locks.
    pub files: Vec<String>,
}

impl Traces {
    /// Looks at the machine. The labs' names must be of labs of this state directory only.
    pub fn of(state: &Path, labs: &[&str]) -> Self {
        Self {
            names: names(labs),
            mounts: mounts(state),
            processes: processes(state, labs),
            files: entries(state),
        }
    }

    /// Whether nothing is there.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Panics unless nothing is there.
    #[track_caller]
    pub fn assert_none(&self) {
        assert!(self.is_none(), "something is left: {self:#?}");
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
fn processes(state: &Path, labs: &[&str]) -> Vec<String> {
    let pids = entries(Path::new("/proc")).into_iter().filter_map(|name| name.parse().ok());
    let others = pids.filter(|pid: &u32| *pid != std::process::id());
    others.filter_map(|pid| process(pid, state, labs)).collect()
}

/// A living process's number and command line, if it belongs to the labs: its command line,
/// environment or an open file names the state directory, or it is the kernel of a lab's guest.
fn process(pid: u32, state: &Path, labs: &[&str]) -> Option<String> {
    let read = |name| fs::read(format!("/proc/{pid}/{name}")).unwrap_or_default();
    let [line, environment] =
        ["cmdline", "environ"].map(|name| String::from_utf8_lossy(&read(name)).replace('\0', " "));
    let text = state.to_str().unwrap();
    let open = entries(Path::new(&format!("/proc/{pid}/fd"))).into_iter().any(|fd| {
        fs::read_link(format!("/proc/{pid}/fd/{fd}")).is_ok_and(|to| to.starts_with(state))
    });
    let guest = |lab: &&str| line.contains(&format!("LVSLAB_HOSTNAME={lab} "));
    let ours = line.contains(text) || environment.contains(text) || open || labs.iter().any(guest);
    let stat = String::from_utf8_lossy(&read("stat")).into_owned();
    let alive = !stat.is_empty() && !stat.contains(") Z ");
    (ours && alive).then(|| format!("{pid} {line}"))
}

fn entries(folder: &Path) -> Vec<String> {
    let list = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> = list.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
