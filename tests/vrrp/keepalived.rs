//! Together with keepalived(8).

use crate::node::{Network, Node, eventually};
use crate::speaker::{Running, VIP, seat, seat_v3};
use lvs_lab::lab::VrrpState;
use lvs_lab::plan::Seat;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};
use tempfile::TempDir;

const V2: &str = "advert_int 1\n authentication { auth_type PASS\n auth_pass 1111 }";
const V3: &str = "version 3\n advert_int 0.1";

/// A keepalived that only speaks VRRP.
struct Keepalived {
    child: Child,
    directory: TempDir,
}

impl Keepalived {
    fn start(node: &Node, priority: u8, lines: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let instance = format!(
            "vrrp_instance VI_1 {{\n interface eth0\n virtual_router_id 51\n \
             priority {priority}\n {lines}\n virtual_ipaddress {{ {VIP}/32 dev eth0 }}\n}}\n"
        );
        fs::write(path("conf"), instance).unwrap();
        let log = fs::File::create(path("log")).unwrap();
        let mut command = node.command("keepalived");
        command.args(["-n", "-l", "-D", "-P"]);
        command.arg("-f").arg(path("conf")).arg("-p").arg(path("pid")).arg("-r").arg(path("vrrp"));
        command.stdout(log.try_clone().unwrap()).stderr(log).stdin(Stdio::null()).process_group(0);
        Self { child: command.spawn().unwrap(), directory }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap()
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed())
    }

    fn stop(&mut self) {
        kill(self.pid(), Signal::SIGTERM).unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Keepalived {
    fn drop(&mut self) {
        let _ = killpg(self.pid(), Signal::SIGKILL);
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- keepalived\n{}", self.log());
        }
    }
}

/// Ours is master; keepalived takes over when it stops, and gives back when it comes again.
fn from_ours_to_theirs_and_back(lines: &str, seat: impl Fn(&Node) -> Seat) {
    let network = Network::new();
    let (a, b) = (network.node("a"), network.node("b"));
    let mut ours = Running::start(&a, seat(&a));
    ours.comes_to(VrrpState::Master);
    let mut theirs = Keepalived::start(&b, 100, lines);
    eventually("keepalived is backup", || theirs.log().contains("Entering BACKUP STATE"));
    ours.stop();
    eventually("keepalived holds the VIP", || b.holds(VIP));
    assert!(!a.holds(VIP));

    let ours = Running::start(&a, seat(&a));
    ours.comes_to(VrrpState::Master);
    eventually("keepalived yields", || !b.holds(VIP));
    eventually("ours holds the VIP", || a.holds(VIP));
    theirs.stop();
    assert_eq!(ours.state_of("VI_1"), Some(VrrpState::Master));
    assert!(!ours.log().contains("discarded"), "{}", ours.log());
    assert!(!theirs.log().to_lowercase().contains("invalid"), "{}", theirs.log());
}

/// keepalived is master; ours takes over when it stops in order and when it is killed.
fn from_theirs_to_ours(lines: &str, seat: impl Fn(&Node) -> Seat, signal: Signal) {
    let network = Network::new();
    let (a, b) = (network.node("a"), network.node("b"));
    let theirs = Keepalived::start(&b, 150, lines);
    eventually("keepalived holds the VIP", || b.holds(VIP));
    let ours = Running::start(&a, seat(&a));
    ours.comes_to(VrrpState::Backup);
    match signal {
        Signal::SIGKILL => killpg(theirs.pid(), signal).unwrap(),
        other => kill(theirs.pid(), other).unwrap(),
    }
    ours.comes_to(VrrpState::Master);
    eventually("ours holds the VIP", || a.holds(VIP));
    assert!(!ours.log().contains("discarded"), "{}", ours.log());
    assert_eq!(ours.log().contains("resigns"), signal == Signal::SIGTERM, "{}", ours.log());
}

#[test]
#[ignore = "needs root"]
fn version_2_from_ours_to_keepalived_and_back() {
    from_ours_to_theirs_and_back(V2, |node| seat(node, 150));
}

#[test]
#[ignore = "needs root"]
fn version_3_from_ours_to_keepalived_and_back() {
    from_ours_to_theirs_and_back(V3, |node| seat_v3(node, 150, 100));
}

#[test]
#[ignore = "needs root"]
fn version_2_from_keepalived_to_ours() {
    from_theirs_to_ours(V2, |node| seat(node, 100), Signal::SIGTERM);
}

#[test]
#[ignore = "needs root"]
fn version_3_from_keepalived_to_ours() {
    from_theirs_to_ours(V3, |node| seat_v3(node, 100, 100), Signal::SIGTERM);
}

#[test]
#[ignore = "needs root"]
fn version_3_from_a_killed_keepalived_to_ours() {
    from_theirs_to_ours(V3, |node| seat_v3(node, 100, 100), Signal::SIGKILL);
}
