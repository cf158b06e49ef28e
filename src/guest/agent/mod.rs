//! The first process of a guest: it makes the guest fit for labs, and then runs the jobs that the
//! host sends.
//!
//! It has one thread and never waits for one thing only. A job is a fork of it without an exec.

mod elf;
mod feed;
mod firewall;
mod loopback;
mod modules;
mod mounts;
mod running;
mod serve;
mod spawn;
mod tap;
mod tty;

use super::Job;
use super::channel::{Frame, Hello, Message, VERSION};
use modules::Modules;
use nix::sys::reboot::{RebootMode, reboot};
use serve::Server;
use std::io::{self, Write};
use std::path::PathBuf;

/// Set to `1` on the kernel's command line: this program is the guest's first process.
pub const AGENT: &str = "LVSLAB_AGENT";
/// The device that is the channel to the host.
pub const CHANNEL: &str = "LVSLAB_CHANNEL";
/// The directory of the kernels' modules, in which each release has a directory.
pub const MODULES: &str = "LVSLAB_MODULES";
/// The guest's name.
pub const HOSTNAME: &str = "LVSLAB_HOSTNAME";

/// Whether this process is a guest's first one, and must [`run`] and do nothing else.
pub fn is_init() -> bool {
    std::process::id() == 1 && std::env::var_os(AGENT).is_some_and(|value| value == "1")
}

/// Runs the guest: `work` is called for each job in a process of its own, and says its exit code.
pub fn run(work: fn(Job) -> u8) -> ! {
    if let Err(fault) = serve(work) {
        drop(writeln!(std::io::stderr(), "lvs-lab agent: {fault}"));
    }
    let _ = reboot(RebootMode::RB_POWER_OFF);
    std::process::exit(1)
}

fn serve(work: fn(Job) -> u8) -> Result<(), Box<dyn std::error::Error>> {
    let release = release();
    let failures = make_fit(&release);
    let mut wire = tty::open(&PathBuf::from(variable(CHANNEL)))?;
    wire.push(&Frame::channel(Message::Hello(Hello { version: VERSION, release, failures })));
    Ok(Server::new(wire, work)?.run()?)
}

/// Makes the guest fit for labs, and says what failed.
fn make_fit(release: &str) -> Vec<String> {
    let mut duties = Duties::default();
    let directory = PathBuf::from(variable(MODULES)).join(release);
    let mut modules = duties.attempt("reading modules.dep", || Modules::read(&directory));
    duties.load(modules.as_mut(), modules::ROOT);
    duties.attempt("the writable root", mounts::root);
    duties.attempt("the programs of iptables", firewall::choose);
    duties.attempt("the system's mounts", mounts::system);
    duties.attempt("the place of modules", || modules::show(&directory, release));
    duties.load(modules.as_mut(), modules::LAB);
    duties.attempt("the loopback interface", loopback::up);
    duties.attempt("the host name", || {
        std::fs::write("/proc/sys/kernel/hostname", variable(HOSTNAME))
    });
    duties.failures
}

/// Loads modules beside those that are there when a guest begins; for jobs. Says what failed.
pub fn load(names: &[&str]) -> Vec<String> {
    let mut duties = Duties::default();
    let mut modules =
        duties.attempt("reading modules.dep", || Modules::read(&modules_directory()?));
    duties.load(modules.as_mut(), names);
    duties.failures
}

/// Where the modules of the guest's kernel are; for jobs.
pub fn modules_directory() -> io::Result<PathBuf> {
    // A job has the environment of the command on the host.
    let environment = std::fs::read("/proc/1/environ")?;
    let directory = value(&environment, MODULES).ok_or(io::ErrorKind::NotFound)?;
    Ok(PathBuf::from(directory).join(release()))
}

/// The value of a variable in environ(5)'s form of an environment.
fn value(environment: &[u8], name: &str) -> Option<String> {
    let mut entries = environment.split(|byte| *byte == 0);
    entries.find_map(|entry| {
        let value = entry.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
        String::from_utf8(value.to_vec()).ok()
    })
}

/// What is done before the first job. A guest with a failure serves all the same, and says so.
#[derive(Default)]
struct Duties {
    failures: Vec<String>,
}

impl Duties {
    fn attempt<T>(&mut self, what: &str, duty: impl FnOnce() -> io::Result<T>) -> Option<T> {
        duty().map_err(|error| self.failures.push(format!("{what}: {error}"))).ok()
    }

    fn load(&mut self, modules: Option<&mut Modules>, names: &[&str]) {
        if let Some(modules) = modules {
            self.failures.extend(modules.load(names));
        }
    }
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

fn release() -> String {
    let name = nix::sys::utsname::uname();
    name.map(|name| name.release().to_string_lossy().into_owned()).unwrap_or_default()
}
