//! The host's side of a guest: its process, the channel, and the callers that share it.

mod caller;
mod daemon;
mod detach;
mod guest;
mod link;
mod process;
mod relay;

pub use daemon::{Coming, start};
pub use guest::Guest;
pub use relay::{Relay, Term};
