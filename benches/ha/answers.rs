use super::Result;
use super::cluster::{CLIENT, VIP};
use super::observers::Seen;
use nix::errno::Errno;
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sched::{CloneFlags, setns};
use nix::sys::socket::{
    AddressFamily, SockFlag, SockType, SockaddrIn, connect, getsockopt, socket, sockopt,
};
use std::fs::File;
use std::net::SocketAddrV4;
use std::os::fd::{AsFd, AsRawFd};
use std::time::SystemTime;

/// Nobody listens there: a reset is the answer.
const PORT: u16 = 9;

/// How long an attempt waits for its answer, in milliseconds; then the next one begins.
const PATIENCE: u16 = 2;

/// An attempt that the VIP answered.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// When the client asked.
    pub asked: SystemTime,
    /// When it was answered.
    pub at: SystemTime,
}

/// Asks the VIP from the client again and again, until the program ends.
pub fn listen() -> Result<Seen<Answer>> {
    let seen = Seen::new();
    let told = seen.clone();
    let namespace = File::open(format!("/run/netns/{CLIENT}"))?;
    std::thread::spawn(move || -> nix::Result<()> {
        setns(&namespace, CloneFlags::CLONE_NEWNET)?;
        loop {
            let asked = SystemTime::now();
            if is_answered()? {
                told.add(Answer { asked, at: SystemTime::now() });
                // As often as when there is no answer.
                std::thread::sleep(std::time::Duration::from_millis(PATIENCE.into()));
            }
        }
    });
    Ok(seen)
}

/// Whether the VIP answers one attempt to connect.
fn is_answered() -> nix::Result<bool> {
    let flags = SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC;
    let client = socket(AddressFamily::Inet, SockType::Stream, flags, None)?;
    let target = SockaddrIn::from(SocketAddrV4::new(VIP, PORT));
    match connect(client.as_raw_fd(), &target) {
        Err(Errno::EINPROGRESS) => {}
        Err(Errno::ECONNREFUSED) => return Ok(true),
        // No neighbour has the address.
        Ok(()) | Err(_) => return Ok(false),
    }
    let mut waiting = [PollFd::new(client.as_fd(), PollFlags::POLLOUT)];
    match poll(&mut waiting, PollTimeout::from(PATIENCE)) {
        Ok(0) | Err(Errno::EINTR) => Ok(false),
        Ok(_) => Ok(getsockopt(&client, sockopt::SocketError)? == libc::ECONNREFUSED),
        Err(errno) => Err(errno),
    }
}
