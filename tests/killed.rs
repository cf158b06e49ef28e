//! SIGKILL at any moment: `down` cleans up completely, by name, without the file.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use support::{Place, eventually, replaced, topology, unique};

/// How often each kind of death is tried on the running kernel.
const ROUNDS: u32 = 25;
/// How often in guests, each of which has to be booted.
const ROUNDS_IN_GUESTS: u32 = 8;

/// Fractions between 0 and 1 that look random and can be repeated (an LCG with the constants of
/// Numerical Recipes).
struct Fractions(u32);

impl Iterator for Fractions {
    type Item = f64;

    fn next(&mut self) -> Option<f64> {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Some(f64::from(self.0) / f64::from(u32::MAX))
    }
}

/// Who is killed.
#[derive(Clone, Copy)]
enum Victim {
    Command,
    Supervisor,
}

/// A command line that makes something of a lab of this name, again and again.
struct Work<'a> {
    place: &'a Place,
    lab: &'a str,
    words: &'a [&'a str],
}

impl Work<'_> {
    fn start(&self) -> Child {
        let mut command = self.place.program(self.words);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// How long it takes undisturbed, and a bit: moments of death are spread over that.
    fn span(&self) -> Duration {
        let begun = Instant::now();
        assert!(self.start().wait().unwrap().success());
        let span = begun.elapsed();
        self.place.run(&["down", self.lab]).code(0);
        span.mul_f64(1.2)
    }

    fn supervisor(&self) -> Option<Pid> {
        let path = self.place.state().join(self.lab).join("record.json");
        let record: serde_json::Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
        let pid = record["supervisor"]["pid"].as_i64()?;
        Some(Pid::from_raw(i32::try_from(pid).ok()?))
    }

    /// Starts it, kills the victim at this moment, and waits for the command.
    fn die(&self, victim: Victim, moment: Duration) {
        let begun = Instant::now();
        let mut command = self.start();
        // A sleep would round the moment.
        while begun.elapsed() < moment {
            std::hint::spin_loop();
        }
        let pid = match victim {
            Victim::Command => Some(Pid::from_raw(command.id().cast_signed())),
            Victim::Supervisor => self.supervisor(),
        };
        if let Some(pid) = pid {
            let _ = kill(pid, Signal::SIGKILL);
        }
        command.wait().unwrap();
    }
}

/// Whoever is killed while a lab is built, and whenever: `down` leaves nothing.
fn down_removes_all(lab: &str, kernel: &str, victim: Victim, rounds: u32) {
    let (place, lab) = (Place::new(), &unique(lab));
    let words = ["--kernel", kernel, "up", "plain", "--name", lab];
    let work = Work { place: &place, lab, words: &words };
    let span = work.span();
    for fraction in Fractions(7).take(rounds as usize) {
        work.die(victim, span.mul_f64(fraction));
        place.run(&["down", lab]).code(0);
        // A supervisor whose command died takes the lab back itself, and may be at it still.
        let gone = || place.traces(&[lab]).is_none();
        eventually(gone, || format!("{:#?} after {fraction} of {span:?}", place.traces(&[lab])));
    }
}

#[test]
#[ignore = "needs root"]
fn a_killed_command_leaves_nothing_that_down_does_not_remove() {
    down_removes_all("killcli", "host", Victim::Command, ROUNDS);
}

#[test]
#[ignore = "needs root"]
fn a_killed_supervisor_leaves_nothing_that_down_does_not_remove() {
    down_removes_all("killsup", "host", Victim::Supervisor, ROUNDS);
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_killed_command_leaves_no_guest_that_down_does_not_remove() {
    down_removes_all("killcliuml", "uml", Victim::Command, ROUNDS_IN_GUESTS);
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_killed_supervisor_leaves_no_guest_that_down_does_not_remove() {
    down_removes_all("killsupuml", "uml", Victim::Supervisor, ROUNDS_IN_GUESTS);
}

/// Whether a process is gone, or only not yet collected by its parent.
fn is_dead(process: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"));
    stat.map_or(true, |text| text.contains(") Z ") || text.contains(") X "))
}

fn up_begins_anew(lab: &str, kernel: &str) {
    let (place, lab) = (Place::new(), &unique(lab));
    let words = ["--kernel", kernel, "up", "plain", "--name", lab];
    let work = Work { place: &place, lab, words: &words };
    place.run(&words).code(0);
    let supervisor = work.supervisor().unwrap();
    kill(supervisor, Signal::SIGKILL).unwrap();
    eventually(|| is_dead(supervisor), || "the supervisor does not die".to_owned());
    place.run(&words).code(0).says("is up, built in").complains("what a dead supervisor left");
    place.run(&["request", lab, "-n", "4"]).code(0).says("rs1");
    place.run(&["down", lab]).code(0);
    place.traces(&[lab]).assert_none();
}

#[test]
#[ignore = "needs root"]
fn up_cleans_what_a_killed_supervisor_left() {
    up_begins_anew("killup", "host");
}

#[test]
#[ignore = "needs the guest kernel"]
fn up_boots_another_guest_after_a_killed_supervisor() {
    up_begins_anew("killupuml", "uml");
}

/// The lab `plain` by another name, so that nobody else's guest has it.
fn renamed(place: &Place, lab: &str) -> String {
    let text = replaced(&topology("plain"), "name: plain", &format!("name: {lab}"));
    place.write("lab.yaml", &text)
}

fn test_leaves_nothing(lab: &str, kernel: &str, rounds: u32) {
    let (place, lab) = (Place::new(), &unique(lab));
    let file = renamed(&place, lab);
    let words = ["--kernel", kernel, "test", &file];
    let work = Work { place: &place, lab, words: &words };
    let span = work.span();
    for fraction in Fractions(11).take(rounds as usize) {
        work.die(Victim::Command, span.mul_f64(fraction));
        let gone = || place.traces(&[lab]).is_none();
        eventually(gone, || format!("{:#?} after {fraction} of {span:?}", place.traces(&[lab])));
    }
}

#[test]
#[ignore = "needs root"]
fn a_killed_test_leaves_nothing_at_all() {
    test_leaves_nothing("killtest", "host", ROUNDS);
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_killed_test_in_a_guest_leaves_nothing_at_all() {
    test_leaves_nothing("killtestuml", "uml", ROUNDS_IN_GUESTS);
}

#[test]
#[ignore = "needs root"]
fn a_test_that_is_killed_takes_its_nodes_commands_along() {
    let (place, lab) = (Place::new(), &unique("killrun"));
    let text = std::fs::read_to_string(renamed(&place, lab)).unwrap();
    let sleeper = format!("sh -c 'exec sleep 600 # {}'", place.state().display());
    let command = format!("rs2: {{ commands: [\"{sleeper} & wait\"], addresses");
    let file = place.write("lab.yaml", &replaced(&text, "rs2: { addresses", &command));
    let words = ["--kernel", "host", "test", &file];
    let mut test = Work { place: &place, lab, words: &words }.start();
    let begun = || place.traces(&[]).processes.iter().any(|line| line.contains("exec sleep"));
    eventually(begun, || "the command never began".to_owned());
    test.kill().unwrap();
    test.wait().unwrap();
    let gone = || place.traces(&[lab]).is_none();
    eventually(gone, || format!("{:#?}", place.traces(&[lab])));
}
