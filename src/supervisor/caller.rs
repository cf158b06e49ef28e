use super::progress::Progress;
use crate::report::Event;
use std::fs::File;
use std::io::{self, Write};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// The command that wants the lab, at the reading end of a pipe.
pub struct Caller {
    pipe: File,
    progress: Progress,
}

impl Caller {
    /// The one at the other end of this pipe.
    pub fn new(pipe: File) -> Self {
        Self { pipe, progress: Progress::new() }
    }

    /// Tells an event as a line of JSON, unless it is no news. That nobody listens any more is
    /// for [`Caller::gone`] to tell.
    pub fn tell(&mut self, event: &Event) {
        if !self.progress.is_news(event) {
            return;
        }
        // Events have string keys only, so that JSON can hold them.
        let Ok(mut line) = serde_json::to_vec(event) else { return };
        line.push(b'\n');
        let _ = self.pipe.write_all(&line);
    }

    /// Waits until nobody listens any more. Needs a tokio runtime.
    pub fn gone(&self) -> io::Result<impl Future<Output = ()> + use<>> {
        // poll(2): POLLERR is set for the writing end of a pipe whose reading end is closed.
        // SAFETY: a file keeps its descriptor for its whole life, and this one is never taken out.
        let pipe =
            unsafe { AsyncFd::register_with_interest(self.pipe.try_clone()?, Interest::ERROR) }?;
        Ok(async move {
            let _ = pipe.ready(Interest::ERROR).await;
        })
    }
}
