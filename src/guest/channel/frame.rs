use crate::guest::{Job, TerminalSize};
use serde::{Deserialize, Serialize};

/// The version of the frames and of what is in them. The two ends of a channel are the same
/// program, unless it was replaced while a guest was running.
pub const VERSION: u32 = 1;

/// Which of the jobs on a channel is meant; 0 is the channel itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u32);

impl JobId {
    /// The channel itself.
    pub const CHANNEL: Self = Self(0);
}

/// One of a job's standard streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stream {
    /// Standard input, towards the guest.
    Input,
    /// Standard output, or the terminal, from the guest.
    Output,
    /// Standard error, from the guest.
    Error,
}

impl Stream {
    /// All of them, in the order of their file descriptors.
    pub const ALL: [Self; 3] = [Self::Input, Self::Output, Self::Error];

    /// How many bytes of this stream may be under way, neither written by the receiver nor granted
    /// again. Input is held short, because the caller's standard input is read that far ahead.
    pub fn window(self) -> usize {
        match self {
            Self::Input => 16 << 10,
            Self::Output | Self::Error => 256 << 10,
        }
    }
}

/// What the agent says first, once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The version of the frames, `VERSION`.
    pub version: u32,
    /// The kernel's release, as `uname -r` prints it.
    pub release: String,
    /// Duties that failed, in words: mounts, modules. The guest runs without them.
    pub failures: Vec<String>,
}

/// What is sent from one end of a channel to the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// From the guest: it is ready.
    Hello(Hello),
    /// From the guest: it has read this many bytes more off the channel.
    Read(u32),
    /// To the guest: run this.
    Open(Job),
    /// Bytes of a stream.
    Data(Stream, Vec<u8>),
    /// The stream is at its end.
    End(Stream),
    /// This many bytes more of the stream may be sent.
    Grant(Stream, u32),
    /// To the guest: send this signal to the job's process group.
    Signal(u8),
    /// To the guest: the job's terminal has this size now.
    Resize(TerminalSize),
    /// To the guest: nobody is interested in the job any more; end it.
    HangUp,
    /// From the guest: the job has ended with this exit code, and its streams are through.
    Exit(u8),
    /// To the supervisor: end the guest.
    Stop,
    /// From the supervisor: the guest is gone, and why.
    Died(String),
}

/// A message, and the job that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The job.
    pub job: JobId,
    /// The message.
    pub message: Message,
}

impl Frame {
    /// A message about the channel itself.
    pub fn channel(message: Message) -> Self {
        Self { job: JobId::CHANNEL, message }
    }
}
