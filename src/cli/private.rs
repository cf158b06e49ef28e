use super::failure::{Failure, reason};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork, pipe2, read};
use std::path::Path;

const NONE: Option<&str> = None;

/// Goes on in a process that has mounts and process numbers of its own, and in which these
/// directories are empty ones in memory: what is made there, and whatever runs there, ends with
/// the process, however that ends. The calling process waits for it and ends as it does.
///
/// Must be called while the process has one thread only.
pub fn enter(directories: &[&Path]) -> Result<(), Failure> {
    let failed =
        |errno: Errno| Failure::unable(format!("cannot make private namespaces: {}", errno.desc()));
    unshare(CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWPID).map_err(failed)?;
    mount(NONE, "/", NONE, MsFlags::MS_REC | MsFlags::MS_PRIVATE, NONE).map_err(failed)?;
    for directory in directories {
        let made = std::fs::create_dir_all(directory);
        made.map_err(|error| {
            let directory = directory.display();
            Failure::failed(format!("cannot make `{directory}`: {}", reason(&error)))
        })?;
        let (flags, mode) = (MsFlags::MS_NOSUID | MsFlags::MS_NODEV, Some("mode=0700"));
        mount(Some("lvs-lab"), *directory, Some("tmpfs"), flags, mode).map_err(failed)?;
    }
    become_first().map_err(failed)?;
    // The old one shows the numbers that processes have outside.
    mount(Some("proc"), "/proc", Some("proc"), MsFlags::empty(), NONE).map_err(failed)
}

/// Returns in the first process of the new namespace only: when it ends, the kernel ends all the
/// others there (pid_namespaces(7)).
fn become_first() -> nix::Result<()> {
    let (parent, held) = pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK)?;
    // SAFETY: there is one thread, so that no lock can be held by another one.
    match unsafe { fork() }? {
        ForkResult::Parent { child } => std::process::exit(end_of(child)),
        ForkResult::Child => {
            drop(held);
            set_pdeathsig(Signal::SIGKILL)?;
            // It may have died before it was watched.
            match read(&parent, &mut [0]) {
                Err(Errno::EAGAIN) => Ok(()),
                _ => std::process::exit(1),
            }
        }
    }
}

/// Waits for a child, and says its exit code as a shell does.
fn end_of(child: Pid) -> i32 {
    loop {
        match waitpid(child, None) {
            Ok(WaitStatus::Exited(_, code)) => return code,
            Ok(WaitStatus::Signaled(_, signal, _)) => return 128 + signal as i32,
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => return 1,
        }
    }
}
