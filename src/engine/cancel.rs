use std::future::pending;
use tokio::sync::watch;

/// Says that work is to be stopped and taken back.
#[derive(Debug)]
pub struct Canceller(watch::Sender<Option<String>>);

/// Where work looks whether it is to be stopped.
#[derive(Clone, Debug)]
pub struct Cancel(watch::Receiver<Option<String>>);

/// A canceller, and what listens to it.
pub fn cancellation() -> (Canceller, Cancel) {
    let (sender, receiver) = watch::channel(None);
    (Canceller(sender), Cancel(receiver))
}

impl Canceller {
    /// Stops the work; the reason follows "interrupted", as in "by SIGINT".
    pub fn cancel(&self, reason: &str) {
        self.0.send_replace(Some(reason.to_owned()));
    }
}

impl Cancel {
    /// One that nobody will ever use.
    pub fn never() -> Self {
        cancellation().1
    }

    /// The reason, if the work is to be stopped.
    pub fn reason(&self) -> Option<String> {
        self.0.borrow().clone()
    }

    /// Waits until the work is to be stopped, and returns the reason.
    pub async fn cancelled(&self) -> String {
        let mut receiver = self.0.clone();
        match receiver.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or_default(),
            Err(_) => pending().await,
        }
    }
}
