//! User-Mode Linux: a kernel that is an ordinary process, needs no rights, and sees this machine's
//! files. Read-only, always: what the guest writes stays in a layer of its own memory.

mod memory;
mod processor;
mod switches;

use super::machine::{Boot, Console, Machine, Provider, pipe};
use super::{GuestError, Missing};
use crate::programs::{self, Program};
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{SigSet, SigmaskHow, sigprocmask};
use nix::unistd::setsid;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use switches::Descriptors;

const PROGRAM: Program = Program::listed("linux.uml");
const MODULES: &str = "/usr/lib/uml/modules";

/// The terminal driver of User-Mode Linux loses a wake-up once it had to hold back about 4000
/// unread bytes, and then never reads again.
const WINDOW: usize = 2048;

/// A User-Mode Linux that is installed on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uml {
    kernel: PathBuf,
    modules: PathBuf,
}

impl Uml {
    /// Looks for its program on the search path, and for its modules where the Debian package puts
    /// them.
    pub fn find() -> Result<Self, Missing> {
        let Program { name: program, package, .. } = PROGRAM;
        let kernel = programs::find(program).ok_or(Missing::Program { program, package })?;
        Self::with(kernel, MODULES.into())
    }

    /// The kernel's program.
    pub fn kernel(&self) -> &Path {
        &self.kernel
    }

    /// Where the modules of this very kernel are; none where they are not, as with a kernel that has
    /// all built in.
    pub fn modules(&self) -> Option<PathBuf> {
        let output = Command::new(&self.kernel).arg("--version").output().ok()?;
        let release = String::from_utf8(output.stdout).ok()?;
        Some(self.modules.join(release.trim())).filter(|directory| directory.is_dir())
    }

    fn with(kernel: PathBuf, modules: PathBuf) -> Result<Self, Missing> {
        let releases = std::fs::read_dir(&modules).into_iter().flatten().flatten();
        if releases.map(|r| r.path().join("modules.dep")).any(|file| file.is_file()) {
            return Ok(Self { kernel, modules });
        }
        let directory = modules.display().to_string();
        Err(Missing::Modules { directory, package: PROGRAM.package })
    }

    fn command(&self, boot: &Boot, fds: Descriptors) -> Command {
        let mut command = Command::new(&self.kernel);
        command.args(switches::command_line(boot, &self.modules, fds)).env_clear();
        command.envs(memory::place(boot.memory).map(|place| ("TMPDIR", place)));
        command.stdin(Stdio::null());
        // SAFETY: only system calls are made between fork and exec.
        unsafe { command.pre_exec(move || Ok(prepare(fds)?)) };
        command
    }
}

impl Provider for Uml {
    fn name(&self) -> &'static str {
        "uml"
    }

    fn boot(&self, boot: &Boot) -> Result<Machine, GuestError> {
        let (from_host, to) = pipe().map_err(GuestError::system("make a channel"))?;
        let (from, to_host) = pipe().map_err(GuestError::system("make a channel"))?;
        let console = Console::open(boot.log.as_deref());
        let console = console.map_err(GuestError::system("open the console's file"))?;
        let fds = Descriptors {
            from_host: from_host.as_raw_fd(),
            to_host: to_host.as_raw_fd(),
            console: console.file().as_raw_fd(),
        };
        let log = || console.file().try_clone().map_err(GuestError::system("open the console"));
        let mut command = self.command(boot, fds);
        command.stdout(log()?).stderr(log()?);
        let process = command.spawn().map_err(GuestError::system("start the guest kernel"))?;
        Ok(Machine { process, from, to, window: WINDOW, console })
    }
}

/// Makes the process that is about to become the kernel lead a process group (its helpers survive
/// it otherwise), hear every signal, keep its descriptors, and open as many files as it may: the
/// kernel holds one for every file that the guest has looked into.
///
/// It gets no signal when its parent dies (PR_SET_PDEATHSIG), because the channel's end makes the
/// agent power off, and a signal in the middle of that leaves stopped helpers behind.
fn prepare(fds: Descriptors) -> nix::Result<()> {
    sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None)?;
    setsid()?;
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
    // Slower, but no worse, where a sandbox forbids it.
    let _ = processor::settle();
    [fds.from_host, fds.to_host, fds.console].into_iter().try_for_each(keep)
}

fn keep(fd: RawFd) -> nix::Result<()> {
    // SAFETY: the parent holds it open until the exec.
    let fd = unsafe { BorrowedFd::borrow_raw(fd) };
    fcntl(fd, FcntlArg::F_SETFD(FdFlag::empty())).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_without_modules_is_no_guest_kernel() {
        let missing = Uml::with("/bin/true".into(), "/proc/none".into()).unwrap_err();
        let words = "the guest kernel has no modules in `/proc/none`; \
            the Debian package is `user-mode-linux`";
        assert_eq!(missing.to_string(), words);
    }
}
