use super::running::Running;
use super::spawn;
use super::tap::Tap;
use crate::guest::Job;
use crate::guest::channel::{BadFrame, Frame, JobId, Message, Peer, Stream, Wire};
use crate::guest::watch::{GONE, Watch};
use nix::poll::PollFlags;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use std::collections::BTreeMap;

/// Why serving ended.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A system call failed.
    #[error("the channel: {}", .0.desc())]
    System(#[from] nix::Error),
    /// The host sent nonsense.
    #[error(transparent)]
    Frame(#[from] BadFrame),
}

/// Runs the jobs that come over the channel, each in a child of its own.
pub struct Server {
    wire: Wire,
    children: SignalFd,
    jobs: BTreeMap<JobId, Running>,
    work: fn(Job) -> u8,
}

/// What can be ready.
#[derive(Clone, Copy)]
enum Ready {
    Channel,
    Sending,
    Children,
    Feed(JobId),
    Tap(JobId, Stream),
}

impl Server {
    /// Serves this channel.
    pub fn new(wire: Wire, work: fn(Job) -> u8) -> nix::Result<Self> {
        let mut child = SigSet::empty();
        child.add(Signal::SIGCHLD);
        child.thread_block()?;
        let children =
            SignalFd::with_flags(&child, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)?;
        Ok(Self { wire, children, jobs: BTreeMap::new(), work })
    }

    /// Serves until the host closes the channel.
    pub fn run(mut self) -> Result<(), Fault> {
        loop {
            self.wire.send(usize::MAX)?;
            for (ready, events) in self.watch().events()? {
                match ready {
                    Ready::Channel if self.receive()? == Peer::Gone => return Ok(()),
                    Ready::Channel | Ready::Sending => {}
                    Ready::Children => self.reap()?,
                    Ready::Feed(id) => self.feed(id, events),
                    Ready::Tap(id, stream) => self.tap(id, stream),
                }
            }
            let wire = &mut self.wire;
            self.jobs.retain(|_, job| !job.is_over(wire));
        }
    }

    fn watch(&self) -> Watch<'_, Ready> {
        let mut watch = Watch::new();
        watch.add(Ready::Channel, self.wire.input(), PollFlags::POLLIN);
        if self.wire.unsent() > 0 {
            watch.add(Ready::Sending, self.wire.output(), PollFlags::POLLOUT);
        }
        watch.add(Ready::Children, std::os::fd::AsFd::as_fd(&self.children), PollFlags::POLLIN);
        for (id, job) in &self.jobs {
            if let Some((fd, waiting)) = job.feed.fd() {
                let events = if waiting { PollFlags::POLLOUT } else { PollFlags::empty() };
                watch.add(Ready::Feed(*id), fd, events);
            }
            for tap in &job.taps {
                tap.fd().into_iter().for_each(|fd| {
                    watch.add(Ready::Tap(*id, tap.stream()), fd, PollFlags::POLLIN);
                });
            }
            watch.until(job.deadline());
        }
        watch
    }

    /// Acknowledges what it reads at once: until then the host may not send more.
    fn receive(&mut self) -> Result<Peer, Fault> {
        let peer = self.wire.receive()?;
        if let Ok(read @ 1..) = u32::try_from(self.wire.take_read()) {
            self.wire.push(&Frame::channel(Message::Read(read)));
            self.wire.send(usize::MAX)?;
        }
        while let Some(frame) = self.wire.frame()? {
            self.hear(frame);
        }
        Ok(peer)
    }

    fn hear(&mut self, frame: Frame) {
        match (frame.message, self.jobs.get_mut(&frame.job)) {
            (Message::Open(job), None) => self.open(frame.job, job),
            (message, Some(job)) => job.hear(message, &mut self.wire),
            // About a job that has ended meanwhile.
            (_, None) => {}
        }
    }

    fn open(&mut self, id: JobId, job: Job) {
        forget_files();
        match spawn::start(job, self.work) {
            Ok(started) => drop(self.jobs.insert(id, Running::new(id, started))),
            Err(errno) => {
                let text = format!("cannot start the command in the guest: {}\n", errno.desc());
                for message in [Message::Data(Stream::Error, text.into()), Message::Exit(126)] {
                    self.wire.push(&Frame { job: id, message });
                }
            }
        }
    }

    fn feed(&mut self, id: JobId, events: PollFlags) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        if events.intersects(GONE) {
            job.feed.refuse(&mut self.wire);
        } else {
            job.feed.write(&mut self.wire);
        }
    }

    fn tap(&mut self, id: JobId, stream: Stream) {
        let wire = &mut self.wire;
        let tap = self.jobs.get_mut(&id).and_then(|job| job.tap(stream));
        tap.into_iter().for_each(|tap: &mut Tap| tap.read(wire));
    }

    /// Collects every child that has ended, and as process 1 every orphan.
    fn reap(&mut self) -> nix::Result<()> {
        while self.children.read_signal()?.is_some() {}
        loop {
            let (pid, code) = match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::Exited(pid, code)) => (pid, u8::try_from(code).unwrap_or(u8::MAX)),
                Ok(WaitStatus::Signaled(pid, signal, _)) => (pid, 128 + signal as u8),
                _ => return Ok(()),
            };
            self.ended(pid, code);
        }
    }

    fn ended(&mut self, pid: Pid, code: u8) {
        let job = self.jobs.values_mut().find(|job| job.is(pid));
        job.into_iter().for_each(|job| job.ended(code));
    }
}

/// Makes the kernel look anew at the host's files, which change behind its back. It costs a
/// fraction of a millisecond; without it a file that was not there once is never there.
fn forget_files() {
    let _ = std::fs::write("/proc/sys/vm/drop_caches", "2");
}
