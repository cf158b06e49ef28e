use serde::Serialize;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

/// JSON lines on their way out. Sending never waits, so that a reader who sleeps stops nobody.
pub(super) struct Outbox<T> {
    sender: UnboundedSender<T>,
    writer: JoinHandle<()>,
}

impl<T: Serialize + Send + 'static> Outbox<T> {
    /// Needs a tokio runtime.
    pub(super) fn new(to: impl AsyncWrite + Unpin + Send + 'static) -> Self {
        let (sender, items) = unbounded_channel();
        Self { sender, writer: tokio::spawn(write(items, to)) }
    }

    /// Sends a line. If the reader is gone, nobody misses it.
    pub(super) fn send(&self, item: T) {
        let _ = self.sender.send(item);
    }

    /// Waits until everything is written, or the reader is gone.
    pub(super) async fn finish(self) {
        drop(self.sender);
        let _ = self.writer.await;
    }
}

async fn write<T: Serialize>(mut items: UnboundedReceiver<T>, mut to: impl AsyncWrite + Unpin) {
    while let Some(item) = items.recv().await {
        // What is sent here has string keys only, so that JSON can hold it.
        let Ok(mut line) = serde_json::to_vec(&item) else { continue };
        line.push(b'\n');
        if to.write_all(&line).await.is_err() {
            return;
        }
    }
}
