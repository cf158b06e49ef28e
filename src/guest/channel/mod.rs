//! What goes between a command on the host and its job in the guest: frames, and how many bytes of
//! them may be under way.
//!
//! The same frames go over the guest's byte channel and over a supervisor's socket. A stream has a
//! window of its own from end to end, so that nobody in between holds more than that, and an unread
//! stream stops only itself.

mod codec;
mod credit;
mod frame;
mod wire;

pub use codec::{BadFrame, Decoder, encode};
pub use credit::{Budget, Owed};
pub use frame::{Frame, Hello, JobId, Message, Stream, VERSION};
pub use wire::{Peer, Wire, nonblocking};
