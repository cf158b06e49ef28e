use crate::guest::channel::{BadFrame, Budget, Frame, JobId, Message, Peer, Wire};
use crate::guest::watch::Watch;
use nix::poll::PollFlags;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long the guest may leave bytes unread before it counts as hung.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The host's end of the channel to a guest. It never has more than the guest's window of bytes
/// under way, and lets the jobs take turns.
#[derive(Debug)]
pub struct Link {
    wire: Wire,
    window: Window,
    queues: VecDeque<Queue>,
}

/// What one job still has to send.
#[derive(Debug)]
struct Queue {
    job: JobId,
    frames: VecDeque<Frame>,
}

/// What the guest has not read yet.
#[derive(Debug)]
struct Window {
    budget: Budget,
    unread: usize,
    since: Instant,
}

impl Window {
    fn sent(&mut self, bytes: usize) {
        if self.unread == 0 {
            self.since = Instant::now();
        }
        self.unread += bytes;
        self.budget.spend(bytes);
    }

    fn read(&mut self, bytes: u32) {
        self.since = Instant::now();
        self.unread = self.unread.saturating_sub(bytes as usize);
        self.budget.add(bytes);
    }

    fn patience(&self) -> Option<Instant> {
        (self.unread > 0).then(|| self.since + PATIENCE)
    }
}

impl Link {
    /// A link of which the guest holds at most `window` bytes unread.
    pub fn new(wire: Wire, window: usize) -> Self {
        let window = Window { budget: Budget::new(window), unread: 0, since: Instant::now() };
        Self { wire, window, queues: VecDeque::new() }
    }

    /// Waits for what the link can do now: `ready` for reading and for writing alike.
    pub fn watch<'fd, T: Copy>(&'fd self, watch: &mut Watch<'fd, T>, ready: T) {
        watch.add(ready, self.wire.input(), PollFlags::POLLIN);
        let waiting = self.wire.unsent() > 0 || !self.queues.is_empty();
        if waiting && self.window.budget.left() > 0 {
            watch.add(ready, self.wire.output(), PollFlags::POLLOUT);
        }
        watch.until(self.window.patience());
    }

    /// Puts a frame behind the others of its job.
    pub fn push(&mut self, frame: Frame) {
        match self.queues.iter_mut().find(|queue| queue.job == frame.job) {
            Some(queue) => queue.frames.push_back(frame),
            None => self.queues.push_back(Queue { job: frame.job, frames: [frame].into() }),
        }
    }

    /// How many frames of a job are waiting.
    pub fn waiting(&self, job: JobId) -> usize {
        let queue = self.queues.iter().find(|queue| queue.job == job);
        queue.map_or(0, |queue| queue.frames.len())
    }

    /// Sends what the window and the pipe take now.
    pub fn send(&mut self) -> nix::Result<()> {
        loop {
            if self.wire.unsent() == 0 && !self.take_turn() {
                return Ok(());
            }
            let sent = self.wire.send(self.window.budget.left())?;
            self.window.sent(sent);
            if self.wire.unsent() > 0 {
                return Ok(());
            }
        }
    }

    /// One frame of the job whose turn it is.
    fn take_turn(&mut self) -> bool {
        let Some(mut queue) = self.queues.pop_front() else { return false };
        let frame = queue.frames.pop_front();
        frame.iter().for_each(|frame| self.wire.push(frame));
        if !queue.frames.is_empty() {
            self.queues.push_back(queue);
        }
        frame.is_some()
    }

    /// Reads what is there, for [`Link::frame`] to find.
    pub fn receive(&mut self) -> nix::Result<Peer> {
        self.wire.receive()
    }

    /// The next frame that is about a job, or the guest's greeting.
    pub fn frame(&mut self) -> Result<Option<Frame>, BadFrame> {
        while let Some(frame) = self.wire.frame()? {
            match frame.message {
                Message::Read(bytes) => self.window.read(bytes),
                _ => return Ok(Some(frame)),
            }
        }
        Ok(None)
    }

    /// Whether the guest has stopped reading.
    pub fn is_hung(&self) -> bool {
        self.window.patience().is_some_and(|end| Instant::now() >= end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guest::channel::{Decoder, Stream};
    use crate::guest::machine::pipe;
    use proptest::prelude::*;
    use std::fs::File;
    use std::io::Read;

    const WINDOW: usize = 2048;

    fn link() -> (Link, File, Wire) {
        let (from, guest_writes) = pipe().unwrap();
        let (guest_reads, to) = pipe().unwrap();
        let (_, nowhere) = pipe().unwrap();
        let (nothing, _) = pipe().unwrap();
        drop((nowhere, nothing));
        let guest = Wire::new(guest_reads.try_clone().unwrap(), guest_writes).unwrap();
        (Link::new(Wire::new(from, to).unwrap(), WINDOW), File::from(guest_reads), guest)
    }

    fn data(job: u32, length: usize) -> Frame {
        Frame { job: JobId(job), message: Message::Data(Stream::Input, vec![7; length]) }
    }

    proptest! {
        #[test]
        fn the_guest_never_holds_more_than_its_window(lengths in proptest::collection::vec(0usize..6000, 1..20)) {
            let (mut link, mut reads, mut guest) = link();
            let (mut decoder, mut got) = (Decoder::default(), Vec::new());
            for (job, length) in lengths.iter().enumerate() {
                link.push(data(job as u32, *length));
            }
            while got.len() < lengths.len() {
                link.send().unwrap();
                let mut bytes = [0; 3 * WINDOW];
                let count = reads.read(&mut bytes).unwrap();
                prop_assert!(count <= WINDOW, "{count} bytes were under way");
                decoder.feed(&bytes[..count]);
                while let Some(frame) = decoder.frame().unwrap() {
                    got.push(frame.job.0);
                }
                guest.push(&Frame::channel(Message::Read(count as u32)));
                guest.send(usize::MAX).unwrap();
                link.receive().unwrap();
                prop_assert_eq!(link.frame().unwrap(), None);
            }
            prop_assert_eq!(got, (0..lengths.len() as u32).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_short_job_does_not_wait_for_a_long_one() {
        let (mut link, mut reads, _guest) = link();
        (0..100).for_each(|_| link.push(data(1, 500)));
        link.push(data(2, 10));
        link.send().unwrap();
        let mut bytes = [0; WINDOW];
        let count = reads.read(&mut bytes).unwrap();
        let mut decoder = Decoder::default();
        decoder.feed(&bytes[..count]);
        let jobs: Vec<_> =
            std::iter::from_fn(|| decoder.frame().unwrap()).map(|f| f.job.0).collect();
        assert_eq!(jobs[..2], [1, 2]);
    }

    #[test]
    fn a_guest_that_reads_nothing_is_waited_for_no_longer_than_patience() {
        let (mut link, _reads, _guest) = link();
        assert!(link.window.patience().is_none());
        link.push(data(1, 10));
        link.send().unwrap();
        assert!(link.window.patience().is_some_and(|end| end > Instant::now()));
        link.window.since -= PATIENCE;
        assert!(link.is_hung());
    }
}
