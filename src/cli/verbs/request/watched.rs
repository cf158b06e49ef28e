use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::interruption::Interruption;
use crate::cli::progress::{Line, RENEWAL};
use crate::traffic::{Sending, TrafficError};
use nix::sys::signal::Signal;
use std::pin::pin;

/// How the sending of requests came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Every request has ended.
    All,
    /// A signal came before.
    Interrupted(Signal),
}

/// Sends requests, `count` of them, and shows how many have ended; a signal makes an end of it.
pub async fn watched(sending: &Sending<'_>, count: u32, context: &Context) -> Result<End, Failure> {
    let interruption = Interruption::watch()?;
    let (mut all, mut signal) = (pin!(sending.run()), pin!(interruption.signal()));
    let (mut line, mut renewal) = (Line::new(context), tokio::time::interval(RENEWAL));
    let end = loop {
        tokio::select! {
            ended = &mut all => break ended.map(|()| End::All).map_err(unsent),
            signal = &mut signal => break signal.map(End::Interrupted).map_err(Failure::failed),
            _ = renewal.tick() => {
                line.renew(|| format!("{} of {count} requests have ended", sending.ended()));
            }
        }
    };
    line.clear();
    end
}

/// Why nothing was measured.
pub fn unsent(error: TrafficError) -> Failure {
    match error {
        TrafficError::SourcePorts { .. } => Failure::usage(error),
        _ => Failure::failed(error),
    }
}
