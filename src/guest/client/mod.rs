//! A command on the host that has its work done in a guest.

mod call;
mod signals;
mod sink;
mod terminal;

pub use terminal::terminal;

use super::channel::{Frame, Message, Stream, encode};
use super::host::{Guest, Relay, Term};
use super::machine::{Boot, Provider};
use super::{GuestError, Job};
use crate::state::socket;
use call::{Call, Ends};
use signals::Signals;
use sink::{Outlet, Sink};
use std::io::{ErrorKind, Read, Write, stderr, stdin, stdout};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use terminal::Raw;

/// How long a guest's supervisor may take to end the guest and itself.
const STOPPING: Duration = Duration::from_secs(60);

/// Runs a job in the guest behind a socket, with this process's own streams, terminal and signals,
/// and answers with its exit code.
pub fn run(socket: &Path, job: Job) -> Result<u8, GuestError> {
    let socket = connect(socket)?;
    let (input, mut output, error) = (stdin(), stdout(), stderr());
    // What this process has said itself comes before what the job says.
    let _ = output.flush();
    let signals = Signals::new().map_err(GuestError::system("watch for signals"))?;
    let raw = job.terminal.map(|_| Raw::new(input.as_fd()));
    let _raw = raw.transpose().map_err(GuestError::system("use the terminal"))?;
    let ends = Ends {
        input: input.as_fd(),
        outlets: [
            Outlet::new(Stream::Output, Sink::Stream(output.as_fd())),
            Outlet::new(Stream::Error, Sink::Stream(error.as_fd())),
        ],
        signals: Some(signals),
    };
    Call::new(socket, job, ends)?.run()
}

/// Ends the guest behind a socket, and returns when nothing is left of it. No guest is no error.
pub fn stop(socket: &Path) -> Result<(), GuestError> {
    let mut socket = match connect(socket) {
        Ok(socket) => socket,
        Err(GuestError::Gone) => return Ok(()),
        Err(other) => return Err(other),
    };
    let mut bytes = Vec::new();
    encode(&Frame::channel(Message::Stop), &mut bytes);
    // The supervisor closes its end by ending, after everything else.
    let patient = socket.set_read_timeout(Some(STOPPING));
    let said = patient.and_then(|()| socket.write_all(&bytes));
    let stopped = said.and_then(|()| socket.read_to_end(&mut bytes));
    match stopped {
        Err(error) if error.kind() != ErrorKind::ConnectionReset => {
            Err(GuestError::System { action: "stop the guest", cause: error })
        }
        _ => Ok(()),
    }
}

/// What is heard of a guest that is booted for one job.
#[derive(Debug)]
pub enum Heard<'a> {
    /// It is being booted. Shutting this socket down ends it and its job, now or later.
    Called(&'a UnixStream),
    /// It came up, so long after that.
    Booted(Duration),
    /// A line of its job's output.
    Line(&'a str),
}

/// Boots a guest for one job and ends it after that. Nothing is left, even if this process is
/// killed. The job's errors go to this process's own.
pub fn once(
    provider: impl Provider + Send + 'static,
    boot: Boot,
    job: Job,
    heard: &mut dyn FnMut(Heard<'_>),
) -> Result<u8, GuestError> {
    let (ours, theirs) = UnixStream::pair().map_err(GuestError::system("make a channel"))?;
    heard(Heard::Called(&ours));
    let (begun, booted) = (Instant::now(), Arc::new(OnceLock::new()));
    let mut up = Some(booted.clone());
    let relay = std::thread::spawn(move || {
        let guest = Guest::greet(provider.boot(&boot)?, &[theirs.as_fd()])?;
        let _ = booted.set(begun.elapsed());
        let mut relay = Relay::new(guest);
        relay.admit(theirs).map_err(GuestError::system("use the guest's channel"))?;
        drop(relay.run(&Term::Callers));
        Ok(())
    });
    let mut line = |text: &str| {
        // Before the first line: there is none before the guest is up.
        let took = up.take().and_then(|booted| booted.get().copied());
        took.into_iter().for_each(|took| heard(Heard::Booted(took)));
        heard(Heard::Line(text));
    };
    let (input, error) = (stdin(), stderr());
    let ends = Ends {
        input: input.as_fd(),
        outlets: [
            Outlet::new(Stream::Output, Sink::Lines(&mut line)),
            Outlet::new(Stream::Error, Sink::Stream(error.as_fd())),
        ],
        signals: None,
    };
    let code = Call::new(ours, job, ends).and_then(Call::run);
    let carried = relay.join().unwrap_or(Err(GuestError::Gone));
    carried.and(code)
}

fn connect(path: &Path) -> Result<UnixStream, GuestError> {
    socket::connect(path).map_err(|cause| match cause.kind() {
        ErrorKind::NotFound | ErrorKind::ConnectionRefused => GuestError::Gone,
        _ => GuestError::System { action: "reach the guest", cause },
    })
}
