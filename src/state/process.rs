use super::StateError;
use nix::errno::Errno;
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::ptr;
use std::time::{Duration, Instant};

/// A process beyond doubt: numbers are used again, number and start time together are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Process {
    /// Its number.
    pub pid: i32,
    /// When it was started, in clock ticks since boot (proc(5), /proc/PID/stat field 22).
    pub start_time: u64,
}

/// What became of a process that was waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It is gone, or dead and only not yet collected by its parent.
    Gone,
    /// It is still running.
    Running,
}

impl Process {
    /// The calling process.
    pub fn current() -> Result<Self, StateError> {
        let pid = nix::unistd::getpid().as_raw();
        Self::running(pid).ok_or(StateError::Process { action: "read", pid, errno: Errno::ESRCH })
    }

    /// The process that has this number now; `None` if there is none, or it is dead.
    pub fn running(pid: i32) -> Option<Self> {
        let stat = stat(pid).ok()?;
        let (state, start_time) = state_and_start(&String::from_utf8_lossy(&stat))?;
        (!matches!(state, 'Z' | 'X' | 'x')).then_some(Self { pid, start_time })
    }

    /// Whether it is still running.
    pub fn is_alive(self) -> bool {
        Self::running(self.pid) == Some(self)
    }

    /// Sends a signal; to a process that is gone, nothing.
    pub fn kill(self, signal: Signal) -> Result<(), StateError> {
        let Some(fd) = self.open()? else { return Ok(()) };
        // SAFETY: pidfd_send_signal(2) takes no memory of ours: the siginfo pointer may be null.
        let sent = unsafe {
            let (fd, none) = (fd.as_raw_fd(), ptr::null::<libc::siginfo_t>());
            libc::syscall(libc::SYS_pidfd_send_signal, fd, signal as libc::c_int, none, 0)
        };
        match Errno::result(sent) {
            Ok(_) | Err(Errno::ESRCH) => Ok(()),
            Err(errno) => Err(self.error("signal", errno)),
        }
    }

    /// Waits until it is gone, or so long.
    pub fn wait_gone(self, limit: Duration) -> Result<Exit, StateError> {
        let Some(fd) = self.open()? else { return Ok(Exit::Gone) };
        let end = Instant::now() + limit;
        loop {
            let left = end.saturating_duration_since(Instant::now()).as_millis();
            let timeout = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
            // A pidfd is readable when its process has ended (pidfd_open(2)).
            match poll(&mut [PollFd::new(fd.as_fd(), PollFlags::POLLIN)], timeout) {
                Ok(0) => return Ok(Exit::Running),
                Ok(_) => return Ok(Exit::Gone),
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(self.error("wait for", errno)),
            }
        }
    }

    /// A descriptor that stays with this process; `None` if it is gone. The number is looked up
    /// first and judged afterwards, so that a process that took it over meanwhile is not meant.
    fn open(self) -> Result<Option<OwnedFd>, StateError> {
        // SAFETY: pidfd_open(2) takes two numbers.
        let opened = unsafe { libc::syscall(libc::SYS_pidfd_open, self.pid, 0) };
        let fd = match Errno::result(opened) {
            // SAFETY: the kernel has just made this descriptor for us.
            Ok(fd) => unsafe { OwnedFd::from_raw_fd(fd as libc::c_int) },
            Err(Errno::ESRCH) => return Ok(None),
            Err(errno) => return Err(self.error("open", errno)),
        };
        Ok(self.is_alive().then_some(fd))
    }

    fn error(self, action: &'static str, errno: Errno) -> StateError {
        StateError::Process { action, pid: self.pid, errno }
    }
}

/// Reads /proc/PID/stat at once, as the kernel gives it whole. It has some 50 numbers and a name.
fn stat(pid: i32) -> io::Result<Vec<u8>> {
    let mut text = vec![0; 2048];
    let length = File::open(format!("/proc/{pid}/stat"))?.read(&mut text)?;
    text.truncate(length);
    Ok(text)
}

/// Fields 3 and 22 of /proc/PID/stat. The second one, the program's name, may hold anything, even
/// `)` and spaces, so that counting begins after its end.
fn state_and_start(stat: &str) -> Option<(char, u64)> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    let state = fields.next()?.chars().next()?;
    let start = fields.nth(18)?.parse().ok()?;
    Some((state, start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn a_name_with_brackets_and_spaces_does_not_confuse() {
        let stat = "7 (a) b) R) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4242 20 21";
        assert_eq!(state_and_start(stat), Some(('S', 4242)));
    }

    #[test]
    fn the_own_process_is_alive_and_another_start_time_is_another_process() {
        let me = Process::current().unwrap();
        assert!(me.is_alive());
        let other = Process { start_time: me.start_time + 1, ..me };
        assert!(!other.is_alive());
        assert_eq!(other.wait_gone(LONG).unwrap(), Exit::Gone);
        other.kill(Signal::SIGKILL).unwrap();
    }

    #[test]
    fn a_killed_process_is_gone_before_its_parent_collects_it() {
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        let process = Process::running(child.id() as i32).unwrap();
        assert_eq!(process.wait_gone(Duration::ZERO).unwrap(), Exit::Running);
        process.kill(Signal::SIGKILL).unwrap();
        assert_eq!(process.wait_gone(LONG).unwrap(), Exit::Gone);
        assert!(!process.is_alive());
        child.wait().unwrap();
    }
}
