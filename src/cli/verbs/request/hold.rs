use crate::cli::context::Context;
use crate::text::elapsed;
use crate::traffic::{Held, Summary};
use std::io;
use std::time::Duration;

/// When held connections are closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// The user presses Enter, or standard input ends.
    Enter,
    /// So much time is over.
    Over(Duration),
}

/// Says who has how many connections, and keeps them open until it is time to close them.
pub async fn hold(held: &mut Held, until: Until, summary: &Summary, context: &Context) {
    if held.count() == 0 {
        return;
    }
    let shares = summary.by_backend.iter().map(|(name, count)| format!("{name} {count}"));
    let shares = shares.collect::<Vec<_>>().join(", ");
    let end = match until {
        Until::Enter => "Enter closes them".to_owned(),
        Until::Over(time) => format!("they close in {}", elapsed(time)),
    };
    context.note(&format!("connections held: {shares}; {end}"));
    match until {
        // Nothing else has to go on meanwhile: the kernel keeps the connections.
        Until::Enter => drop(io::stdin().read_line(&mut String::new())),
        Until::Over(time) => tokio::time::sleep(time).await,
    }
    held.release().await;
}
