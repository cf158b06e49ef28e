//! A mount namespace of the test's own with an empty /run, and a process that is the caller.

use crate::patience::PATIENCE;
use lvs_lab::engine::{Cleaned, Leftovers, clean};
use lvs_lab::kernel::Names;
use lvs_lab::lab::Source;
use lvs_lab::report::Event;
use lvs_lab::state::{LabDir, Lock, Process, Record, StateDir};
use lvs_lab::supervisor::{Assignment, launch};
use lvs_lab::topology::load;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, Pid, fork};
use std::fs;
use std::io::{self, BufRead, BufReader, PipeReader, PipeWriter, Read, Write, pipe};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Where namespaces get their names.
const NAMES: &str = "/run/netns";

pub const PLAIN: &str = "name: plain
networks: { lan: 192.168.137.0/24 }
clients:
  client: { addresses: { lan: 192.168.137.10 } }
real_servers:
  rs1: { addresses: { lan: 192.168.137.200 } }
  rs2: { addresses: { lan: 192.168.137.201 } }
";

/// A small lab whose last command runs in `client`.
pub fn with_command(shell: &str) -> String {
    PLAIN.replace("137.10 }", &format!("137.10 }}, commands: ['{shell}']"))
}

pub fn source(text: &str) -> Source {
    Source { name: "plain.yaml".to_owned(), text: text.to_owned() }
}

pub struct Machine {
    directory: LabDir,
}

impl Machine {
    pub fn new() -> Self {
        unshare(CloneFlags::CLONE_NEWNS).expect("this test needs root");
        let (none, private) = (None::<&str>, MsFlags::MS_PRIVATE | MsFlags::MS_REC);
        mount(none, "/", none, private, none).unwrap();
        mount(Some("tmpfs"), "/run", Some("tmpfs"), MsFlags::empty(), none).unwrap();
        let state = StateDir::at("/run/lvs-lab");
        state.prepare().unwrap();
        Self { directory: state.lab(&"plain".parse().unwrap()) }
    }

    pub fn assignment(&self, text: &str) -> Assignment {
        let source = source(text);
        let lab = load(&source).unwrap_or_else(|faults| panic!("{faults:#?}")).lab;
        Assignment { lab, source, dir: self.directory.clone(), names: NAMES.into() }
    }

    pub fn directory(&self) -> &LabDir {
        &self.directory
    }

    /// A process that builds a lab and tells what it hears of it, line by line.
    pub fn caller(&self, text: &str) -> Caller {
        let assignment = self.assignment(text);
        let (reader, mut writer) = pipe().unwrap();
        let (order, orders) = pipe().unwrap();
        // SAFETY: the child touches nothing that another thread of the test may have locked.
        match unsafe { fork() }.unwrap() {
            ForkResult::Parent { child } => {
                drop(writer);
                Caller { pid: child, lines: BufReader::new(reader), orders }
            }
            ForkResult::Child => {
                drop(orders);
                let code = up(&assignment, &mut writer, order);
                // SAFETY: this ends the process.
                unsafe { nix::libc::_exit(code) }
            }
        }
    }

    /// Builds a lab that is up in the end.
    pub fn up_with(&self, text: &str) {
        let mut caller = self.caller(text);
        let last = caller.events().pop();
        assert!(matches!(last, Some(Event::Up { .. })), "{last:?}");
    }

    /// The process in charge, once there is one.
    pub fn supervisor(&self) -> Process {
        let record = || Record::read(self.directory()).unwrap();
        wait_for("a supervisor", record).supervisor
    }

    /// The file that the record names.
    pub fn recorded(&self) -> Source {
        Record::read(self.directory()).unwrap().unwrap().source
    }

    pub fn clean(&self) -> Result<Cleaned, Leftovers> {
        let lock = Lock::take(self.directory(), || {}).unwrap();
        let cleaned = clean(self.directory(), Path::new(NAMES), &lock);
        lock.remove().unwrap();
        cleaned
    }

    /// Asserts that nothing of any lab is there.
    pub fn assert_empty(&self) {
        assert_eq!(entries(NAMES), Vec::<PathBuf>::new());
        assert_eq!(entries("/run/lvs-lab"), Vec::<PathBuf>::new());
        let mounts = fs::read_to_string("/proc/thread-self/mountinfo").unwrap();
        assert!(!mounts.contains("/run/lvs-lab"), "{mounts}");
    }

    /// Asks a backend from the client's node, and returns what it says.
    pub fn ask(&self, address: &str) -> String {
        let answer = self.try_to_ask(address, PATIENCE).unwrap();
        answer.rsplit("\r\n\r\n").next().unwrap().trim().to_owned()
    }

    /// Asks a backend from the client's node, and returns the whole answer. The connect and the
    /// answer may each take so long.
    pub fn try_to_ask(&self, address: &str, patience: Duration) -> io::Result<String> {
        let directory = self.directory();
        let names = Names::new(directory.name().clone(), directory.path(), NAMES.into());
        let client = names.open(&"client".parse().unwrap()).unwrap().unwrap();
        let address: SocketAddr = address.parse().unwrap();
        let mut stream = client.run(move || TcpStream::connect_timeout(&address, patience))?;
        stream.set_read_timeout(Some(patience))?;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

/// What the command line does: builds a lab, and writes down what it hears.
fn up(assignment: &Assignment, to: &mut PipeWriter, mut order: PipeReader) -> i32 {
    let lock = Lock::take(&assignment.dir, || {}).unwrap();
    if !assignment.dir.exists() {
        assignment.dir.create().unwrap();
    }
    let launched = launch(assignment, &lock).unwrap();
    let supervisor = launched.pid;
    std::thread::spawn(move || {
        if order.read(&mut [0]).is_ok_and(|length| length == 1) {
            kill(supervisor, Signal::SIGTERM).unwrap();
        }
    });
    let mut last = None;
    for event in launched {
        writeln!(to, "{}", serde_json::to_string(&event).unwrap()).unwrap();
        last = Some(event);
    }
    if matches!(last, Some(Event::Failed { .. })) {
        lock.remove().unwrap();
    }
    0
}

fn entries(path: impl AsRef<Path>) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Does what the shell says, in the machine's mount namespace.
pub fn sh(script: &str) {
    let status = std::process::Command::new("sh").args(["-ec", script]).status().unwrap();
    assert!(status.success(), "{script}");
}

/// A command that does not end by itself in time.
pub const ENDLESS: &str = "echo $$ > /run/draft; mv /run/draft /run/pid; exec sleep 600";

/// Waits until the endless command runs, and returns its process.
pub fn endless() -> Process {
    let pid = wait_for("the command", || fs::read_to_string("/run/pid").ok());
    Process::running(pid.trim().parse().unwrap()).unwrap()
}

/// Waits until there is what is looked for.
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "{what} never came");
        std::thread::yield_now();
    }
}

/// The process that wants the lab.
pub struct Caller {
    pid: Pid,
    lines: BufReader<PipeReader>,
    orders: PipeWriter,
}

impl Caller {
    /// Everything that it hears, up to its end.
    pub fn events(&mut self) -> Vec<Event> {
        let lines = (&mut self.lines).lines();
        lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect()
    }

    /// The failure that it hears of in the end.
    pub fn failure(&mut self) -> (String, String, Vec<String>) {
        match self.events().pop() {
            Some(Event::Failed { message, undone, left }) => (message, undone, left),
            other => panic!("{other:?}"),
        }
    }

    /// As Ctrl-C does.
    pub fn interrupt(&mut self) {
        self.orders.write_all(b"!").unwrap();
    }

    pub fn kill(&self) {
        kill(self.pid, Signal::SIGKILL).unwrap();
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = kill(self.pid, Signal::SIGKILL);
        let _ = waitpid(self.pid, None);
    }
}
