//! The built-in speaker as a process in a node.

use crate::node::{Node, eventually};
use lvs_lab::kernel::{StateChange, state_changes};
use lvs_lab::lab::{InitialState, Preemption, Track, Tracked, VrrpState, VrrpVersion};
use lvs_lab::plan::{Daemon, HeldAddress, Seat, SeatTrack, Speaker};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// The VIP of most tests.
pub const VIP: &str = "10.0.0.100";

/// A seat of `VI_1` on a node: version 2 once a second, with the password of the note.
pub fn seat(node: &Node, priority: u8) -> Seat {
    Seat {
        router: "VI_1".parse().unwrap(),
        router_id: 51,
        interface: "eth0".to_owned(),
        source: node.address().parse().unwrap(),
        peers: Vec::new(),
        version: VrrpVersion::V2,
        advert_interval: Duration::from_secs(1),
        password: Some("1111".to_owned()),
        priority,
        state: InitialState::default(),
        preemption: Preemption::After(Duration::ZERO),
        vips: vec![held(VIP, 32)],
        tracks: Vec::new(),
    }
}

/// The same in version 3, and quicker.
pub fn seat_v3(node: &Node, priority: u8, milliseconds: u64) -> Seat {
    let advert_interval = Duration::from_millis(milliseconds);
    Seat { version: VrrpVersion::V3, password: None, advert_interval, ..seat(node, priority) }
}

/// The same over IPv6.
pub fn seat_v6(node: &Node, priority: u8, milliseconds: u64) -> Seat {
    let source = format!("fd00::{}", node.number).parse().unwrap();
    Seat { source, vips: vec![held("fd00::64", 128)], ..seat_v3(node, priority, milliseconds) }
}

fn held(address: &str, length: u8) -> HeldAddress {
    let address = format!("{address}/{length}").parse().unwrap();
    HeldAddress { interface: "eth0".to_owned(), address }
}

/// A command that is tracked ten times a second.
pub fn command(shell: &str, weight: i16) -> SeatTrack {
    let (shell, interval) = (shell.to_owned(), Duration::from_millis(100));
    let subject = Tracked::Command { shell, interval, rise: 1, fall: 1 };
    SeatTrack { track: Track { subject, weight }, interface: None }
}

/// A speaker that runs in a node, until it is dropped.
pub struct Running {
    child: Child,
    directory: TempDir,
    node: Node,
}

impl Running {
    /// With one seat.
    pub fn start(node: &Node, seat: Seat) -> Self {
        Self::speak(node, Speaker { seats: vec![seat], groups: Vec::new(), sync: None })
    }

    /// Starts it, and waits until it says that it is ready.
    pub fn speak(node: &Node, speaker: Speaker) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("speaker.conf");
        fs::write(&file, serde_json::to_vec(&Daemon::Speaker(speaker)).unwrap()).unwrap();
        let log = File::create(directory.path().join("speaker.log")).unwrap();
        let mut command = node.command(env!("CARGO_BIN_EXE_lvs-lab"));
        command.arg("daemon").arg(&file).stdout(Stdio::piped()).stderr(log);
        let mut running = Self { child: command.spawn().unwrap(), directory, node: node.clone() };
        let mut line = String::new();
        BufReader::new(running.child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n", "{}", running.log());
        running
    }

    /// Its log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("speaker.log")).unwrap()
    }

    /// What states `VI_1` and others came to.
    pub fn changes(&self) -> Vec<StateChange> {
        state_changes(self.directory.path())
    }

    /// The last state of a virtual router.
    pub fn state_of(&self, router: &str) -> Option<VrrpState> {
        let of_router = |change: &&StateChange| change.router.as_str() == router;
        self.changes().iter().rev().find(of_router).map(|change| change.state)
    }

    /// Waits until `VI_1` is in a state.
    pub fn comes_to(&self, state: VrrpState) {
        let what = format!("{} is {state}", self.node.namespace);
        eventually(&what, || self.state_of("VI_1") == Some(state));
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.signal(Signal::SIGKILL);
        self.child.wait().unwrap();
    }

    /// SIGTERM; it must end in order.
    pub fn stop(&mut self) {
        self.signal(Signal::SIGTERM);
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}: {}", self.log());
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().cast_signed()), signal).unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- {}\n{}", self.node.namespace, self.log());
        }
    }
}
