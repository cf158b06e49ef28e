//! Real namespaces in a private mount namespace of the test's own thread: whatever happens,
//! nothing is left on the machine but for processes, which the tests end themselves.

use super::*;
use crate::engine::Journal;
use crate::lab::NodeName;
use crate::lab::Source;
use crate::plan::Act;
use crate::plan::Op;
use crate::state::{Process, Provider, Record, StateDir};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, setns, unshare};
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::SystemTime;

const NOTHING: Option<&str> = None;

/// A machine with a state directory and a directory of namespace names.
struct Machine {
    names: PathBuf,
    lab: LabDir,
    lock: Lock,
    _parent: tempfile::TempDir,
}

impl Machine {
    fn new() -> Self {
        unshare(CloneFlags::CLONE_NEWNS).expect("this test needs root");
        mount(NOTHING, "/", NOTHING, MsFlags::MS_PRIVATE | MsFlags::MS_REC, NOTHING).unwrap();
        let parent = tempfile::tempdir().unwrap();
        mount(Some("tmpfs"), parent.path(), Some("tmpfs"), MsFlags::empty(), NOTHING).unwrap();
        let state = StateDir::at(parent.path().join("state"));
        state.prepare().unwrap();
        let names = parent.path().join("names");
        fs::create_dir(&names).unwrap();
        let lab = state.lab(&"nat".parse().unwrap());
        lab.create().unwrap();
        let lock = Lock::try_take(&lab).unwrap().unwrap();
        Self { names, lab, lock, _parent: parent }
    }

    /// The directory of mounts, made a shared mount as `ip netns` and netns-rs do.
    fn with_mounts() -> Self {
        let machine = Self::new();
        let mounts = machine.lab.namespaces();
        fs::create_dir(&mounts).unwrap();
        mount(Some(&mounts), &mounts, NOTHING, MsFlags::MS_BIND, NOTHING).unwrap();
        mount(NOTHING, &mounts, NOTHING, MsFlags::MS_SHARED, NOTHING).unwrap();
        machine
    }

    /// A namespace with its name.
    fn namespace(&self, node: &str) -> PathBuf {
        let path = self.lab.namespaces().join(node);
        make_namespace(&path);
        symlink(&path, self.names.join(format!("nat-{node}"))).unwrap();
        path
    }

    fn clean(&self) -> Result<Cleaned, Leftovers> {
        clean(&self.lab, &self.names, &self.lock)
    }

    fn mounts(&self) -> usize {
        let table = fs::read_to_string("/proc/thread-self/mountinfo").unwrap();
        table.lines().filter(|line| line.contains(self.lab.path().to_str().unwrap())).count()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.names).unwrap();
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    }
}

fn make_namespace(path: &Path) {
    File::create(path).unwrap();
    let home = File::open("/proc/thread-self/ns/net").unwrap();
    unshare(CloneFlags::CLONE_NEWNET).unwrap();
    let new = "/proc/thread-self/ns/net";
    mount(Some(new), path, NOTHING, MsFlags::MS_BIND, NOTHING).unwrap();
    setns(home, CloneFlags::CLONE_NEWNET).unwrap();
}

/// A process, ended at the latest with the test.
struct Running(Child);

impl Running {
    fn process(&self) -> Option<Process> {
        Process::running(self.0.id().try_into().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// A process in a namespace, which does nothing and does not end by itself in time.
fn inhabitant(namespace: &Path) -> Running {
    let namespace = File::open(namespace).unwrap();
    let mut command = Command::new("sleep");
    // SAFETY: setns(2) is async-signal-safe.
    unsafe {
        command.pre_exec(move || Ok(setns(&namespace, CloneFlags::CLONE_NEWNET)?));
    }
    Running(command.arg("600").spawn().unwrap())
}

/// A shell that holds the lab, and does this when it is told to end.
fn supervisor(lab: &LabDir, trap: &str) -> Running {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("trap '{trap}' TERM; echo; read x")]);
    let mut shell = Running(shell.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap());
    // Its line says that the trap is set.
    shell.0.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    let record = Record {
        lab: "nat".parse().unwrap(),
        provider: Provider::Host,
        supervisor: shell.process().unwrap(),
        source: Source { name: "nat".to_owned(), text: String::new() },
        since: SystemTime::now(),
    };
    record.write(lab).unwrap();
    shell
}

#[test]
#[ignore = "needs root"]
fn a_lab_goes_completely() {
    let machine = Machine::with_mounts();
    let rs1 = machine.namespace("rs1");
    machine.namespace("rs2");
    let op = Op::CreateNamespace { node: "rs1".parse::<NodeName>().unwrap() };
    Journal::open(&machine.lab).unwrap().append(&Act::Apply(op)).unwrap();
    let (inside, outside) = (inhabitant(&rs1), inhabitant(Path::new("/proc/self/ns/net")));
    assert!(machine.mounts() > 2);

    let cleaned = machine.clean().unwrap();

    assert_eq!(cleaned, Cleaned { namespaces: 2, processes: 1 });
    assert_eq!(inside.process(), None);
    assert!(outside.process().is_some());
    assert_eq!(machine.mounts(), 0);
    assert_eq!(machine.names(), Vec::<String>::new());
    assert!(!machine.lab.exists());
    assert_eq!(machine.clean().unwrap(), Cleaned::default());
}

#[test]
#[ignore = "needs root"]
fn what_is_not_the_labs_is_not_touched() {
    let machine = Machine::with_mounts();
    machine.namespace("rs1");
    let foreign = machine.names.join("nat-rs2");
    make_namespace(&foreign);
    symlink("/nowhere/netns/rs3", machine.names.join("nat-rs3")).unwrap();
    let neighbour = inhabitant(&foreign);

    machine.clean().unwrap();

    assert!(neighbour.process().is_some());
    let mut names = machine.names();
    names.sort();
    assert_eq!(names, ["nat-rs2", "nat-rs3"]);
}

#[test]
#[ignore = "needs root"]
fn a_half_made_lab_goes_too() {
    let machine = Machine::new();
    machine.clean().unwrap();
    assert!(!machine.lab.exists(), "an empty directory");

    machine.lab.create().unwrap();
    fs::create_dir(machine.lab.namespaces()).unwrap();
    File::create(machine.lab.namespaces().join("rs1")).unwrap();
    machine.clean().unwrap();
    assert!(!machine.lab.exists(), "a file on which nothing was mounted");

    machine.lab.create().unwrap();
    fs::create_dir(machine.lab.namespaces()).unwrap();
    machine.namespace("rs1");
    fs::remove_file(machine.names.join("nat-rs1")).unwrap();
    fs::write(machine.lab.journal(), r#"{"act":"app"#).unwrap();
    let cleaned = machine.clean().unwrap();
    assert_eq!(cleaned, Cleaned { namespaces: 1, processes: 0 });
    assert!(!machine.lab.exists(), "a namespace without a name, and a torn journal");
    assert_eq!(machine.mounts(), 0);
}

#[test]
#[ignore = "needs root"]
fn the_supervisor_is_ended_even_if_it_does_not_listen() {
    let machine = Machine::new();
    let deaf = supervisor(&machine.lab, "");
    machine.clean().unwrap();
    assert_eq!(deaf.process(), None);
}

#[test]
#[ignore = "needs root"]
fn a_name_that_the_supervisor_makes_to_the_last_goes_too() {
    let machine = Machine::with_mounts();
    let late = machine.namespace("rs1");
    let (first, last) = (machine.names.join("nat-rs1"), machine.names.join("nat-rs2"));
    let (first, last, late) = (first.display(), last.display(), late.display());
    // The names are being taken away when the first is gone.
    let trap = format!("while [ -L {first} ]; do :; done; ln -s {late} {last}; exit");
    let busy = supervisor(&machine.lab, &trap);
    machine.clean().unwrap();
    assert_eq!(busy.process(), None);
    assert_eq!(machine.names(), Vec::<String>::new());
}

#[test]
#[ignore = "needs root"]
fn the_machines_own_namespace_is_never_the_labs() {
    let machine = Machine::new();
    let mounts = machine.lab.namespaces();
    fs::create_dir(&mounts).unwrap();
    let path = mounts.join("rs1");
    File::create(&path).unwrap();
    mount(Some("/proc/self/ns/net"), &path, NOTHING, MsFlags::MS_BIND, NOTHING).unwrap();
    assert!(mounts::namespaces(&machine.lab).is_empty());
}
