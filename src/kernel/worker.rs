use super::namespace::Namespace;
use nix::sched::{CloneFlags, setns};
use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Work for the thread, given the namespace to come back to. `Break` means that it could not come
/// back, so that the thread must not be used again.
type Job = Box<dyn FnOnce(&File) -> ControlFlow<()> + Send>;

/// The thread's mailbox, and the process it lives in: threads do not survive a fork.
struct Worker {
    process: u32,
    jobs: Sender<Job>,
}

static WORKER: Mutex<Option<Worker>> = Mutex::new(None);

/// Runs work on the one thread that visits namespaces, with that thread inside `namespace`.
pub(super) fn visit<T, W>(namespace: Namespace, work: W) -> io::Result<T>
where
    T: Send + 'static,
    W: FnOnce() -> io::Result<T> + Send + 'static,
{
    let (answer, result) = channel();
    submit(Box::new(move |home| {
        if let Err(errno) = setns(&namespace, CloneFlags::CLONE_NEWNET) {
            let _ = answer.send(Ok(Err(errno.into())));
            return ControlFlow::Continue(());
        }
        let outcome = catch_unwind(AssertUnwindSafe(work));
        let back = setns(home, CloneFlags::CLONE_NEWNET);
        let _ = answer.send(outcome);
        back.map_or(ControlFlow::Break(()), |()| ControlFlow::Continue(()))
    }))?;
    match result.recv() {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(panic)) => resume_unwind(panic),
        Err(_) => Err(io::Error::other("the thread that visits namespaces ended")),
    }
}

fn submit(job: Job) -> io::Result<()> {
    let mut slot = WORKER.lock().unwrap_or_else(PoisonError::into_inner);
    let job = match slot.as_ref().filter(|w| w.process == std::process::id()) {
        Some(worker) => match worker.jobs.send(job) {
            Ok(()) => return Ok(()),
            Err(unsent) => unsent.0,
        },
        None => job,
    };
    let worker = slot.insert(start()?);
    worker.jobs.send(job).map_err(|_| io::Error::other("no thread to visit namespaces with"))
}

fn start() -> io::Result<Worker> {
    let home = File::open("/proc/thread-self/ns/net")?;
    let (jobs, mailbox) = channel();
    thread::Builder::new().name("namespaces".to_owned()).spawn(move || serve(&home, mailbox))?;
    Ok(Worker { process: std::process::id(), jobs })
}

fn serve(home: &File, mailbox: Receiver<Job>) {
    for job in mailbox {
        if job(home).is_break() {
            break;
        }
    }
}
