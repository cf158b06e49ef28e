use crate::guest::channel::{Stream, nonblocking};
use crate::guest::{Input, Job, TerminalSize};
use crate::programs;
use nix::fcntl::{OFlag, open};
use nix::libc;
use nix::pty::{Winsize, openpty};
use nix::sys::signal::{SigSet, SigmaskHow, sigprocmask};
use nix::sys::stat::Mode;
use nix::unistd::{
    ForkResult, Pid, dup, dup2_stderr, dup2_stdin, dup2_stdout, fork, pipe2, setpgid, setsid,
};
use std::io::Write;
use std::os::fd::{AsRawFd, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A job's process, and the agent's ends of its streams.
pub struct Started {
    /// The process, which leads a process group of its own.
    pub pid: Pid,
    /// Where its input is written to; none for a job without input.
    pub input: Option<OwnedFd>,
    /// Where its output is read from.
    pub outputs: Vec<(Stream, OwnedFd)>,
    /// Its terminal, if it has one.
    pub terminal: Option<OwnedFd>,
}

/// The job's ends of its streams.
struct Streams {
    input: OwnedFd,
    output: OwnedFd,
    error: OwnedFd,
    terminal: bool,
}

/// Runs a job in a child of this process, which must have one thread only: the child goes on
/// without an exec, so that it costs no more than a fork.
pub fn start(job: Job, work: fn(Job) -> u8) -> nix::Result<Started> {
    let (mut started, streams) = match job.terminal {
        Some(size) => with_terminal(size)?,
        None => with_pipes(job.input)?,
    };
    // SAFETY: the agent has one thread, so that no lock can be held by another one.
    match unsafe { fork()? } {
        ForkResult::Child => child(job, &streams, work),
        ForkResult::Parent { child } => started.pid = child,
    }
    if !streams.terminal {
        // The child does the same; whoever comes first makes the group before it is signalled.
        let _ = setpgid(started.pid, started.pid);
    }
    Ok(started)
}

fn with_pipes(input: Input) -> nix::Result<(Started, Streams)> {
    let (input, feed) = match input {
        Input::Nothing => (open("/dev/null", OFlag::O_RDONLY, Mode::empty())?, None),
        Input::Caller => pipe2(OFlag::O_CLOEXEC).map(|(read, write)| (read, Some(write)))?,
    };
    let (output_tap, output) = pipe2(OFlag::O_CLOEXEC)?;
    let (error_tap, error) = pipe2(OFlag::O_CLOEXEC)?;
    [&output_tap, &error_tap].into_iter().chain(&feed).try_for_each(nonblocking)?;
    let outputs = vec![(Stream::Output, output_tap), (Stream::Error, error_tap)];
    let started = Started { pid: Pid::from_raw(0), input: feed, outputs, terminal: None };
    Ok((started, Streams { input, output, error, terminal: false }))
}

fn with_terminal(size: TerminalSize) -> nix::Result<(Started, Streams)> {
    let pty = openpty(&winsize(size), None)?;
    nonblocking(&pty.master)?;
    let outputs = vec![(Stream::Output, dup(&pty.master)?)];
    let (input, terminal) = (Some(dup(&pty.master)?), Some(pty.master));
    let (output, error) = (dup(&pty.slave)?, dup(&pty.slave)?);
    let started = Started { pid: Pid::from_raw(0), input, outputs, terminal };
    Ok((started, Streams { input: pty.slave, output, error, terminal: true }))
}

/// The kernel's form of a size.
pub fn winsize(size: TerminalSize) -> Winsize {
    Winsize { ws_row: size.rows, ws_col: size.columns, ws_xpixel: 0, ws_ypixel: 0 }
}

fn child(job: Job, streams: &Streams, work: fn(Job) -> u8) -> ! {
    // A panic must not unwind into the agent's half of the program.
    let done = catch_unwind(AssertUnwindSafe(|| {
        if let Err(errno) = become_job(&job, streams) {
            drop(writeln!(std::io::stderr(), "cannot start the command in the guest: {errno}"));
            return 126;
        }
        work(job)
    }));
    std::process::exit(done.map_or(101, i32::from))
}

fn become_job(job: &Job, streams: &Streams) -> nix::Result<()> {
    dup2_stdin(&streams.input)?;
    dup2_stdout(&streams.output)?;
    dup2_stderr(&streams.error)?;
    if streams.terminal {
        setsid()?;
        // SAFETY: TIOCSCTTY takes no pointer.
        unsafe { take_terminal(streams.input.as_raw_fd(), 0)? };
    } else {
        setpgid(Pid::from_raw(0), Pid::from_raw(0))?;
    }
    close_others()?;
    sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None)?;
    environment(job);
    let _ = std::env::set_current_dir(&job.cwd).or_else(|_| std::env::set_current_dir("/"));
    Ok(())
}

nix::ioctl_write_int_bad!(take_terminal, libc::TIOCSCTTY);

/// Closes the agent's own descriptors, of which the child has copies.
fn close_others() -> nix::Result<()> {
    // SAFETY: the child never returns to the code that owns these descriptors.
    let done = unsafe { libc::syscall(libc::SYS_close_range, 3u32, u32::MAX, 0u32) };
    nix::errno::Errno::result(done).map(drop)
}

fn environment(job: &Job) {
    let old: Vec<_> = std::env::vars_os().map(|(name, _)| name).collect();
    // SAFETY: there is one thread.
    unsafe {
        old.iter().for_each(|name| std::env::remove_var(name));
        job.env.iter().for_each(|(name, value)| std::env::set_var(name, value));
        std::env::set_var("PATH", search_path(job));
    }
}

fn search_path(job: &Job) -> String {
    let asked = job.env.iter().find(|(name, _)| name == "PATH").map(|(_, value)| value.as_str());
    programs::complete(asked.unwrap_or_default())
}
