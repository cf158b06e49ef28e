use super::control::answer;
use super::detach::detach;
use super::outbox::Outbox;
use super::progress::Progress;
use super::signals::Signals;
use super::{Blueprint, Farm, Ground, Keeper};
use crate::engine::{Canceller, cancellation, clean};
use crate::kernel::{Linux, Names};
use crate::report::Event;
use crate::state::{Lock, StateError};
use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::exit;
use tokio::io::AsyncReadExt;
use tokio::net::UnixListener;
use tokio::net::unix::OwnedReadHalf;
use tokio::task::LocalSet;

/// What a new supervisor is given.
pub(super) struct Charge {
    pub(super) blueprint: Blueprint,
    pub(super) ground: Ground,
    /// Events go out on it; its end, or a word on it, means to stop.
    pub(super) link: UnixStream,
    /// Shared with the caller until the lab is up or gone.
    pub(super) lock: Lock,
}

/// What a supervisor works with.
struct Desk {
    signals: Signals,
    listener: UnixListener,
    keeper: Keeper<Linux>,
}

/// The whole life of the forked process. It must not return into its parent's program.
pub(super) fn hold(charge: Charge) -> ! {
    let life = || -> io::Result<()> {
        detach(&charge.ground.directory.log(), &[charge.link.as_fd(), charge.lock.as_fd()])?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(LocalSet::new().run_until(live(charge)))
    };
    match catch_unwind(AssertUnwindSafe(life)) {
        Ok(Ok(())) => exit(0),
        Ok(Err(error)) => {
            // Nobody else is told: standard error is the log now.
            eprintln!("the supervisor cannot work: {error}");
            exit(1)
        }
        Err(_) => exit(101),
    }
}

async fn live(charge: Charge) -> io::Result<()> {
    let Charge { blueprint, ground, link, lock } = charge;
    link.set_nonblocking(true)?;
    let (from_caller, to_caller) = tokio::net::UnixStream::from_std(link)?.into_split();
    let to_caller = Outbox::new(to_caller);
    let built = match sit_down(blueprint, &ground) {
        Ok(mut desk) => build(&mut desk, from_caller, &to_caller).await.map(|up| (desk, up)),
        Err(error) => Err(Event::Failed {
            message: error.to_string(),
            undone: "nothing had been done".to_owned(),
            left: Vec::new(),
        }),
    };
    match built {
        Ok((desk, up)) => {
            // Whoever hears that the lab is up may want the lock at once.
            drop(lock);
            to_caller.send(up);
            tokio::spawn(to_caller.finish());
            serve(desk).await;
        }
        Err(failed) => {
            to_caller.send(leave(&ground, lock, failed));
            to_caller.finish().await;
        }
    }
    Ok(())
}

fn sit_down(blueprint: Blueprint, ground: &Ground) -> Result<Desk, StateError> {
    let directory = &ground.directory;
    let socket = directory.socket();
    let signals =
        Signals::catch().map_err(StateError::refused("catch signals for", directory.path()))?;
    let listener =
        UnixListener::bind(&socket).map_err(StateError::refused("listen on", &socket))?;
    let names = Names::new(directory.name().clone(), directory.path(), ground.names.clone());
    let (farm, orders) = Farm::open();
    let kernel = Box::new(move || Linux::new(names.clone(), orders.clone()));
    let keeper = Keeper::found(ground.clone(), blueprint, farm, kernel)?;
    Ok(Desk { signals, listener, keeper })
}

/// Builds the lab while the caller and the signals let it; returns the event to end with.
async fn build(
    desk: &mut Desk,
    caller: OwnedReadHalf,
    out: &Outbox<Event>,
) -> Result<Event, Event> {
    let (canceller, cancel) = cancellation();
    let mut progress = Progress::new();
    let mut tell = |event: Event| {
        if progress.is_news(&event) {
            out.send(event);
        }
    };
    let lab = desk.keeper.lab().clone();
    let built = tokio::select! {
        built = desk.keeper.build(&mut tell, &cancel) => built,
        never = stop(&mut desk.signals, caller, &canceller) => match never {},
    };
    match built {
        Ok(took) => Ok(Event::Up { lab, micros: took.as_micros().try_into().unwrap_or(u64::MAX) }),
        Err(error) => Err(error.event(Vec::new())),
    }
}

/// Cancels when a signal comes, or the caller says so or ends.
async fn stop(signals: &mut Signals, caller: OwnedReadHalf, canceller: &Canceller) -> Infallible {
    let reason = tokio::select! {
        signal = signals.next() => format!("by {signal}"),
        reason = last_word(caller) => reason,
    };
    canceller.cancel(&reason);
    pending().await
}

async fn last_word(mut caller: OwnedReadHalf) -> String {
    let mut word = String::new();
    match caller.read_to_string(&mut word).await {
        Ok(length) if length > 0 => word,
        _ => "by the end of the command that wanted it".to_owned(),
    }
}

/// Removes what is left of a lab that was not built.
fn leave(ground: &Ground, lock: Lock, failed: Event) -> Event {
    let mut remains =
        clean(&ground.directory, &ground.names, &lock).map_or_else(|e| e.what, |_| Vec::new());
    remains.extend(lock.remove().err().map(|error| error.to_string()));
    match failed {
        Event::Failed { message, undone, .. } => Event::Failed { message, undone, left: remains },
        other => other,
    }
}

async fn serve(desk: Desk) {
    let Desk { mut signals, listener, keeper } = desk;
    // A shell that stays in the caller's directory is one thing, a file system that cannot be
    // unmounted for a forgotten lab another.
    let _ = std::env::set_current_dir("/");
    tokio::select! {
        () = answer(listener, keeper) => {}
        _ = signals.next() => {}
    }
}
