use super::args::Format;
use super::context::Context;
use super::exit::Exit;
use super::failure::Failure;
use super::progress::Progress;
use super::terminal::print;
use crate::lab::Lab;
use crate::report::Event;
use crate::supervisor::Launched;
use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill};
use nix::sys::signalfd::SignalFd;
use nix::sys::wait::waitpid;
use nix::unistd::Pid;

/// Follows a supervisor that builds a lab, to its last event. SIGINT and SIGTERM are passed on to
/// it, so that it takes everything back, which is waited for.
pub fn follow(
    launched: Launched,
    format: Format,
    context: &Context,
) -> Result<Option<Event>, Failure> {
    let supervisor = launched.pid;
    pass_signals_on(supervisor)?;
    let mut progress = Progress::new(context);
    let mut last = None;
    for event in launched {
        progress.event(&event);
        if format == Format::Json && !is_end(&event) {
            json(&event);
        }
        last = Some(event);
    }
    progress.clear();
    if !matches!(last, Some(Event::Up { .. })) {
        // Its last word is said, so that it ends now: it must not outlive this command.
        let _ = waitpid(supervisor, None);
    }
    Ok(last.filter(is_end))
}

fn is_end(event: &Event) -> bool {
    matches!(event, Event::Up { .. } | Event::Failed { .. })
}

/// A thread of its own waits for them; every other thread has them blocked.
fn pass_signals_on(supervisor: Pid) -> Result<(), Failure> {
    let signals: SigSet = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP].into_iter().collect();
    let failed = |errno: nix::Error| Failure::failed(format!("cannot watch signals: {errno}"));
    signals.thread_swap_mask(SigmaskHow::SIG_BLOCK).map_err(failed)?;
    let queue = SignalFd::new(&signals).map_err(failed)?;
    std::thread::spawn(move || {
        while let Ok(Some(info)) = queue.read_signal() {
            let interrupt = info.ssi_signo == Signal::SIGINT as u32;
            // It may be gone already; then the pipe tells.
            let _ = kill(supervisor, if interrupt { Signal::SIGINT } else { Signal::SIGTERM });
        }
    });
    Ok(())
}

/// Shows the last event of building, mending or changing a lab, and what it means.
pub fn end(event: &Event, lab: &Lab, format: Format, context: &Context) -> Result<Exit, Failure> {
    if format == Format::Json {
        json(event);
    }
    let text = |text: String| {
        if format == Format::Text {
            print(&text);
        }
        Ok(Exit::Ok)
    };
    match event {
        Event::Up { micros, .. } => text(up(lab, *micros, context)),
        Event::Unchanged { lab, left_alone } => {
            text(format!("{lab} is up already, as its file says\n") + &beside(left_alone))
        }
        Event::Repaired { what, left_alone } => {
            text(listed(&format!("{} is up; mended:", lab.name), what) + &beside(left_alone))
        }
        Event::Changed { what, left_alone } => {
            text(listed(&format!("{} is up; changed:", lab.name), what) + &beside(left_alone))
        }
        Event::NeedsDown { reasons } => {
            let why = listed("the file has changes that a running lab cannot take:", reasons);
            Err(Failure::usage(why.trim_end())
                .help(format!("run `lvs-lab down {}` first", lab.name)))
        }
        Event::Failed { message, undone, left } if left.is_empty() => {
            Err(Failure::failed(format!("{message}\n  {undone}")))
        }
        Event::Failed { message, undone, left } => {
            let text = listed(&format!("{message}\n  {undone}\nleft behind:"), left);
            Err(Failure::leftovers(text.trim_end())
                .help(format!("`lvs-lab down {}` tries again", lab.name)))
        }
        _ => Err(Failure::failed("the supervisor answered with something strange")),
    }
}

fn up(lab: &Lab, micros: u64, context: &Context) -> String {
    let name = &lab.name;
    let hint = match context.global.quiet {
        true => String::new(),
        false => format!("; try `lvs-lab request {name} -n 4`, `lvs-lab shell {name}`"),
    };
    #[expect(clippy::cast_precision_loss, reason = "a time for people")]
    let milliseconds = micros as f64 / 1000.0;
    format!("{name} is up, built in {milliseconds:.1} ms{hint}\n")
}

/// What was added from outside the lab.
fn beside(left_alone: &[String]) -> String {
    match left_alone {
        [] => String::new(),
        added => listed("not in the file, and left alone:", added),
    }
}

fn listed(head: &str, entries: &[String]) -> String {
    entries.iter().fold(format!("{head}\n"), |text, entry| format!("{text}  {entry}\n"))
}

/// Writes an event as a line of JSON.
pub fn json(event: &Event) {
    if let Ok(line) = serde_json::to_string(event) {
        print(&(line + "\n"));
    }
}
