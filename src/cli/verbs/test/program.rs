use super::stop;
use super::task::Task;
use super::worker::Desk;
use crate::report::Event;
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

/// What a signal to this program means for one that it has started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It is killed, as nothing of it can be left.
    Kill,
    /// It gets the signal too, and takes back what it did.
    PassOn,
    /// It goes on to its end.
    Wait,
}

/// A command of this program that tells events as JSON lines.
pub struct Program<'a> {
    /// Whose lab it is about.
    pub task: &'a Task,
    /// Its command line.
    pub args: Vec<String>,
    /// What a signal means for it.
    pub end: End,
}

impl Program<'_> {
    /// Runs it to its end and passes its events on.
    pub fn run(&self, desk: &Desk<'_>, events: &mut dyn FnMut(Event)) -> Result<(), String> {
        let failed = |error: io::Error| format!("cannot run a worker: {error}");
        let mut child = self.command(desk).and_then(|mut c| c.spawn()).map_err(failed)?;
        let guard = self.guard(&child, desk);
        let output = child.stdout.take().ok_or("the worker has no output")?;
        let mut strange = None;
        let mut hear = |line: String| match serde_json::from_str(&line) {
            Ok(event) => events(event),
            Err(_) => strange = Some(line),
        };
        let read = BufReader::new(output).lines().try_for_each(|text| text.map(&mut hear));
        drop(guard);
        if read.is_err() {
            // Whoever cannot be heard any more must not go on.
            let _ = child.kill();
        }
        let status = child.wait().map_err(failed)?;
        read.map_err(failed)?;
        match strange {
            _ if !status.success() => Err(format!("the worker ended with {status}")),
            Some(line) => Err(format!("the worker said `{line}`")),
            None => Ok(()),
        }
    }

    /// A process group of its own: what is typed at the terminal is for this program alone.
    fn command(&self, desk: &Desk<'_>) -> io::Result<Command> {
        let mut command = Command::new("/proc/self/exe");
        command.args(&self.args).stdin(input(self.task)?).stdout(Stdio::piped()).process_group(0);
        if let Some(state) = &desk.context.global.state_dir {
            command.env("LVS_LAB_STATE_DIR", state);
        }
        let dies = self.end != End::Wait;
        let prepare = move || {
            stop::unblocked()?;
            if dies {
                set_pdeathsig(Signal::SIGKILL)?;
            }
            Ok(())
        };
        // SAFETY: only system calls are made between fork and exec.
        unsafe { command.pre_exec(prepare) };
        Ok(command)
    }

    fn guard(&self, child: &Child, desk: &Desk<'_>) -> Option<stop::Guard> {
        let (child, end) = (Pid::from_raw(child.id().cast_signed()), self.end);
        let send = move |signal| {
            // It may be gone already; then its output tells.
            let _ = kill(child, signal);
        };
        match end {
            End::Kill => Some(desk.stop.on_signal(move |_| send(Signal::SIGKILL))),
            End::PassOn => Some(desk.stop.on_signal(send)),
            End::Wait => None,
        }
    }
}

/// Standard input was read already, so the program gets it again.
fn input(task: &Task) -> io::Result<Stdio> {
    if task.named != "-" {
        return Ok(Stdio::null());
    }
    let mut file = File::from(memfd_create(c"topology", MFdFlags::MFD_CLOEXEC)?);
    file.write_all(task.source.text.as_bytes())?;
    file.rewind()?;
    Ok(file.into())
}
