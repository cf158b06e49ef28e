use crate::guest::channel::{Owed, Stream};
use crate::guest::watch::{GONE, Watch};
use nix::errno::Errno;
use nix::poll::PollFlags;
use std::collections::VecDeque;
use std::fmt;
use std::os::fd::BorrowedFd;

/// A pipe that is writable takes this much without making the writer wait (`PIPE_BUF`, pipe(7)).
/// The caller's streams cannot be made non-blocking, as they are other processes' too.
const PIECE: usize = 4096;

/// Where one of a job's output streams goes.
pub enum Sink<'a> {
    /// To one of the caller's streams.
    Stream(BorrowedFd<'a>),
    /// To a function, in whole lines without their ends.
    Lines(&'a mut dyn FnMut(&str)),
}

impl fmt::Debug for Sink<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stream(_) => "Stream",
            Self::Lines(_) => "Lines",
        })
    }
}

/// The end of a job's output stream.
#[derive(Debug)]
pub struct Outlet<'a> {
    sink: Option<Sink<'a>>,
    waiting: VecDeque<u8>,
    owed: Owed,
    fault: Option<Errno>,
}

/// What the job's side must be told after some output was passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It may send this many bytes more.
    Grant(u32),
    /// Nobody reads this any more.
    End,
}

impl<'a> Outlet<'a> {
    /// Into this sink.
    pub fn new(stream: Stream, sink: Sink<'a>) -> Self {
        Self { sink: Some(sink), waiting: VecDeque::new(), owed: Owed::of(stream), fault: None }
    }

    /// Waits for it to take more, or for its reader to leave.
    pub fn watch<'fd, T: Copy>(&'fd self, watch: &mut Watch<'fd, T>, ready: T) {
        if let Some(Sink::Stream(fd)) = &self.sink {
            let waiting = !self.waiting.is_empty();
            let events = if waiting { PollFlags::POLLOUT } else { PollFlags::empty() };
            watch.add(ready, *fd, events);
        }
    }

    /// Whether everything was passed on that can be: an unfinished line waits for the job's end.
    pub fn is_through(&self) -> bool {
        self.waiting.is_empty() || matches!(self.sink, Some(Sink::Lines(_)))
    }

    /// Output has come.
    pub fn take(&mut self, bytes: &[u8]) -> Option<Reply> {
        match self.sink {
            None => {
                self.fault = self.fault.or(Some(Errno::EPIPE));
                return None;
            }
            Some(Sink::Stream(_)) => self.waiting.extend(bytes),
            Some(Sink::Lines(_)) => return self.lines(bytes),
        }
        None
    }

    /// Passes on what its stream takes now.
    pub fn ready(&mut self, events: PollFlags) -> Option<Reply> {
        let Some(Sink::Stream(fd)) = &self.sink else { return None };
        if events.intersects(GONE) {
            self.fault = Some(Errno::EPIPE).filter(|_| !self.waiting.is_empty());
            return self.close();
        }
        let piece = self.waiting.as_slices().0;
        match nix::unistd::write(fd, &piece[..piece.len().min(PIECE)]) {
            Ok(count) => {
                self.waiting.drain(..count);
                self.owed.consumed(count).map(Reply::Grant)
            }
            Err(Errno::EAGAIN | Errno::EINTR) => None,
            Err(errno) => {
                self.fault = Some(errno);
                self.close()
            }
        }
    }

    /// Why it could not take all.
    pub fn fault(&self) -> Option<Errno> {
        self.fault
    }

    fn close(&mut self) -> Option<Reply> {
        self.sink = None;
        self.waiting.clear();
        Some(Reply::End)
    }

    fn lines(&mut self, bytes: &[u8]) -> Option<Reply> {
        self.waiting.extend(bytes);
        while let Some(end) = self.waiting.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.waiting.drain(..=end).collect();
            self.line(&line[..end]);
        }
        self.owed.consumed(bytes.len()).map(Reply::Grant)
    }

    fn line(&mut self, line: &[u8]) {
        if let Some(Sink::Lines(call)) = &mut self.sink {
            call(&String::from_utf8_lossy(line));
        }
    }

    /// The job has ended: a last line without an end is a line.
    pub fn finish(&mut self) {
        if let (Some(Sink::Lines(_)), false) = (&self.sink, self.waiting.is_empty()) {
            let line: Vec<u8> = self.waiting.drain(..).collect();
            self.line(&line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guest::machine::pipe;
    use std::os::fd::AsFd;

    #[test]
    fn lines_come_whole_however_they_are_cut() {
        let mut lines = Vec::new();
        let mut call = |line: &str| lines.push(line.to_owned());
        let mut outlet = Outlet::new(Stream::Output, Sink::Lines(&mut call));
        for piece in ["on", "e\ntwo\n", "\nla", "st"] {
            outlet.take(piece.as_bytes());
        }
        outlet.finish();
        assert_eq!(lines, ["one", "two", "", "last"]);
    }

    #[test]
    fn what_was_written_is_granted_again() {
        let (_reader, writer) = pipe().unwrap();
        let mut outlet = Outlet::new(Stream::Output, Sink::Stream(writer.as_fd()));
        outlet.take(&vec![0; Stream::Output.window()]);
        let replies: Vec<_> = (0..16).map(|_| outlet.ready(PollFlags::POLLOUT)).collect();
        assert_eq!(replies.last(), Some(&Some(Reply::Grant(65536))));
        assert!(!outlet.is_through());
    }

    #[test]
    fn a_stream_without_a_reader_is_reported_once() {
        let (reader, writer) = pipe().unwrap();
        let mut outlet = Outlet::new(Stream::Output, Sink::Stream(writer.as_fd()));
        drop(reader);
        outlet.take(b"unread");
        assert_eq!(outlet.ready(PollFlags::POLLOUT), Some(Reply::End));
        assert_eq!(outlet.ready(PollFlags::POLLOUT), None);
        assert!(outlet.is_through());
        assert_eq!(outlet.fault(), Some(Errno::EPIPE));
    }
}
