use super::Task;
use crate::cli::context::Context;
use crate::cli::guests;
use crate::guest;
use crate::lab::Source;
use crate::report::Event;
use crate::state::Provider;
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// Runs a worker for one lab to its end, and passes its events on. The error says why it ended
/// badly; a lab that failed its scenarios is no error.
pub fn run(
    task: &Task,
    provider: Provider,
    context: &Context,
    events: &mut dyn FnMut(Event),
) -> Result<(), String> {
    let mut strange = None;
    let mut line = |line: &str| match serde_json::from_str(line) {
        Ok(event) => events(event),
        Err(_) => strange = Some(line.to_owned()),
    };
    match provider {
        Provider::Host => in_process(task, context, &mut line)?,
        Provider::Uml => in_guest(task, context, &mut line)?,
    }
    strange.map_or(Ok(()), |line| Err(format!("the worker said `{line}`")))
}

fn in_guest(task: &Task, context: &Context, line: &mut dyn FnMut(&str)) -> Result<(), String> {
    let words = |failure: crate::cli::failure::Failure| failure.message;
    let uml = guests::uml().map_err(words)?;
    let boot = guests::boot(&task.lab).map_err(words)?;
    let named = Source { name: task.named.clone(), text: task.source.text.clone() };
    let mut job = guests::job(context, &[named], None);
    job.args = arguments(task);
    job.input = guest::Input::Nothing;
    let code = guest::client::once(uml, boot, job, line).map_err(|error| error.to_string())?;
    if code == 0 { Ok(()) } else { Err(format!("the worker ended with code {code}")) }
}

fn arguments(task: &Task) -> Vec<String> {
    ["test-worker", "--", &task.named].map(str::to_owned).to_vec()
}

fn in_process(task: &Task, context: &Context, line: &mut dyn FnMut(&str)) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("cannot run a worker: {error}");
    let mut command = Command::new("/proc/self/exe");
    command.args(arguments(task)).stdin(input(task).map_err(failed)?).stdout(Stdio::piped());
    if let Some(state) = &context.global.state_dir {
        command.env("LVS_LAB_STATE_DIR", state);
    }
    // SAFETY: prctl(2) is a system call, and nothing else is done between fork and exec.
    unsafe { command.pre_exec(|| Ok(set_pdeathsig(Signal::SIGKILL)?)) };
    let mut child = command.spawn().map_err(failed)?;
    let output = child.stdout.take().ok_or("the worker has no output")?;
    let read = BufReader::new(output).lines().try_for_each(|text| text.map(|text| line(&text)));
    if read.is_err() {
        // Whoever cannot be heard any more must not go on.
        let _ = child.kill();
    }
    let status = child.wait().map_err(failed)?;
    read.map_err(failed)?;
    if status.success() { Ok(()) } else { Err(format!("the worker ended with {status}")) }
}

/// Standard input was read already, so the worker gets it again.
fn input(task: &Task) -> io::Result<Stdio> {
    if task.named != "-" {
        return Ok(Stdio::null());
    }
    let mut file = File::from(memfd_create(c"topology", MFdFlags::MFD_CLOEXEC)?);
    file.write_all(task.source.text.as_bytes())?;
    file.rewind()?;
    Ok(file.into())
}
